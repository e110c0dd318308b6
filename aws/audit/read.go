package audit

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"time"
)

// LineError is a line that cannot be read as a record.
type LineError struct {
	Line int // from 1
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }
func (e *LineError) Unwrap() error { return e.Err }

var (
	errTorn    = errors.New("cut off in the middle")
	errTooLong = errors.New("too long for a record")
)

// Read reads a journal, the oldest record first. A torn or foreign line is an error
// that carries its number (*LineError), and reading goes on after it; any other
// error ends it. What is appended meanwhile is not read.
func Read(path string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for l, err := range readLines(path) {
			if err != nil {
				yield(Record{}, err)
				return
			}
			r, err := l.record()
			if !yield(r, err) {
				return
			}
		}
	}
}

// rawLine is a line as it stands in the file, without its newline.
type rawLine struct {
	number int
	text   []byte // valid until the next line is read
	err    error  // it is not a whole line
}

func (l rawLine) record() (Record, error) {
	err := l.err
	if err == nil {
		var r Record
		if r, err = decode(l.text); err == nil {
			return r, nil
		}
	}
	return Record{}, &LineError{Line: l.number, Err: err}
}

// readLines yields the lines that the file has at this moment.
func readLines(path string) iter.Seq2[rawLine, error] {
	return func(yield func(rawLine, error) bool) {
		f, err := os.Open(path)
		if err != nil {
			yield(rawLine{}, err)
			return
		}
		defer f.Close()
		// Under the lock no record is half written, so the size is that of whole records.
		if err := share(f); err != nil {
			yield(rawLine{}, err)
			return
		}
		fi, err := f.Stat()
		if uerr := unlock(f); err == nil {
			err = uerr
		}
		if err != nil {
			yield(rawLine{}, err)
			return
		}
		splitLines(io.LimitReader(f, fi.Size()), yield)
	}
}

func splitLines(r io.Reader, yield func(rawLine, error) bool) {
	br := bufio.NewReaderSize(r, 64<<10)
	var text []byte
	for n := 1; ; n++ {
		text = text[:0]
		line := rawLine{number: n}
		for {
			part, err := br.ReadSlice('\n')
			if len(text)+len(part) > maxLine {
				line.err = errTooLong
				part = nil
			}
			text = append(text, part...)
			if errors.Is(err, bufio.ErrBufferFull) {
				continue
			}
			if err != nil && !errors.Is(err, io.EOF) {
				yield(rawLine{}, err)
				return
			}
			if err != nil { // the end of the file
				if len(text) == 0 && line.err == nil {
					return
				}
				if line.err == nil {
					line.err = errTorn
				}
				line.text = text
				yield(line, nil)
				return
			}
			break
		}
		line.text = bytes.TrimSuffix(text, []byte{'\n'})
		if !yield(line, nil) {
			return
		}
	}
}

// Report is the result of Verify.
type Report struct {
	Records     int
	First, Last time.Time
	Broken      []Break
	Open        []Record // intents without an outcome, the oldest first
}

// OK reports whether the chain holds. Intents without an outcome do not break it.
func (r Report) OK() bool { return len(r.Broken) == 0 }

// Break is a line where the chain does not hold.
type Break struct {
	Line int // from 1
	Why  string
}

// Verify checks a journal's chain from its first line to its last. What was cut off
// cleanly at its end cannot be seen from the file alone.
func Verify(path string) (Report, error) {
	v := verifier{open: map[string]Record{}}
	for l, err := range readLines(path) {
		if err != nil {
			return Report{}, err
		}
		v.line(l)
	}
	for _, r := range v.open {
		v.report.Open = append(v.report.Open, r)
	}
	slices.SortFunc(v.report.Open, func(a, b Record) int { return cmp.Compare(a.Seq, b.Seq) })
	return v.report, nil
}

type verifier struct {
	report Report
	last   Record
	open   map[string]Record
}

func (v *verifier) broken(line int, format string, args ...any) {
	v.report.Broken = append(v.report.Broken, Break{Line: line, Why: fmt.Sprintf(format, args...)})
}

func (v *verifier) line(l rawLine) {
	r, err := l.record()
	if err != nil {
		var le *LineError
		errors.As(err, &le)
		v.broken(l.number, "%v", le.Err)
		return
	}
	claimed, actual, ok := seal(l.text)
	switch {
	case !ok || claimed != r.Hash:
		v.broken(l.number, "the record does not end in its hash")
	case claimed != actual:
		v.broken(l.number, "record %d was changed: its hash does not fit", r.Seq)
	}
	switch {
	case r.Prev != v.last.Hash:
		v.broken(l.number, "record %d does not continue record %d: records were removed, added or moved before it", r.Seq, v.last.Seq)
	case r.Seq != v.last.Seq+1:
		v.broken(l.number, "record %d follows record %d", r.Seq, v.last.Seq)
	}
	switch r.Kind {
	case KindIntent:
		v.open[r.Hash] = r
	case KindOutcome:
		if _, ok := v.open[r.Ref]; !ok {
			v.broken(l.number, "the outcome of an intent that is not there, or was told twice")
		}
		delete(v.open, r.Ref)
	}
	if v.report.Records == 0 {
		v.report.First = r.Time
	}
	v.report.Records++
	v.report.Last = r.Time
	v.last = r
}
