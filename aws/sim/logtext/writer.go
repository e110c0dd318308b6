package logtext

import (
	"encoding/hex"
	"strconv"
	"time"
)

// writer writes the events of one slot into one buffer.
type writer struct {
	*Stream
	rng
	at   int64 // of the unit in hand
	buf  []byte
	ends []int // of the events in buf
	from int   // where the unit in hand began in ends
}

func (w *writer) begin(at int64, seed uint64) {
	w.at, w.rng, w.from = at, rng(seed), len(w.ends)
}

// finish ends the unit and tells how many events it made.
func (w *writer) finish() int {
	w.end()
	return len(w.ends) - w.from
}

func (w *writer) text() (string, []int) { return string(w.buf), w.ends }

// end ends an event; one without text is none.
func (w *writer) end() {
	last := 0
	if len(w.ends) > 0 {
		last = w.ends[len(w.ends)-1]
	}
	if len(w.buf) > last {
		w.ends = append(w.ends, len(w.buf))
	}
}

// nl begins the next line of a text of several lines: a new event, as a log driver
// makes one per line, or the same one where it was told how to join them.
func (w *writer) nl() {
	if w.Joined {
		w.buf = append(w.buf, '\n')
		return
	}
	w.end()
}

func (w *writer) s(parts ...string) {
	for _, p := range parts {
		w.buf = append(w.buf, p...)
	}
}

func (w *writer) d(n int) { w.buf = strconv.AppendInt(w.buf, int64(n), 10) }

// f writes x with so many decimals.
func (w *writer) f(x float64, decimals int) {
	w.buf = strconv.AppendFloat(w.buf, x, 'f', decimals, 64)
}

func (w *writer) time(layout string) {
	w.buf = time.UnixMilli(w.at).UTC().AppendFormat(w.buf, layout)
}

// hex writes so many hexadecimal digits, an even number.
func (w *writer) hex(digits int) {
	var raw [32]byte
	n := digits / 2
	for i := 0; i < n; i += 8 {
		v := w.next()
		for j := range 8 {
			raw[i+j] = byte(v >> (8 * j))
		}
	}
	w.buf = hex.AppendEncode(w.buf, raw[:n])
}

func (w *writer) uuid() {
	w.hex(8)
	w.s("-")
	w.hex(4)
	w.s("-4")
	w.hex(4)
	w.buf = w.buf[:len(w.buf)-1]
	w.s("-a")
	w.hex(4)
	w.buf = w.buf[:len(w.buf)-1]
	w.s("-")
	w.hex(12)
}

// str catches what f writes as a text of its own.
func (w *writer) str(f func()) string {
	n := len(w.buf)
	f()
	s := string(w.buf[n:])
	w.buf = w.buf[:n]
	return s
}

// field is one key and value of a structured line.
type field struct {
	key, str string
	num      float64
	isNum    bool
}

func text(key, value string) field       { return field{key: key, str: value} }
func number(key string, v float64) field { return field{key: key, num: v, isNum: true} }
func (w *writer) plainNumber(v float64)  { w.buf = strconv.AppendFloat(w.buf, v, 'f', -1, 64) }
func (w *writer) quoted(s string)        { w.buf = strconv.AppendQuote(w.buf, s) }
func (w *writer) format(level, source, msg string, fields ...field) {
	w.Program.format(w, level, source, msg, fields)
}

// trace is an id that lines of other services within the same two seconds may
// carry, too: requests go through several services.
func (w *writer) trace() string {
	v := mix(0x7472616365, uint64(w.at/2000), uint64(w.n(12)))
	return strconv.FormatUint(v|1<<63, 16) + strconv.FormatUint(mix(v)|1<<63, 16)
}
