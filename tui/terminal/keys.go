package terminal

import (
	"bytes"
	"errors"
)

// Escapes by their names in the configuration. Under SSH a tilde behind Enter is the
// outer ssh's own.
const (
	EscapeTilde   = "~"
	EscapeBracket = "^]"
)

// ErrEscape is an escape key that is none.
var ErrEscape = errors.New(`the escape key is one character, or "^" and a letter or one of [\]^_`)

// CheckEscape judges an escape's name in the configuration.
func CheckEscape(name string) error {
	_, err := escapeByte(name, false)
	return err
}

// escapeByte reads an escape's name; "" chooses by whether the terminal is that of an
// SSH session.
func escapeByte(name string, ssh bool) (byte, error) {
	switch {
	case name == "" && ssh:
		name = EscapeBracket
	case name == "":
		name = EscapeTilde
	}
	switch {
	case len(name) == 1 && name[0] > 0x20 && name[0] < 0x7f:
		return name[0], nil
	case len(name) == 2 && name[0] == '^':
		if c := name[1] &^ 0x20; c >= 'A' && c <= '_' && c != 'J' && c != 'M' || name[1] >= '[' && name[1] <= '_' {
			return name[1] & 0x1f, nil
		}
	}
	return 0, ErrEscape
}

// escapeName is how a byte is written: "~", "^]".
func escapeName(b byte) string {
	if b < 0x20 {
		return "^" + string(rune(b+'@'))
	}
	return string(rune(b))
}

// keys finds our own commands in what is typed: Enter, then the escape key alone in
// its read, then the command. Everything else belongs to the remote.
type keys struct {
	escape  byte
	fresh   bool // the last key was Enter, or there was none yet
	held    bool // the escape key was typed and is held back
	pasting bool
	tail    []byte // the end of what was read, for marks of a paste that are cut in two
}

var (
	pasteBegin = []byte("\x1b[200~")
	pasteEnd   = []byte("\x1b[201~")
)

// read takes one read. It gives what is to be sent and our command, or 0.
func (k *keys) read(p []byte) (send []byte, command byte) {
	if len(p) == 0 {
		return nil, 0
	}
	if k.held {
		k.held = false
		if len(p) == 1 {
			switch b := p[0]; {
			case b == k.escape:
				k.fresh = false
				return p, 0
			case b == '.' || b == 'd' || b == 's' || b == '?' || b >= '0' && b <= '9':
				k.fresh = true
				return nil, b
			}
		}
		p = append([]byte{k.escape}, p...)
	} else if len(p) == 1 && p[0] == k.escape && k.fresh && !k.pasting {
		k.held = true
		return nil, 0
	}
	last := p[len(p)-1]
	k.follow(p)
	k.fresh = !k.pasting && (last == '\r' || last == '\n')
	return p, 0
}

// follow finds out whether a bracketed paste is going on.
func (k *keys) follow(p []byte) {
	all := append(k.tail, p...)
	begin, end := bytes.LastIndex(all, pasteBegin), bytes.LastIndex(all, pasteEnd)
	switch {
	case begin > end:
		k.pasting = true
	case end >= 0:
		k.pasting = false
	}
	k.tail = append(k.tail[:0], all[max(0, len(all)-len(pasteBegin)+1):]...)
}
