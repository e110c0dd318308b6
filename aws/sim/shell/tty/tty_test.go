package tty

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// far is the far end of a terminal in a test.
type far struct {
	mu   sync.Mutex
	out  bytes.Buffer
	cols int
}

func (f *far) Read([]byte) (int, error) { return 0, io.EOF }
func (f *far) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.out.Write(p)
}
func (f *far) Size() (int, int)         { return f.cols, 24 }
func (f *far) Resized() <-chan struct{} { return nil }
func (f *far) text() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.out.String()
}

// read reads what is there without waiting long.
func read(t *testing.T, x *TTY) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	b := make([]byte, 100)
	n, err := x.Read(ctx, nil, b)
	return string(b[:n]), err
}

func TestLineDiscipline(t *testing.T) {
	for name, tc := range map[string]struct{ keys, read, echo string }{
		"line":         {"abc\r", "abc\n", "abc\r\n"},
		"erase":        {"abx\x7fc\n", "abc\n", "abx\b \bc\r\n"},
		"erase ^H":     {"ax\bb\n", "ab\n", "ax\b \bb\r\n"},
		"erase none":   {"\x7f\x7fa\n", "a\n", "a\r\n"},
		"erase rune":   {"ö\x7fo\n", "o\n", "ö\b \bo\r\n"},
		"erase wide":   {"日\x7fn\n", "n\n", "日\b \b\b \bn\r\n"},
		"kill":         {"abc\x15d\n", "d\n", "abc\b \b\b \b\b \bd\r\n"},
		"word":         {"ab cd\x17e\n", "ab e\n", "ab cd\b \b\b \be\r\n"},
		"literal":      {"\x16\x03\n", "\x03\n", "^C\r\n"},
		"control":      {"a\x01b\n", "a\x01b\n", "a^Ab\r\n"},
		"erase ctrl":   {"\x01\x7fa\n", "a\n", "^A\b \b\b \ba\r\n"},
		"^D in a line": {"ab\x04", "ab", "ab"},
	} {
		f := &far{cols: 80}
		x := New(f)
		x.take([]byte(tc.keys))
		got, err := read(t, x)
		if got != tc.read || err != nil || f.text() != tc.echo {
			t.Errorf("%s: read %q, %v, echo %q; want %q, %q", name, got, err, f.text(), tc.read, tc.echo)
		}
	}
}

func TestEndOfFileAndHangUp(t *testing.T) {
	x := New(&far{cols: 80})
	x.take([]byte("\x04a\n"))
	if _, err := read(t, x); err != io.EOF {
		t.Errorf("^D: %v", err)
	}
	if got, err := read(t, x); got != "a\n" || err != nil {
		t.Errorf("after it: %q, %v", got, err)
	}
	if _, err := read(t, x); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("nothing typed: %v", err)
	}
	var heard []Signal
	x.OnSignal(func(s Signal) { heard = append(heard, s) })
	x.Run() // the far end has gone
	if _, err := read(t, x); err != io.EOF || len(heard) != 1 || heard[0] != HangUp {
		t.Errorf("hang-up: %v, %v", err, heard)
	}
}

func TestSignals(t *testing.T) {
	f := &far{cols: 80}
	x := New(f)
	var heard []Signal
	x.OnSignal(func(s Signal) { heard = append(heard, s) })
	x.take([]byte("typed\nhalf\x03\x1a\x1cafter\n"))
	if len(heard) != 3 || heard[0] != Interrupt || heard[1] != Suspend || heard[2] != Quit {
		t.Errorf("signals %v", heard)
	}
	if got, _ := read(t, x); got != "after\n" {
		t.Errorf("what was typed before a signal is still there: %q", got)
	}
	if !strings.Contains(f.text(), "half^C^Z^\\after") {
		t.Errorf("echo %q", f.text())
	}
}

func TestModes(t *testing.T) {
	f := &far{cols: 80}
	x := New(f)
	x.take([]byte("ahead"))
	old := x.SetMode(Raw())
	x.take([]byte("\x03\r\x04"))
	var got strings.Builder
	for got.Len() < 8 {
		s, err := read(t, x)
		if err != nil {
			t.Fatal(err)
		}
		got.WriteString(s)
	}
	if got.String() != "ahead\x03\r\x04" || f.text() != "ahead" {
		t.Errorf("raw: %q, echo %q", got.String(), f.text())
	}
	var heard []Signal
	x.OnSignal(func(s Signal) { heard = append(heard, s) })
	x.take([]byte("x\x03next\r"))
	x.SetMode(old)
	if s, _ := read(t, x); s != "next\n" || len(heard) != 1 {
		t.Errorf("typed ahead in raw mode: %q, signals %v", s, heard)
	}
	if _, err := x.Write([]byte("a\nb")); err != nil || !strings.HasSuffix(f.text(), "a\r\nb") {
		t.Errorf("output %q, %v", f.text(), err)
	}
	x.SetMode(Mode{Canon: true})
	before := f.text()
	x.take([]byte("secret\n"))
	if s, _ := read(t, x); s != "secret\n" || f.text() != before {
		t.Errorf("without echo: %q, %q", s, f.text())
	}
}

func TestReadOnlyWhenAllowed(t *testing.T) {
	x := New(&far{cols: 80})
	x.take([]byte("a\n"))
	var mu sync.Mutex
	may := false
	got := make(chan string)
	go func() {
		b := make([]byte, 10)
		n, _ := x.Read(t.Context(), func() bool { mu.Lock(); defer mu.Unlock(); return may }, b)
		got <- string(b[:n])
	}()
	select {
	case s := <-got:
		t.Errorf("read %q though it must not", s)
	case <-time.After(30 * time.Millisecond):
	}
	mu.Lock()
	may = true
	mu.Unlock()
	x.Wake()
	if s := <-got; s != "a\n" {
		t.Errorf("read %q", s)
	}
}

func TestKeys(t *testing.T) {
	x := New(&far{cols: 80})
	x.SetMode(Raw())
	x.take([]byte("a\x1b[Aö\x1bOB\x1b[3~\x1b[200~pa\rste\x1b[201~\x1bb\x01\r\t\x7f\x1b[99~"))
	k := NewKeys(x, nil)
	want := []Key{{Text: "a"}, {Name: "up"}, {Text: "ö"}, {Name: "down"}, {Name: "delete"}, {Name: "paste", Text: "pa\nste"}, {Name: "alt+b"},
		{Name: "ctrl+a"}, {Name: "enter"}, {Name: "tab"}, {Name: "backspace"}, {Name: "unknown"}}
	for i, w := range want {
		got, err := k.Next(t.Context())
		if err != nil || got != w {
			t.Fatalf("key %d: %+v, %v; want %+v", i, got, err, w)
		}
	}
	x.take([]byte("\x1b"))
	if got, err := k.Next(t.Context()); err != nil || got.Name != "esc" {
		t.Errorf("a lone escape: %+v, %v", got, err)
	}
	x.take([]byte("\xc3"))
	x.take([]byte("\xb6"))
	if got, err := k.Next(t.Context()); err != nil || got.Text != "ö" {
		t.Errorf("a rune in two reads: %+v, %v", got, err)
	}
	x.take([]byte("ab"))
	if _, err := k.Next(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.Close()
	if s, _ := read(t, x); s != "b" {
		t.Errorf("read ahead and given back: %q", s)
	}
}

func TestLongPasteAtThePrompt(t *testing.T) {
	f := &far{cols: 80}
	x := New(f)
	e := &Editor{T: x}
	word := strings.Repeat("0123456789", 50_000)
	x.SetMode(Raw())
	x.take([]byte(word + "\r"))
	line, err := e.ReadLine(t.Context(), "$ ")
	if err != nil || line != word {
		t.Fatalf("%d bytes of %d, %v", len(line), len(word), err)
	}
}

func FuzzDiscipline(f *testing.F) {
	f.Add([]byte("abc\x7f\x15\x17\x16\x03\x04\r\n\x1b[A"), true)
	f.Add([]byte("日本\x7f\x7f\xff\xfe"), false)
	f.Fuzz(func(t *testing.T, keys []byte, canon bool) {
		x := New(&far{cols: 3})
		if !canon {
			x.SetMode(Mode{Signals: true, Echo: true})
		}
		for _, b := range keys {
			x.take([]byte{b})
		}
		x.SetMode(Raw())
		x.SetMode(Cooked())
		for len(x.lines) > 0 {
			if _, err := x.first(make([]byte, 3)); err != nil && err != io.EOF {
				t.Fatal(err)
			}
		}
	})
}

func FuzzEditor(f *testing.F) {
	f.Add([]byte("echo hi\x1b[D\x1b[Dx\x01\x05\x0b\x19\x17\x15\t\x1b[A\x1b[B\x0c\x04\r"), uint8(10))
	f.Add([]byte("\x1b[200~a\nb\tc\x1b[201~\x7f\x7f日本\x1b[3~\x1bb\x1bf\x1bd\r"), uint8(1))
	f.Fuzz(func(t *testing.T, keys []byte, cols uint8) {
		x := New(&far{cols: int(cols)})
		e := &Editor{T: x, Complete: func(line string) (int, []string) { return 0, []string{line + "a", line + "b/"} }}
		x.SetMode(Raw())
		x.take(append(keys, '\r', 3))
		x.hung = true
		for range len(keys) + 3 {
			if _, err := e.ReadLine(t.Context(), "$ "); errors.Is(err, io.EOF) && len(x.lines) == 0 {
				break
			}
			if e.cur < 0 || e.cur > len(e.text) || e.row < 0 {
				t.Fatalf("cursor %d of %d, row %d", e.cur, len(e.text), e.row)
			}
		}
	})
}
