package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// maxText bounds a field of a record, so that a line never outgrows maxLine: there are
// twenty such fields, and JSON may write one byte as six.
const (
	maxText = 8 << 10
	maxLine = 1 << 20
)

const hashLen = 2 * sha256.Size

// tail is where a chain ends: the last record of the file and the file's size.
type tail struct {
	size int64
	seq  uint64
	hash string
	torn bool // the file does not end with a newline
	// foreign counts the bytes after the last record that are not a record.
	foreign int64
}

// encode chains r behind prev and renders its line, newline included.
func encode(r *Record, prev tail) ([]byte, error) {
	clip(r)
	r.Seq, r.Prev, r.Hash = prev.seq+1, prev.hash, ""
	line, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(line)
	r.Hash = hex.EncodeToString(sum[:])
	// The line ends in `"hash":""}`; the hash goes between the quotes.
	line = append(line[:len(line)-2], r.Hash...)
	return append(line, '"', '}', '\n'), nil
}

// seal finds the hash that a line claims and the one that it has. ok is false where
// the line does not end in a hash.
func seal(line []byte) (claimed, actual string, ok bool) {
	const head = `"hash":"`
	n := len(line) - hashLen - len(`"}`)
	if n < len(head) || !bytes.HasSuffix(line, []byte(`"}`)) || !bytes.HasSuffix(line[:n], []byte(head)) {
		return "", "", false
	}
	h := sha256.New()
	h.Write(line[:n])
	h.Write([]byte(`"}`))
	return string(line[n : n+hashLen]), hex.EncodeToString(h.Sum(nil)), true
}

// decode reads one line as a record.
func decode(line []byte) (Record, error) {
	var r Record
	if len(bytes.TrimSpace(line)) == 0 {
		return r, errors.New("an empty line")
	}
	if err := json.Unmarshal(line, &r); err != nil {
		return Record{}, fmt.Errorf("not a record: %w", err)
	}
	if r.Kind == "" || r.Seq == 0 || len(r.Hash) != hashLen {
		return Record{}, errors.New("not a record: kind, seq or hash is missing")
	}
	return r, nil
}

// write appends one record behind the tail. What a failed write left behind is cut
// off again: the lock is held, so these bytes are ours.
func (j *Journal) write(r *Record, durable bool) error {
	j.stamp(r)
	line, err := encode(r, j.end)
	if err != nil {
		return err
	}
	if j.end.torn {
		line = append([]byte{'\n'}, line...)
	}
	if _, err = j.file.Write(line); err == nil && durable {
		err = j.file.Sync()
	}
	if err != nil {
		if terr := j.file.Truncate(j.end.size); terr != nil {
			j.end.size = -1 // read it anew next time
		}
		return err
	}
	j.end = tail{size: j.end.size + int64(len(line)), seq: r.Seq, hash: r.Hash}
	return nil
}

// attach takes the lock and finds the end of the chain, which another process may
// have moved. The notes say what is wrong with the file. On an error the lock is free.
func (j *Journal) attach() (notes []Record, err error) {
	if err := lock(j.file); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = unlock(j.file)
		}
	}()
	before := j.end
	here, err := j.file.Stat()
	if err != nil {
		return nil, err
	}
	there, serr := os.Stat(j.path)
	if serr != nil || !os.SameFile(here, there) {
		if notes, err = j.reopen(before); err != nil {
			return nil, err
		}
		if here, err = j.file.Stat(); err != nil {
			return nil, err
		}
	}
	size := here.Size()
	if len(notes) == 0 && size == before.size {
		return nil, nil
	}
	if j.end, err = findTail(j.file, size); err != nil {
		return nil, err
	}
	if len(notes) == 0 && size < before.size {
		notes = append(notes, Record{Kind: KindNote, Action: ActionTruncated, Target: j.path,
			Before: fmt.Sprintf("%d bytes, record %d %s", before.size, before.seq, before.hash),
			After:  fmt.Sprintf("%d bytes, record %d %s", size, j.end.seq, j.end.hash)})
	}
	switch {
	case j.end.torn:
		notes = append(notes, Record{Kind: KindNote, Action: ActionTorn, Target: j.path, Bytes: j.end.foreign,
			Before: fmt.Sprintf("the last line has no end; %d bytes after record %d were left in place", j.end.foreign, j.end.seq)})
	case j.end.foreign > 0:
		notes = append(notes, Record{Kind: KindNote, Action: ActionForeign, Target: j.path, Bytes: j.end.foreign,
			Before: fmt.Sprintf("%d bytes after record %d are not a record; they were left in place", j.end.foreign, j.end.seq)})
	}
	return notes, nil
}

// reopen follows the path to the file that is there now, or makes one. The lock
// moves to the new file.
func (j *Journal) reopen(before tail) ([]Record, error) {
	f, err := openFile(j.path)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		_ = f.Close()
		return nil, err
	}
	old := j.file
	j.file = f
	_ = old.Close() // frees the old lock
	return []Record{{Kind: KindNote, Action: ActionReplaced, Target: j.path,
		Before: fmt.Sprintf("record %d %s in a file that is gone", before.seq, before.hash)}}, nil
}

// findTail reads backwards to the last record of the file.
func findTail(f io.ReaderAt, size int64) (tail, error) {
	t := tail{size: size}
	var buf []byte
	for step := int64(64 << 10); ; step *= 4 {
		from := max(0, size-step)
		buf = make([]byte, size-from)
		if _, err := f.ReadAt(buf, from); err != nil && !errors.Is(err, io.EOF) {
			return tail{}, err
		}
		t.torn = len(buf) > 0 && buf[len(buf)-1] != '\n'
		rest := buf
		for len(rest) > 0 {
			line := bytes.TrimSuffix(rest, []byte{'\n'})
			start := bytes.LastIndexByte(line, '\n') + 1
			if start == 0 && from > 0 {
				break // its beginning lies further back
			}
			if r, err := decode(line[start:]); err == nil {
				t.seq, t.hash = r.Seq, r.Hash
				t.foreign = int64(len(buf) - len(rest))
				return t, nil
			}
			rest = rest[:start]
		}
		if from == 0 {
			t.foreign = size
			return t, nil
		}
		if step > 64<<20 {
			return tail{}, errors.New("its last 64 MB hold no record")
		}
	}
}

// clip bounds every text of a record and makes it valid UTF-8, so that the line is
// the same when it is made again from what was read.
func clip(r *Record) {
	for _, s := range []*string{
		&r.Action, &r.Target, &r.Before, &r.After, &r.Reason, &r.Incident, &r.Profile, &r.Account, &r.Region, &r.Identity,
		&r.Endpoint, &r.User, &r.Host, &r.Op, &r.Ref, &r.Result, &r.Error, &r.Request, &r.Path, &r.SHA256,
	} {
		*s = strings.ToValidUTF8(*s, "\uFFFD")
		if len(*s) > maxText {
			cut := maxText
			for cut > 0 && !utf8.RuneStart((*s)[cut]) {
				cut--
			}
			*s = strings.Clone((*s)[:cut]) + "…"
		}
	}
}
