package cast

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
)

// Loaded is a recording that was read whole.
type Loaded struct {
	Header Header
	Events []Event // in the order of time
	Bad    int     // lines that are no events
	Sum    string  // SHA-256 of the file in hex
}

// maxFile is the size in bytes of a file that is not read into memory any more.
const maxFile = 1 << 30

// Load reads a file and sums it, in one pass: what is given is what was summed.
func Load(path string) (Loaded, error) {
	var l Loaded
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return l, err
	case !info.Mode().IsRegular():
		return l, fmt.Errorf("%s: %w", path, ErrFormat)
	case info.Size() > maxFile:
		return l, fmt.Errorf("%s: %d bytes are too many to play", path, info.Size())
	}
	f, err := os.Open(path)
	if err != nil {
		return l, err
	}
	defer f.Close()
	sum := sha256.New()
	in := io.TeeReader(io.LimitReader(f, maxFile), sum)
	h, events, err := Read(in)
	if err != nil {
		return l, fmt.Errorf("%s: %w", path, err)
	}
	l.Header = h
	for e, err := range events {
		if err != nil {
			l.Bad++
			continue
		}
		if n := len(l.Events); n > 0 && e.At < l.Events[n-1].At {
			e.At = l.Events[n-1].At // a clock that went back
		}
		l.Events = append(l.Events, e)
	}
	if _, err := io.Copy(io.Discard, in); err != nil { // what follows a line that is too long
		return l, err
	}
	l.Sum = hex.EncodeToString(sum.Sum(nil))
	return l, nil
}

// Size is what a Resize says; false where that is no size.
func (e Event) Size() (cols, rows int, ok bool) {
	if e.Kind != Resize {
		return 0, 0, false
	}
	n, err := fmt.Sscanf(e.Data, "%dx%d", &cols, &rows)
	return cols, rows, err == nil && n == 2 && cols > 0 && rows > 0
}
