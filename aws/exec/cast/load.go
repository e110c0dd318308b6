package cast

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// File is a recording that was read once from its beginning to its end. What is kept
// of it is where its parts are and what they were: their events are read again when
// they are wanted.
type File struct {
	Header Header
	Length time.Duration // the time of the last event
	Bad    int           // lines that are no events
	Sum    string        // SHA-256 of the file in hex
	path   string
	blocks []block
}

// block is a part of a file, in whole lines.
type block struct {
	offset int64
	size   int
	after  time.Duration // the time of the last event before it
	sum    [sha256.Size]byte
}

// blockSize is about how much of a file is in memory at once, in bytes.
const blockSize = 256 << 10

// maxFile is the size in bytes of a file that is not played.
const maxFile = 1 << 30

// ErrChanged is a file that is not what it was when it was summed.
var ErrChanged = errors.New("the recording has changed since it was opened")

// Open reads a file once, to sum it and to know its parts.
func Open(path string) (*File, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: %w", path, ErrFormat)
	case info.Size() > maxFile:
		return nil, fmt.Errorf("%s: %d bytes are too many to play", path, info.Size())
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sum := sha256.New()
	in := io.TeeReader(io.LimitReader(f, maxFile), sum)
	l := &File{path: path}
	if err := l.index(in); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if _, err := io.Copy(io.Discard, in); err != nil { // what follows a line that is too long
		return nil, err
	}
	l.Sum = hex.EncodeToString(sum.Sum(nil))
	return l, nil
}

// index finds the parts.
func (l *File) index(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	lines.Split(wholeLines)
	if !lines.Scan() {
		return errors.Join(ErrFormat, lines.Err())
	}
	h := &l.Header
	if err := json.Unmarshal(lines.Bytes(), h); err != nil || h.Version != 2 || h.Width < 1 || h.Height < 1 {
		return ErrFormat
	}
	at := block{offset: int64(len(lines.Bytes()))}
	sum := sha256.New()
	end := func() {
		if at.size == 0 {
			return
		}
		sum.Sum(at.sum[:0])
		l.blocks = append(l.blocks, at)
		at = block{offset: at.offset + int64(at.size), after: l.Length}
		sum.Reset()
	}
	for lines.Scan() {
		raw := lines.Bytes()
		if at.size > 0 && at.size+len(raw) > blockSize {
			end()
		}
		sum.Write(raw)
		at.size += len(raw)
		if len(bytes.TrimSpace(raw)) == 0 {
			continue
		}
		if e, err := parse(raw); err == nil && e.sound() {
			l.Length = max(l.Length, e.At)
		} else {
			l.Bad++
		}
	}
	end()
	if lines.Err() != nil {
		l.Bad++
	}
	return nil
}

// wholeLines splits in lines with their ends.
func wholeLines(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i+1], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}

// Blocks is how many parts the events are read in.
func (l *File) Blocks() int { return len(l.blocks) }

// Block reads the events of one part, in the order of time. What is given is what was
// summed; else the error is ErrChanged.
func (l *File) Block(i int) ([]Event, error) {
	b := l.blocks[i]
	f, err := os.Open(l.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw := make([]byte, b.size)
	if _, err := f.ReadAt(raw, b.offset); err != nil && err != io.EOF {
		return nil, err
	}
	if sha256.Sum256(raw) != b.sum {
		return nil, ErrChanged
	}
	var out []Event
	at := b.after
	for line := range bytes.Lines(raw) {
		e, err := parse(line)
		if err != nil || !e.sound() {
			continue // an empty line, or one that was counted
		}
		at = max(at, e.At) // a clock may have gone back
		e.At = at
		out = append(out, e)
	}
	return out, nil
}

// sound says that an event can be played.
func (e Event) sound() bool {
	if e.Kind != Resize {
		return true
	}
	_, _, ok := e.Size()
	return ok
}

// Size is what a Resize says; false where that is no size.
func (e Event) Size() (cols, rows int, ok bool) {
	if e.Kind != Resize {
		return 0, 0, false
	}
	n, err := fmt.Sscanf(e.Data, "%dx%d", &cols, &rows)
	return cols, rows, err == nil && n == 2 && cols > 0 && rows > 0
}
