package cast

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"sync"
	"time"
	"unicode/utf8"
)

// Options of a Writer.
type Options struct {
	// Limit is the size in bytes after which recording ends, with a marker; 0 is none.
	Limit int64
	// Mask, where it is not nil, sees each line of output and input, without its end,
	// before it is written. Lines are then written when they are whole.
	Mask func([]byte) []byte
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Writer writes a recording. It is safe for concurrent use. After an error it writes
// no more and gives the error again.
type Writer struct {
	o     Options
	begun time.Time

	mu    sync.Mutex
	buf   *bufio.Writer
	sum   hash.Hash
	size  int64
	full  bool
	err   error
	parts map[Kind]*part
	room  []byte // for the event that is written
	saved time.Time
}

// part is text that cannot be written yet.
type part struct{ held []byte }

const (
	maxHeld   = 4096
	saveEvery = time.Second
)

// NewWriter begins a recording.
func NewWriter(w io.Writer, h Header, o Options) (*Writer, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	c := &Writer{o: o, begun: o.Now(), sum: sha256.New(), parts: map[Kind]*part{Output: {}, Input: {}}}
	c.buf = bufio.NewWriterSize(io.MultiWriter(w, c.sum), 32<<10)
	h.Version, h.Timestamp = 2, c.begun.Unix()
	line, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.line(line)
	c.save()
	return c, c.err
}

// Output records what the remote wrote, Input what was typed.
func (c *Writer) Output(p []byte) error { return c.text(Output, p) }

// Input records what was typed.
func (c *Writer) Input(p []byte) error { return c.text(Input, p) }

// Resize records the terminal's size.
func (c *Writer) Resize(cols, rows int) error {
	return c.event(Resize, fmt.Sprintf("%dx%d", cols, rows))
}

// Mark records a word of ours.
func (c *Writer) Mark(text string) error { return c.event(Marker, text) }

// Save writes to the file what is held in memory.
func (c *Writer) Save() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.save()
	return c.err
}

// Close writes the rest. It gives the file's size and its SHA-256 in hex.
func (c *Writer) Close() (size int64, sum string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, kind := range [...]Kind{Output, Input} {
		if p := c.parts[kind]; len(p.held) > 0 {
			c.masked(kind, p.held)
			p.held = nil
		}
	}
	c.save()
	c.full = true
	return c.size, hex.EncodeToString(c.sum.Sum(nil)), c.err
}

func (c *Writer) event(kind Kind, data string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put(kind, bytes.ToValidUTF8([]byte(data), []byte("\uFFFD")))
	return c.err
}

// text records text in whole characters, and in whole lines where it is masked.
func (c *Writer) text(kind Kind, p []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	part := c.parts[kind]
	all := p
	if len(part.held) > 0 {
		all = append(part.held, p...)
	}
	n := len(all) - incomplete(all)
	if c.o.Mask != nil {
		switch end := bytes.LastIndexAny(all[:n], "\r\n"); {
		case end >= 0:
			n = end + 1
		case n < maxHeld:
			n = 0
		}
	}
	if n > 0 {
		c.masked(kind, all[:n])
	}
	part.held = append([]byte(nil), all[n:]...)
	return c.err
}

func (c *Writer) masked(kind Kind, p []byte) {
	if c.o.Mask != nil {
		var out []byte
		for len(p) > 0 {
			line, end := p, []byte(nil)
			if i := bytes.IndexAny(p, "\r\n"); i >= 0 {
				line, end = p[:i], p[i:i+1]
			}
			p = p[len(line)+len(end):]
			if len(line) > 0 {
				out = append(out, c.o.Mask(line)...)
			}
			out = append(out, end...)
		}
		p = out
	}
	if !utf8.Valid(p) {
		p = bytes.ToValidUTF8(p, []byte("\uFFFD"))
	}
	c.put(kind, p)
}

// incomplete is the length of a character at the end of p that has only begun.
func incomplete(p []byte) int {
	for i := 1; i <= min(len(p), utf8.UTFMax-1); i++ {
		if b := p[len(p)-i]; utf8.RuneStart(b) {
			if !utf8.FullRune(p[len(p)-i:]) {
				return i
			}
			return 0
		}
	}
	return 0
}

// put writes one event, of valid UTF-8; mu is held.
func (c *Writer) put(kind Kind, data []byte) {
	if c.full || c.err != nil {
		return
	}
	now := c.o.Now()
	at := now.Sub(c.begun).Seconds()
	if c.o.Limit > 0 && c.size+int64(len(data)) > c.o.Limit {
		c.full = true
		kind, data = Marker, []byte("the recording ends here: it has reached its limit")
	}
	c.room = fmt.Appendf(c.room[:0], `[%.6f, "%c", `, at, kind)
	c.room = append(quoted(c.room, data), ']')
	c.line(c.room)
	if now.Sub(c.saved) > saveEvery {
		c.saved = now
		c.save()
	}
}

// quoted writes valid UTF-8 behind b as a string of JSON. The package for that takes
// several times as long, and all output of a shell comes through here.
func quoted(b, text []byte) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	from := 0
	for i, c := range text {
		if c >= 0x20 && c != '"' && c != '\\' && c != 0x7f {
			continue
		}
		b = append(b, text[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(append(b, text[from:]...), '"')
}

func (c *Writer) line(b []byte) {
	n, err := c.buf.Write(append(b, '\n'))
	c.size += int64(n)
	if c.err == nil {
		c.err = err
	}
}

func (c *Writer) save() {
	if err := c.buf.Flush(); c.err == nil {
		c.err = err
	}
}
