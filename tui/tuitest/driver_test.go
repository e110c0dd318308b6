package tuitest

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"go.uber.org/goleak"

	"ecsole/tui/keymap"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, Ticks()...) }

// toy counts keys, shows the last, and says "late" two seconds after an l.
type toy struct {
	keys          int
	last          string
	late          bool
	width, height int
}

type lateMsg struct{}

func (y *toy) Init() tea.Cmd { return nil }
func (y *toy) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		y.width, y.height = msg.Width, msg.Height
	case tea.KeyPressMsg:
		y.keys++
		y.last = msg.String()
		switch y.last {
		case "l":
			return y, tea.Tick(2*time.Second, func(time.Time) tea.Msg { return lateMsg{} })
		case "q":
			return y, tea.Quit
		case "c":
			return y, tea.SetClipboard("copied text")
		case "x":
			return y, tea.Exec(shell{}, func(err error) tea.Msg { return err })
		}
	case tea.PasteMsg:
		y.last = "paste " + msg.Content
	case lateMsg:
		y.late = true
	case error:
		y.last = msg.Error()
	}
	return y, nil
}

func (y *toy) View() tea.View {
	s := fmt.Sprintf("%dx%d keys=%d last=\x1b[1m%s\x1b[m", y.width, y.height, y.keys, y.last)
	if y.late {
		s += " late"
	}
	return tea.NewView(s)
}

// shell stands for a program that takes the terminal over.
type shell struct{}

func (shell) Run() error          { return errors.New("shell has run") }
func (shell) SetStdin(io.Reader)  {}
func (shell) SetStdout(io.Writer) {}
func (shell) SetStderr(io.Writer) {}

func TestKeysAndText(t *testing.T) {
	d := New(t, &toy{}, 80, 24)
	d.Sees("80x24").Press("enter", "ctrl+d", "G").Sees("keys=3", "last=G")
	d.Type("ab \r").Sees("keys=7", "last=enter").Not("late")
	d.Paste("pasted\ntext").Sees("last=paste pasted")
	d.Resize(40, 10).Sees("40x10")
	d.Press("c")
	d.Wait("for the clipboard", func(string) bool { return len(d.Copied()) == 1 })
	if d.Copied()[0] != "copied text" {
		t.Error(d.Copied())
	}
	if d.Line("keys=") == "" || d.Line("nothing") != "" {
		t.Error("Line")
	}
	if !d.Running() {
		t.Error("should run")
	}
	d.Press("q").Ended()
}

func TestTerminalHandedOver(t *testing.T) {
	New(t, &toy{}, 80, 24).Press("x").Sees("last=shell has run").Press("j").Sees("last=j")
}

func TestTimeIsVirtualInABubble(t *testing.T) {
	Bubble(t, func(t *testing.T) {
		d := New(t, &toy{}, 80, 24)
		began := time.Now()
		d.Press("l").Not("late").Sees("late")
		if took := time.Since(began); took < 2*time.Second || took > 3*time.Second {
			t.Errorf("took %v of virtual time", took)
		}
		d.Press("l")
	})
}

func TestKeyNames(t *testing.T) {
	for _, b := range keymap.Default().Table() {
		for _, k := range b.Keys {
			if got := Key(k).String(); got != k {
				t.Errorf("Key(%q).String() = %q", k, got)
			}
		}
	}
	for _, k := range []string{"ü", "Ü", "日", " ", "shift+tab", "ctrl+shift+left", "alt+enter", "+", "-", "ctrl+-"} {
		want := k
		if k == " " {
			want = "space"
		}
		if got := Key(want).String(); got != want {
			t.Errorf("Key(%q).String() = %q", want, got)
		}
	}
}
