// Package tuitest drives a tea.Model as a user would: it presses keys, and waits
// until the screen shows what it should. The model runs in Bubble Tea's own event
// loop, without a terminal; nothing sleeps, every wait is for a condition with a
// deadline, and a failure prints the screen.
package tuitest

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"
	"go.uber.org/goleak"
)

// Deadline bounds every wait. It is generous: only failing tests use it up.
const Deadline = 30 * time.Second

// Driver holds one running model.
type Driver struct {
	t    testing.TB
	p    *tea.Program
	done chan struct{} // closed when the program has ended

	mu      sync.Mutex
	content string
	frames  int
	changed chan struct{} // closed at the next frame
	copied  []string
	err     error
}

// Option changes how the model is run.
type Option func(*settings)

type settings struct {
	profile colorprofile.Profile
	env     []string
}

// WithProfile says what colours the terminal has; true colour without it.
func WithProfile(p colorprofile.Profile) Option { return func(s *settings) { s.profile = p } }

// New starts m on a screen of that size; it ends with the test.
func New(t testing.TB, m tea.Model, width, height int, options ...Option) *Driver {
	t.Helper()
	s := settings{profile: colorprofile.TrueColor, env: []string{"TERM=xterm-256color"}}
	for _, o := range options {
		o(&s)
	}
	d := &Driver{t: t, done: make(chan struct{}), changed: make(chan struct{})}
	d.p = tea.NewProgram(&probe{inner: m, d: d}, tea.WithInput(nil), tea.WithOutput(io.Discard), tea.WithoutRenderer(),
		tea.WithoutSignals(), tea.WithoutSignalHandler(), tea.WithWindowSize(width, height),
		tea.WithColorProfile(s.profile), tea.WithEnvironment(s.env))
	go func() {
		defer close(d.done)
		_, err := d.p.Run()
		d.mu.Lock()
		d.err = err
		d.mu.Unlock()
	}()
	t.Cleanup(d.stop)
	d.sync()
	return d
}

// Ticks are goroutines to be ignored when looking for leaks: clocks that were set
// with tea.Tick end only when they strike, and Bubble Tea waits for them.
func Ticks() []goleak.Option {
	return []goleak.Option{
		goleak.IgnoreAnyFunction("charm.land/bubbletea/v2.Tick.func1"),
		goleak.IgnoreAnyFunction("charm.land/bubbletea/v2.(*Program).execBatchMsg"),
	}
}

// Bubble runs a test in virtual time: whatever waits for a clock gets it at once.
func Bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		// Bubble Tea cannot take back a tick that was set: they run out here, after
		// the program has ended.
		t.Cleanup(func() { time.Sleep(time.Hour) })
		f(t)
	})
}

// stop ends the program at the end of the test.
func (d *Driver) stop() {
	d.p.Quit()
	select {
	case <-d.done:
	case <-time.After(Deadline):
		d.t.Errorf("the program did not end")
	}
	if err := d.Err(); err != nil {
		d.t.Errorf("the program ended with: %v", err)
	}
}

// probe stands before the model and notes every frame.
type probe struct {
	inner tea.Model
	d     *Driver
}

type syncMsg struct{ reached chan struct{} }

func (p *probe) Init() tea.Cmd { return p.inner.Init() }

func (p *probe) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if s, ok := msg.(syncMsg); ok {
		close(s.reached)
		return p, nil
	}
	if fmt.Sprintf("%T", msg) == "tea.setClipboardMsg" {
		p.d.mu.Lock()
		p.d.copied = append(p.d.copied, fmt.Sprint(msg))
		p.d.mu.Unlock()
	}
	inner, cmd := p.inner.Update(msg)
	p.inner = inner
	return p, cmd
}

func (p *probe) View() tea.View {
	v := p.inner.View()
	p.d.mu.Lock()
	p.d.content = v.Content
	p.d.frames++
	close(p.d.changed)
	p.d.changed = make(chan struct{})
	p.d.mu.Unlock()
	return v
}

// sync returns when all messages sent before have been taken and drawn. Their
// Cmds may still run.
func (d *Driver) sync() {
	s := syncMsg{make(chan struct{})}
	d.p.Send(s)
	select {
	case <-s.reached:
	case <-d.done:
	case <-time.After(Deadline):
		d.t.Helper()
		d.t.Fatalf("the event loop stands still\n%s", d.Screen())
	}
}

// Send gives the model any message.
func (d *Driver) Send(msg tea.Msg) *Driver {
	d.t.Helper()
	d.p.Send(msg)
	d.sync()
	return d
}

// Post gives the model any message and does not wait until it has been taken: what
// it leads to may stop the event loop for a while.
func (d *Driver) Post(msg tea.Msg) { d.p.Send(msg) }

// Press types keys by name: "j", "enter", "ctrl+d", "shift+tab", "G".
func (d *Driver) Press(keys ...string) *Driver {
	d.t.Helper()
	for _, k := range keys {
		d.p.Send(Key(k))
	}
	d.sync()
	return d
}

// Type types a text letter by letter; \r is enter, \t tab, \x1b esc, \b backspace.
func (d *Driver) Type(text string) *Driver {
	d.t.Helper()
	for _, r := range text {
		switch r {
		case '\r', '\n':
			d.p.Send(Key("enter"))
		case '\t':
			d.p.Send(Key("tab"))
		case '\x1b':
			d.p.Send(Key("esc"))
		case '\b':
			d.p.Send(Key("backspace"))
		case ' ':
			d.p.Send(Key("space"))
		default:
			d.p.Send(Key(string(r)))
		}
	}
	d.sync()
	return d
}

// Paste pastes a text.
func (d *Driver) Paste(text string) *Driver { d.t.Helper(); return d.Send(tea.PasteMsg{Content: text}) }

// Resize changes the size of the screen.
func (d *Driver) Resize(width, height int) *Driver {
	d.t.Helper()
	return d.Send(tea.WindowSizeMsg{Width: width, Height: height})
}

// Sees waits until the screen shows all of the texts at once.
func (d *Driver) Sees(texts ...string) *Driver {
	d.t.Helper()
	return d.Wait(fmt.Sprintf("to see %q", texts), func(screen string) bool {
		for _, s := range texts {
			if !strings.Contains(screen, s) {
				return false
			}
		}
		return true
	})
}

// Not waits until the screen shows none of the texts.
func (d *Driver) Not(texts ...string) *Driver {
	d.t.Helper()
	return d.Wait(fmt.Sprintf("not to see any of %q", texts), func(screen string) bool {
		for _, s := range texts {
			if strings.Contains(screen, s) {
				return false
			}
		}
		return true
	})
}

// Wait waits until the condition holds for the screen's text. What says what is
// waited for, in the failure's message.
func (d *Driver) Wait(what string, holds func(screen string) bool) *Driver {
	d.t.Helper()
	deadline := time.NewTimer(Deadline)
	defer deadline.Stop()
	for {
		d.mu.Lock()
		changed := d.changed
		d.mu.Unlock()
		if holds(d.Screen()) {
			return d
		}
		select {
		case <-changed:
		case <-d.done:
			if !holds(d.Screen()) {
				d.t.Fatalf("the program ended (%v), waiting %s; last screen:\n%s", d.Err(), what, d.Screen())
			}
			return d
		case <-deadline.C:
			d.t.Fatalf("waited in vain %s; the screen:\n%s", what, d.Screen())
		}
	}
}

// Screen is what is shown now, as plain text.
func (d *Driver) Screen() string { return ansi.Strip(d.Styled()) }

// Styled is what is shown now, with its styles.
func (d *Driver) Styled() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.content
}

// Line is the first line of the screen that contains text, or "".
func (d *Driver) Line(text string) string {
	for line := range strings.SplitSeq(d.Screen(), "\n") {
		if strings.Contains(line, text) {
			return line
		}
	}
	return ""
}

// Frames counts how often the model was drawn.
func (d *Driver) Frames() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.frames
}

// Copied is what the model put on the clipboard, oldest first.
func (d *Driver) Copied() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.copied...)
}

// Golden compares the plain screen with the test's golden file.
func (d *Driver) Golden() *Driver {
	d.t.Helper()
	golden.RequireEqual(d.t, []byte(trim(d.Screen())))
	return d
}

// GoldenStyled compares the screen with its styles.
func (d *Driver) GoldenStyled() *Driver {
	d.t.Helper()
	golden.RequireEqual(d.t, []byte(d.Styled()))
	return d
}

// trim takes spaces off line ends, so that golden files survive editors.
func trim(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// Ended waits until the program has ended by itself.
func (d *Driver) Ended() *Driver {
	d.t.Helper()
	select {
	case <-d.done:
	case <-time.After(Deadline):
		d.t.Fatalf("the program goes on:\n%s", d.Screen())
	}
	return d
}

// Running reports whether the program has not ended.
func (d *Driver) Running() bool {
	select {
	case <-d.done:
		return false
	default:
		return true
	}
}

// Err is what the program ended with.
func (d *Driver) Err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}
