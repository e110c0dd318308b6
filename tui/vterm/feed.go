package vterm

import (
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/ansi/parser"
)

// Actor is told what a stream of bytes says to a terminal. Slices are valid during
// the call only.
type Actor interface {
	// Text is printable ASCII.
	Text(p []byte)
	// Rune is another printable rune; what is not UTF-8 comes as U+FFFD.
	Rune(r rune)
	// Control is a C0 control other than ESC, CAN and SUB.
	Control(b byte)
	// Escape is an escape sequence that is neither a CSI nor a string.
	Escape(cmd ansi.Cmd)
	// CSI is a control sequence.
	CSI(cmd ansi.Cmd, params ansi.Params)
	// Command is a string: an OSC (']'), DCS ('P'), SOS ('X'), PM ('^'), APC ('_') or a
	// title as GNU screen writes it ('k'). Whole is false where it was too long and its
	// data is cut.
	Command(kind byte, data []byte, whole bool)
}

const (
	// maxCommand is how much of a string is kept.
	maxCommand = 4096
	// maxSequence is the length after which a control sequence is given up.
	maxSequence = 256
	// maxDigits of a parameter; the rest is left out.
	maxDigits = 5
)

type feedState byte

const (
	ground feedState = iota
	escaped
	inSequence
	skipping // a sequence that was given up
	inCommand
	commandEscaped
)

// Feeder cuts a stream of bytes into what it says. Sequences go through x/ansi's
// parser. Text does not, since that parser takes what follows an incomplete rune for
// the rest of it; nor do strings, in whose UTF-8 it finds ends that are none.
type Feeder struct {
	to     Actor
	p      *ansi.Parser
	state  feedState
	part   [utf8.UTFMax]byte // of a rune whose end has not come yet
	parts  int
	length int // of the sequence so far
	digits int
	kind   byte
	data   []byte
	whole  bool
}

// NewFeeder makes a feeder that tells to.
func NewFeeder(to Actor) *Feeder {
	f := &Feeder{to: to, p: ansi.NewParser()}
	f.p.SetDataSize(1) // strings never get there
	f.p.SetHandler(ansi.Handler{
		Execute:   func(b byte) { f.control(b) },
		HandleCsi: func(cmd ansi.Cmd, params ansi.Params) { f.to.CSI(cmd, params) },
		HandleEsc: func(cmd ansi.Cmd) { f.to.Escape(cmd) },
	})
	return f
}

// Ground says that no sequence and no rune is begun: something else may be written
// to the same terminal now.
func (f *Feeder) Ground() bool { return f.state == ground && f.parts == 0 }

// Feed takes the next bytes, cut anywhere.
func (f *Feeder) Feed(p []byte) {
	for len(p) > 0 {
		switch f.state {
		case ground:
			p = f.text(p)
		case inCommand:
			p = f.command(p)
		default:
			f.step(p[0])
			p = p[1:]
		}
	}
}

// text takes text up to the first sequence and gives the rest.
func (f *Feeder) text(p []byte) []byte {
	for len(p) > 0 {
		if f.parts > 0 {
			p = f.continued(p)
			continue
		}
		n := 0
		for n < len(p) && p[n] >= 0x20 && p[n] < 0x7f {
			n++
		}
		if n > 0 {
			f.to.Text(p[:n])
			p = p[n:]
			continue
		}
		switch b := p[0]; {
		case b == ansi.ESC:
			f.state = escaped
			return p[1:]
		case b < 0x80:
			f.control(b)
			p = p[1:]
		case !utf8.FullRune(p):
			f.parts = copy(f.part[:], p)
			return nil
		default:
			r, size := utf8.DecodeRune(p)
			f.rune(r)
			p = p[size:]
		}
	}
	return p
}

// continued takes the rest of a rune that began in an earlier call.
func (f *Feeder) continued(p []byte) []byte {
	used := 0
	for used < len(p) && f.parts < utf8.UTFMax && !utf8.FullRune(f.part[:f.parts]) {
		f.part[f.parts] = p[used]
		f.parts++
		used++
	}
	if !utf8.FullRune(f.part[:f.parts]) {
		return nil // all is used, and it is still not whole
	}
	r, size := utf8.DecodeRune(f.part[:f.parts])
	back := f.parts - size // bytes that do not belong to it, which came just now
	f.parts = 0
	if back > used { // an earlier byte is not the beginning of anything
		rest := append([]byte(nil), f.part[size:size+back-used]...)
		f.rune(r)
		for range rest {
			f.rune(utf8.RuneError)
		}
		return p
	}
	f.rune(r)
	return p[used-back:]
}

// rune tells a rune that is none of the C1 controls, which some terminals obey when
// they come as UTF-8.
func (f *Feeder) rune(r rune) {
	if r >= 0x80 && r < 0xa0 {
		r = utf8.RuneError
	}
	f.to.Rune(r)
}

func (f *Feeder) control(b byte) {
	if b == 0x18 || b == 0x1a || b == 0x7f || b == ansi.ESC {
		return
	}
	f.to.Control(b)
}

// step takes one byte of a sequence.
func (f *Feeder) step(b byte) {
	switch {
	case b == 0x18 || b == 0x1a: // CAN, SUB
		f.drop()
		return
	case b == ansi.ESC && f.state != commandEscaped:
		f.drop()
		f.state = escaped
		return
	}
	switch f.state {
	case escaped:
		f.begin(b)
	case commandEscaped:
		switch b {
		case '\\':
			f.end()
		case ansi.ESC:
			f.state = escaped
		default: // the string was broken off by the beginning of something else
			f.begin(b)
		}
	case inSequence:
		f.sequence(b)
	case skipping:
		if b >= 0x40 && b < 0x7f {
			f.drop()
		}
	}
}

// begin takes the byte behind ESC.
func (f *Feeder) begin(b byte) {
	switch b {
	case ']', 'P', 'X', '^', '_', 'k':
		f.state, f.kind, f.data, f.whole = inCommand, b, f.data[:0], true
	case '\\':
		f.drop() // the end of a string that was given up
	default:
		f.p.Reset()
		f.p.Advance(ansi.ESC)
		f.state, f.length, f.digits = inSequence, 0, 0
		f.sequence(b)
	}
}

func (f *Feeder) sequence(b byte) {
	if b >= 0x80 { // no terminal continues a sequence with these
		f.drop()
		f.Feed([]byte{b})
		return
	}
	if f.length++; f.length > maxSequence {
		f.state = skipping
		f.p.Reset()
		if b >= 0x40 && b < 0x7f {
			f.drop()
		}
		return
	}
	if b >= '0' && b <= '9' {
		if f.digits++; f.digits > maxDigits {
			return
		}
	} else {
		f.digits = 0
	}
	f.p.Advance(b)
	if f.p.State() == parser.GroundState {
		f.state = ground
	}
}

// drop gives a sequence up.
func (f *Feeder) drop() {
	f.state = ground
	f.p.Reset()
}

// command takes the inside of a string and gives the rest.
func (f *Feeder) command(p []byte) []byte {
	for i, b := range p {
		switch {
		case b == ansi.ESC:
			f.keep(p[:i])
			f.state = commandEscaped
			return p[i+1:]
		case b == 0x07 && f.kind == ']':
			f.keep(p[:i])
			f.end()
			return p[i+1:]
		case b == 0x18 || b == 0x1a:
			f.drop()
			return p[i+1:]
		}
	}
	f.keep(p)
	return nil
}

func (f *Feeder) keep(p []byte) {
	if n := maxCommand - len(f.data); len(p) > n {
		p, f.whole = p[:n], false
	}
	f.data = append(f.data, p...)
}

func (f *Feeder) end() {
	f.state = ground
	f.to.Command(f.kind, f.data, f.whole)
}
