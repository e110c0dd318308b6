package terminal

import (
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

var _ tea.ExecCommand = (*Host)(nil)

func TestEveryKeyReachesTheRemote(t *testing.T) {
	d, s := newDesk(t), newShell("one")
	d.run(s, Options{Banner: "one · 1111"})
	d.sees("one · 1111")
	all := make([]byte, 0, 256)
	for b := range 256 {
		all = append(all, byte(b)) // Ctrl-C, Ctrl-Z, Ctrl-S, Ctrl-Q, Ctrl-V, Ctrl-O, NUL …
	}
	d.keys(string(all))
	d.until("all bytes", func() bool { return s.input() == string(all) })
	s.finish("bye")
	if err := d.left(); err != nil {
		t.Error(err)
	}
	if d.host.Detached() {
		t.Error("detached from a session that has ended")
	}
}

func TestPasteOfOneMegabyte(t *testing.T) {
	d, s := newDesk(t), newShell("one")
	d.run(s, Options{})
	paste := "\x1b[200~" + strings.Repeat("žluťoučký kůň 漢字 \r~.\r", 1<<20/32) + "\x1b[201~"
	go d.master.WriteString(paste)
	d.until("the paste", func() bool { return len(s.input()) >= len(paste) })
	if s.input() != paste {
		t.Error("the paste arrived changed")
	}
	s.finish("")
	d.left()
}

func TestOutput(t *testing.T) {
	d, s := newDesk(t), newShell("one")
	s.writes("before anybody looked\r\n")
	d.run(s, Options{Title: "our title"})
	d.sees("before anybody looked")
	s.writes("漢字 e\u0301 \x1b[31mred\x1b[0m\r\n")
	d.sees("漢字 e\u0301 red")
	d.until("our title", func() bool { d.mu.Lock(); defer d.mu.Unlock(); return d.screen.Title() == "our title" })
	s.writes("\x1b]2;theirs\x07")
	d.until("their title", func() bool { d.mu.Lock(); defer d.mu.Unlock(); return d.screen.Title() == "theirs" })
	s.writes("\x1b[?1049h\x1b[?1000h\x1b[?1006h\x1b[?2004h\x1b[?25l\x1b=\x1b[?1h\x1b[2;4r")
	s.finish("")
	d.left()
	for _, undone := range []string{"\x1b[?1049l", "\x1b[?1000l", "\x1b[?1006l", "\x1b[?2004l", "\x1b[?25h", "\x1b>", "\x1b[?1l", "\x1b[r", "\x1b[23;2t"} {
		d.until(undone, func() bool { d.mu.Lock(); defer d.mu.Unlock(); return strings.Contains(d.raw.String(), undone) })
	}
}

func TestSizeIsPassedOn(t *testing.T) {
	d, s := newDesk(t), newShell("one")
	d.run(s, Options{})
	d.until("the first size", func() bool { return s.lastSize() == [2]int{60, 10} })
	s.writes("some text\r\n")
	d.sees("some text")
	d.resize(70, 20)
	d.winch()
	from := time.Now()
	d.until("the new size", func() bool { return s.lastSize() == [2]int{70, 20} })
	t.Logf("the size took %v", time.Since(from))
	d.sees("some text")
	s.finish("")
	d.left()
}

func TestEscapeKey(t *testing.T) {
	t.Run("ends", func(t *testing.T) {
		d, s := newDesk(t), newShell("one")
		d.run(s, Options{})
		d.keys("x\r", "~", ".")
		if err := d.left(); err != nil {
			t.Error(err)
		}
		if s.ends != 1 || s.input() != "x\r" {
			t.Errorf("%d ends, input %q", s.ends, s.input())
		}
	})
	t.Run("ends at once when asked twice", func(t *testing.T) {
		d, s := newDesk(t), newShell("one")
		s.stuck = make(chan struct{})
		d.run(s, Options{})
		d.keys("~", ".")
		d.sees("ending the session")
		d.keys("lost", "\r", "~", ".")
		if err := d.left(); err != nil {
			t.Error(err)
		}
		close(s.stuck)
		<-s.done
	})
	t.Run("under ssh", func(t *testing.T) {
		d, s := newDesk(t), newShell("one")
		d.run(s, Options{Banner: "b", SSH: func() bool { return true }})
		d.sees("Enter ^] .")
		d.keys("\r", "~", ".", "\r", "\x1d", "d")
		if err := d.left(); err != nil {
			t.Error(err)
		}
		if !d.host.Detached() || s.input() != "\r~.\r" {
			t.Errorf("detached %v, input %q", d.host.Detached(), s.input())
		}
	})
	t.Run("wrong", func(t *testing.T) {
		h := New(newShell("one"), Options{Escape: "two keys"})
		if err := h.Run(); !errors.Is(err, ErrEscape) {
			t.Error(err)
		}
	})
}

func TestKeys(t *testing.T) {
	for _, c := range []struct {
		name  string
		reads []string
		sent  string
		cmds  string
	}{
		{"at the start", []string{"~", "."}, "", "."},
		{"behind Enter", []string{"ls\r", "~", "d"}, "ls\r", "d"},
		{"behind a line feed", []string{"ls\n", "~", "3"}, "ls\n", "3"},
		{"not behind text", []string{"ls", "~", "."}, "ls~.", ""},
		{"not in one read with text", []string{"\r", "~."}, "\r~.", ""},
		{"not with Enter in its read", []string{"\r~", "."}, "\r~.", ""},
		{"twice sends itself", []string{"\r", "~", "~", "."}, "\r~.", ""},
		{"other keys send both", []string{"\r", "~", "x", "\r", "~", "?"}, "\r~x\r", "?"},
		{"an arrow is no command", []string{"\r", "~", "\x1b[A"}, "\r~\x1b[A", ""},
		{"in a paste", []string{"\x1b[200~", "\r", "~", "."}, "\x1b[200~\r~.", ""},
		{"paste marks in pieces", []string{"\x1b[20", "0~a\r", "~", ".", "\x1b[2", "01~", "\r", "~", "d"}, "\x1b[200~a\r~.\x1b[201~\r", "d"},
		{"behind a command", []string{"~", "s", "~", "?"}, "", "s?"},
		{"held and typed on", []string{"~", "/bin\r"}, "~/bin\r", ""},
	} {
		k := keys{escape: '~', fresh: true}
		var sent, cmds strings.Builder
		for _, r := range c.reads {
			send, cmd := k.read([]byte(r))
			sent.Write(send)
			if cmd != 0 {
				cmds.WriteByte(cmd)
			}
		}
		if sent.String() != c.sent || cmds.String() != c.cmds {
			t.Errorf("%s: sent %q, commands %q; want %q, %q", c.name, sent.String(), cmds.String(), c.sent, c.cmds)
		}
	}
	for name, want := range map[string]byte{"": '~', "~": '~', "^]": 0x1d, "^a": 1, "^A": 1, "%": '%', "^\\": 0x1c} {
		if b, err := escapeByte(name, false); err != nil || b != want {
			t.Errorf("escape %q is %#x, %v", name, b, err)
		}
	}
	for _, name := range []string{" ", "ab", "^", "^1", "^M", "é", "\x1b"} {
		if b, err := escapeByte(name, false); name != "^" && err == nil {
			t.Errorf("escape %q is %#x", name, b)
		}
	}
}

func TestDetachAndAttachAgain(t *testing.T) {
	d, s := newDesk(t), newShell("one")
	d.run(s, Options{})
	s.writes("prompt$ \x1b[?1h")
	d.sees("prompt$")
	d.keys("\r", "~", "d")
	if err := d.left(); err != nil || !d.host.Detached() {
		t.Fatalf("left with %v, detached %v", err, d.host.Detached())
	}
	s.writes("written meanwhile\r\n\x1b]2;new title\x07")
	d.run(s, Options{})
	d.sees("written meanwhile")
	d.until("the title", func() bool { d.mu.Lock(); defer d.mu.Unlock(); return d.screen.Title() == "new title" })
	d.until("two sizes", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		n := len(s.sizes)
		return n >= 3 && s.sizes[n-2] == [2]int{60, 9} && s.sizes[n-1] == [2]int{60, 10}
	})
	s.finish("")
	d.left()
}

func TestJump(t *testing.T) {
	d, one, two := newDesk(t), newShell("one"), newShell("two")
	gone := newShell("three")
	gone.finish("task stopped")
	list := func() []Session { return []Session{one, two, gone} }
	d.run(one, Options{List: list, Describe: func(s Session) (string, string) { return s.Label(), "banner of " + s.Label() }})
	one.writes("this is one\r\n")
	d.sees("this is one")
	d.keys("~", "2")
	d.sees("banner of two")
	two.writes("this is two\r\n")
	d.sees("this is two")
	d.gone("this is one")
	d.keys("to two")
	d.until("input", func() bool { return two.input() == "to two" })
	one.writes("one goes on\r\n")
	d.keys("\r", "~", "s")
	d.sees("Sessions")
	d.sees("ended: task stopped")
	two.writes("two goes on\r\n")
	d.keys("1")
	d.sees("one goes on")
	d.keys("~", "s")
	d.sees("Sessions")
	d.keys("q")
	d.sees("one goes on")
	d.keys("~", "3")
	d.sees("session 3 has ended")
	d.keys("~", "9")
	d.sees("there is no session 9")
	d.keys("~", "?")
	d.sees("every key goes to the remote")
	d.keys("d")
	if err := d.left(); err != nil || !d.host.Detached() || d.host.Session() != Session(one) {
		t.Errorf("left with %v", err)
	}
	if one.input() != "" || two.input() != "to two\r" {
		t.Errorf("input %q and %q", one.input(), two.input())
	}
}

func TestNotice(t *testing.T) {
	d, s := newDesk(t), newShell("one")
	d.run(s, Options{Title: "ours", Notice: time.Hour})
	s.writes("\x1b[10;1Hthe last row\x1b[3;5H")
	d.sees("the last row")
	s.tells("the connection is \x1b[31mlost")
	d.sees("the connection is")
	d.gone("the last row")
	s.writes("more output")
	d.sees("more output")
	d.sees("the connection is")
	s.writes("\x1b[10;1H\r\nscrolled\r\n")
	d.sees("scrolled") // above the notice
	d.sees("the connection is")
	d.until("a title", func() bool { return strings.Contains(d.title(), "the connection is") })
	s.finish("")
	d.left()
}

func TestNoticeGoes(t *testing.T) {
	d, s := newDesk(t), newShell("one")
	d.run(s, Options{Title: "ours", Notice: 50 * time.Millisecond})
	s.writes("\x1b[10;1H\x1b[31mthe last row\x1b[3;5H")
	d.sees("the last row")
	s.tells("the connection is lost")
	d.until("the notice", func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return strings.Contains(d.raw.String(), " the connection is lost ")
	})
	d.gone("the connection is lost")
	d.sees("the last row")
	d.until("the title", func() bool { return d.title() == "ours" })
	s.writes("here") // the cursor is where the remote has it
	d.until("the text", func() bool { return strings.HasPrefix(strings.Split(d.text(), "\n")[2], "    here") })
	s.finish("")
	d.left()
}

func TestHangup(t *testing.T) {
	d, s := newDesk(t), newShell("one")
	d.run(s, Options{})
	d.until("the first size", func() bool { return s.lastSize() == [2]int{60, 10} })
	d.master.Close()
	s.writes("x") // lets the read return that holds the file open
	if err := d.left(); !errors.Is(err, ErrHangup) || !d.host.Detached() {
		t.Errorf("left with %v", err)
	}
}

func TestNextKeysAreNotStolen(t *testing.T) {
	d, s := newDesk(t), newShell("one")
	d.run(s, Options{})
	d.until("the first size", func() bool { return s.lastSize() == [2]int{60, 10} })
	s.finish("")
	if err := d.left(); err != nil {
		t.Fatal(err)
	}
	d.keys("next\n")
	b := make([]byte, 10)
	n, err := d.tty.Read(b)
	if err != nil || string(b[:n]) != "next\n" {
		t.Errorf("read %q, %v", b[:n], err)
	}
}

func TestBannerOnANarrowTerminal(t *testing.T) {
	d, s := newDesk(t), newShell("one")
	d.resize(40, 10)
	d.run(s, Options{Banner: "checkout/3f2a91c0:app · PROD shop"})
	d.until("two lines", func() bool {
		lines := strings.Split(d.text(), "\n")
		return lines[0] == " checkout/3f2a91c0:app · PROD shop" && lines[1] == " leave: Enter ~ .  help: Enter ~ ?"
	})
	s.finish("")
	d.left()
}
