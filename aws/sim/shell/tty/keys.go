package tty

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"
)

// Key is one key press. Text is what it writes; Name says what it is otherwise
// ("up", "enter", "ctrl+c", "alt+b", "paste" with its text).
type Key struct{ Name, Text string }

// escWait is how long the rest of a sequence may take after an escape.
const escWait = 40 * time.Millisecond

// Keys reads key presses from a terminal that is in raw mode.
type Keys struct {
	t   *TTY
	may func() bool
	buf []byte
}

// NewKeys reads from t while may allows; nil always does.
func NewKeys(t *TTY, may func() bool) *Keys { return &Keys{t: t, may: may} }

// Pending says whether the next key has been read already.
func (k *Keys) Pending() bool { return len(k.buf) > 0 }

// text takes plain text that was read already behind a plain key, so that a paste
// is one change.
func (k *Keys) text(key Key) string {
	if key.Name != "" {
		return ""
	}
	var b strings.Builder
	for {
		next, n := parse(k.buf)
		if n == 0 || next.Name != "" {
			return b.String()
		}
		b.WriteString(next.Text)
		k.buf = k.buf[n:]
	}
}

// Close gives back what was read ahead.
func (k *Keys) Close() {
	k.t.Unread(k.buf)
	k.buf = nil
}

func (k *Keys) fill(ctx context.Context) error {
	p := make([]byte, 32<<10)
	n, err := k.t.Read(ctx, k.may, p)
	k.buf = append(k.buf, p[:n]...)
	return err
}

// Next waits for a key.
func (k *Keys) Next(ctx context.Context) (Key, error) {
	for {
		if key, n := parse(k.buf); n > 0 {
			k.buf = k.buf[n:]
			if key.Name == "paste-start" {
				return k.paste(ctx)
			}
			return key, nil
		}
		if len(k.buf) == 0 {
			if err := k.fill(ctx); err != nil {
				return Key{}, err
			}
			continue
		}
		short, cancel := context.WithTimeout(ctx, escWait)
		err := k.fill(short)
		cancel()
		if err == nil {
			continue
		}
		if ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
			return Key{}, err
		}
		if b := k.buf[0]; b == 0x1b {
			k.buf = k.buf[1:]
			return Key{Name: "esc"}, nil
		}
		k.buf = k.buf[1:] // half a rune
	}
}

const pasteEnd = "\x1b[201~"

// paste reads until the end of a bracketed paste.
func (k *Keys) paste(ctx context.Context) (Key, error) {
	from := 0
	for {
		if i := strings.Index(string(k.buf[from:]), pasteEnd); i >= 0 {
			text := string(k.buf[:from+i])
			k.buf = k.buf[from+i+len(pasteEnd):]
			return Key{Name: "paste", Text: strings.ReplaceAll(text, "\r", "\n")}, nil
		}
		from = max(0, len(k.buf)-len(pasteEnd))
		if err := k.fill(ctx); err != nil {
			return Key{}, err
		}
	}
}

// sequences are what terminals send for keys, behind the escape.
func sequence(s string) string {
	switch s {
	case "[A", "OA":
		return "up"
	case "[B", "OB":
		return "down"
	case "[C", "OC":
		return "right"
	case "[D", "OD":
		return "left"
	case "[H", "OH", "[1~", "[7~":
		return "home"
	case "[F", "OF", "[4~", "[8~":
		return "end"
	case "[3~":
		return "delete"
	case "[2~":
		return "insert"
	case "[5~":
		return "pgup"
	case "[6~":
		return "pgdown"
	case "[Z":
		return "shift+tab"
	case "[1;5C":
		return "alt+f"
	case "[1;5D":
		return "alt+b"
	case "[200~":
		return "paste-start"
	}
	return "unknown"
}

// parse reads one key off the front; n is 0 where more is needed.
func parse(b []byte) (Key, int) {
	if len(b) == 0 {
		return Key{}, 0
	}
	switch c := b[0]; {
	case c == 0x1b:
		return parseEscape(b)
	case c == '\r' || c == '\n':
		return Key{Name: "enter"}, 1
	case c == '\t':
		return Key{Name: "tab"}, 1
	case c == del || c == ctrlH:
		return Key{Name: "backspace"}, 1
	case c == 0:
		return Key{Name: "ctrl+space"}, 1
	case c < ' ':
		return Key{Name: "ctrl+" + string(rune(c|0x60))}, 1
	}
	if !utf8.FullRune(b) {
		return Key{}, 0
	}
	r, n := utf8.DecodeRune(b)
	return Key{Text: string(r)}, n
}

func parseEscape(b []byte) (Key, int) {
	if len(b) < 2 {
		return Key{}, 0
	}
	switch b[1] {
	case '[':
		for i := 2; i < len(b) && i < 32; i++ {
			if b[i] >= 0x40 && b[i] <= 0x7e {
				return Key{Name: sequence(string(b[1 : i+1]))}, i + 1
			}
		}
		if len(b) < 32 {
			return Key{}, 0
		}
		return Key{Name: "unknown"}, 32
	case 'O':
		if len(b) < 3 {
			return Key{}, 0
		}
		return Key{Name: sequence(string(b[1:3]))}, 3
	case 0x1b:
		return Key{Name: "esc"}, 1
	}
	if b[1] < ' ' || b[1] >= 0x7f {
		return Key{Name: "esc"}, 1
	}
	return Key{Name: "alt+" + string(rune(b[1]))}, 2
}
