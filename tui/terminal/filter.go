package terminal

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/vterm"
)

// Allow are things that the remote may do to the terminal only where the user wants it.
type Allow struct {
	// Clipboard lets the remote write the clipboard (OSC 52). It can never read it.
	Clipboard bool
	// Reports lets requests pass that the terminal answers as if the user had typed:
	// its kind, its state, the cursor's place.
	Reports bool
}

// filter passes on what the remote may do to the terminal and drops the rest: it is
// the remote's terminal, but not its own. What passes is written anew from what was
// understood, so that no sequence reaches the terminal that the virtual screen has
// understood in another way. Everything that comes out is whole sequences.
type filter struct {
	screen *vterm.Screen
	feeder *vterm.Feeder
	allow  Allow
	out    []byte
}

func newFilter(screen *vterm.Screen, allow Allow) *filter {
	f := &filter{screen: screen, allow: allow}
	f.feeder = vterm.NewFeeder(f)
	return f
}

// feed gives what may go to the terminal; it is valid until the next call.
func (f *filter) feed(p []byte) []byte {
	f.out = f.out[:0]
	f.feeder.Feed(p)
	return f.out
}

// Text implements vterm.Actor, as do the others below.
func (f *filter) Text(p []byte) {
	f.out = append(f.out, p...)
	f.screen.Text(p)
}

func (f *filter) Rune(r rune) {
	f.out = append(f.out, string(r)...)
	f.screen.Rune(r)
}

// Control passes what moves, rings and shifts; ENQ asks for an answer.
func (f *filter) Control(b byte) {
	if b >= 0x07 && b <= 0x0f {
		f.out = append(f.out, b)
		f.screen.Control(b)
	}
}

func (f *filter) Escape(cmd ansi.Cmd) {
	final := cmd.Final()
	switch cmd.Intermediate() {
	case 0:
		switch {
		case final == 'c':
			f.full()
			return
		case final == 'Z' && f.allow.Reports:
		case !strings.ContainsRune("78DEHM=>", rune(final)):
			return
		}
		f.out = append(f.out, ansi.ESC, final)
	case '(', ')':
		if !strings.ContainsRune("AB012", rune(final)) {
			return
		}
		f.out = append(f.out, ansi.ESC, cmd.Intermediate(), final)
	case '#':
		if final != '8' {
			return
		}
		f.out = append(f.out, ansi.ESC, '#', final)
	default:
		return
	}
	f.screen.Escape(cmd)
}

// full is the remote's wish for a terminal as new. The terminal has a life before and
// after this session, so it gets everything back that the remote has changed, and
// nothing else.
func (f *filter) full() {
	f.out = append(f.out, f.screen.Reset()...)
	f.out = append(f.out, "\x1b[H\x1b[2J"...)
	f.screen.Escape('c')
}

// Control sequences that pass, by their last byte.
const (
	moves   = "ABCDEFGHIZ`adefsu"
	edits   = "JKLMPSTX@bgmr"
	reports = "cnx" // with and without a prefix
)

func (f *filter) CSI(cmd ansi.Cmd, params ansi.Params) {
	final := cmd.Final()
	first, _, _ := params.Param(0, 0)
	plain := cmd.Prefix() == 0 && cmd.Intermediate() == 0
	switch {
	case plain && (final == 'h' || final == 'l'):
		f.modes(cmd, params, func(mode int) bool { return mode == 4 })
		return
	case cmd.Prefix() == '?' && cmd.Intermediate() == 0 && (final == 'h' || final == 'l'):
		f.modes(cmd, params, privateModes)
		return
	case plain && (final == 's' || final == 'u') && len(params) > 0: // margins; keyboard protocols
		return
	case plain && final == 'T' && len(params) > 1: // mouse tracking that waits for an answer
		return
	case plain && final == 'J' && first == 3: // the lines above the screen are not the remote's
		return
	case plain && (strings.IndexByte(moves, final) >= 0 || strings.IndexByte(edits, final) >= 0):
	case cmd.Intermediate() == ' ' && final == 'q' && cmd.Prefix() == 0: // shape of the cursor
	case cmd.Intermediate() == '!' && final == 'p' && cmd.Prefix() == 0: // soft reset
	case f.allow.Reports && cmd.Intermediate() == 0 && strings.IndexByte(reports, final) >= 0:
		f.out = appendCSI(f.out, cmd, params)
		return
	default:
		return
	}
	f.out = appendCSI(f.out, cmd, params)
	f.screen.CSI(cmd, params)
}

// modes passes those modes of a sequence that are allowed, each by itself.
func (f *filter) modes(cmd ansi.Cmd, params ansi.Params, allowed func(int) bool) {
	for i := range params {
		mode, _, ok := params.Param(i, 0)
		if !ok || !allowed(mode) {
			continue
		}
		one := ansi.Params{ansi.Param(mode)}
		f.out = appendCSI(f.out, cmd, one)
		f.screen.CSI(cmd, one)
	}
}

// privateModes are those that the screen can take back: keys, colours, origin,
// wrapping, cursor, the alternate screen, mouse, focus, paste, whole frames. Not among
// them are those that resize the window or let the terminal send reports by itself.
func privateModes(mode int) bool {
	switch mode {
	case 1, 5, 6, 7, 12, 25, 47, 66, 1000, 1002, 1003, 1004, 1005, 1006, 1007, 1015, 1016, 1047, 1048, 1049, 2004, 2026:
		return true
	}
	return false
}

func appendCSI(b []byte, cmd ansi.Cmd, params ansi.Params) []byte {
	b = append(b, ansi.ESC, '[')
	if p := cmd.Prefix(); p != 0 {
		b = append(b, p)
	}
	for i, p := range params {
		if v := p.Param(-1); v >= 0 {
			b = strconv.AppendInt(b, int64(v), 10)
		}
		switch {
		case i == len(params)-1:
		case p.HasMore():
			b = append(b, ':')
		default:
			b = append(b, ';')
		}
	}
	if i := cmd.Intermediate(); i != 0 {
		b = append(b, i)
	}
	return append(b, cmd.Final())
}

// Command passes titles and changes of colours.
func (f *filter) Command(kind byte, data []byte, whole bool) {
	if kind != ']' || !whole {
		return
	}
	number, rest, _ := bytes.Cut(data, []byte{';'})
	switch string(number) {
	case "0", "1", "2":
		f.screen.Command(kind, data, whole)
		if string(number) != "1" {
			f.out = append(f.out, title(f.screen.Title())...)
		}
	case "4", "10", "11", "12", "104", "110", "111", "112":
		if !all(rest, colourBytes) { // a question mark asks for an answer
			return
		}
		f.screen.Command(kind, data, whole)
		f.osc(data)
	case "52":
		if what, text, ok := bytes.Cut(rest, []byte{';'}); ok && f.allow.Clipboard && all(what, "cps01234567") && all(text, base64Bytes) {
			f.osc(data)
		}
	}
}

func (f *filter) osc(data []byte) {
	f.out = append(f.out, "\x1b]"...)
	f.out = append(f.out, data...)
	f.out = append(f.out, "\x1b\\"...)
}

const (
	letters     = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	colourBytes = letters + ":;/#. "
	base64Bytes = letters + "+/="
)

func all(p []byte, allowed string) bool {
	for _, b := range p {
		if strings.IndexByte(allowed, b) < 0 {
			return false
		}
	}
	return true
}

// title sets the window's title.
func title(text string) string { return "\x1b]2;" + text + "\x1b\\" }
