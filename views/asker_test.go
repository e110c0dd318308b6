package views

import (
	"context"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui"
	"ecsole/tui/screen"
	"ecsole/tui/theme"
	"ecsole/tui/tuitest"
)

// blank is a screen with nothing on it.
type blank struct{}

func (blank) Init() tea.Cmd            { return nil }
func (blank) Update(tea.Msg) tea.Cmd   { return nil }
func (blank) View(int, int) string     { return "" }
func (blank) Crumb() string            { return "blank" }
func (blank) Actions() []screen.Action { return nil }
func (blank) Close()                   {}

// questions is a shell that shows an asker's questions and nothing else.
type questions struct {
	tea.Model
	asker *asker
}

func (q questions) Init() tea.Cmd { return screen.Batch(q.Model.Init(), q.asker.wait()) }

func (q questions) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if m, ok := msg.(question); ok {
		return q, screen.Batch(q.asker.ask(m), q.asker.wait())
	}
	var cmd tea.Cmd
	q.Model, cmd = q.Model.Update(msg)
	return q, cmd
}

func ask(t *testing.T) (*asker, *tuitest.Driver) {
	a := newAsker(theme.New(theme.Options{}), t.Context().Done())
	clock := time.Now()
	now := func() time.Time { clock = clock.Add(time.Second); return clock } // every look is a second later: nobody types too fast
	d := tuitest.New(t, questions{tui.New(tui.Options{Home: func() screen.Screen { return blank{} }, Now: now}), a}, 80, 24)
	return a, d
}

func TestMFACode(t *testing.T) {
	a, d := ask(t)
	type answer struct {
		code string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		code, err := a.MFA(t.Context(), "arn:aws:iam::111122223333:mfa/ann")
		got <- answer{code, err}
	}()
	d.Sees("MFA code", "mfa/ann").Type("123456\r").Not("MFA code")
	if r := <-got; r.code != "123456" || r.err != nil {
		t.Errorf("the code is %q, %v", r.code, r.err)
	}
	go func() {
		code, err := a.MFA(t.Context(), "second")
		got <- answer{code, err}
	}()
	d.Sees("MFA code", "second").Press("esc").Not("MFA code")
	if r := <-got; r.err == nil {
		t.Errorf("a question that was waved away gave %q", r.code)
	}
}

func TestDeviceLogin(t *testing.T) {
	a, d := ask(t)
	ctx, done := context.WithCancel(t.Context())
	a.Device(ctx, "https://device.sso.eu-west-1.amazonaws.com/", "ABCD-EFGH", time.Now().Add(time.Minute))
	d.Sees("Sign in", "https://device.sso.eu-west-1.amazonaws.com/", "ABCD-EFGH")
	done()
	d.Not("ABCD-EFGH")
}
