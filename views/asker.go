package views

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/clean"
	"ecsole/tui/dialog"
	"ecsole/tui/screen"
	"ecsole/tui/theme"
)

// asker puts the account's questions (MFA code, SSO device login) on the screen.
// The account asks outside the event loop and waits; the console picks the
// question up with a Cmd and opens a dialog.
type asker struct {
	theme     *theme.Theme
	questions chan question
	over      <-chan struct{} // closed when the console ends
}

type question struct {
	device  string // of an MFA question
	url     string // of a device login
	code    string
	expires time.Time
	answer  chan string // closed when there is none
	ctx     context.Context
}

var errNoCode = errors.New("no code was given")

func newAsker(t *theme.Theme, over <-chan struct{}) *asker {
	return &asker{theme: t, questions: make(chan question), over: over}
}

// MFA asks for the current code of a device.
func (a *asker) MFA(ctx context.Context, device string) (string, error) {
	q := question{device: device, answer: make(chan string, 1), ctx: ctx}
	select {
	case a.questions <- q:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	select {
	case code, ok := <-q.answer:
		if !ok || code == "" {
			return "", errNoCode
		}
		return code, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// Device shows where to sign in.
func (a *asker) Device(ctx context.Context, url, code string, expires time.Time) {
	select {
	case a.questions <- question{url: url, code: code, expires: expires, ctx: ctx}:
	case <-ctx.Done():
	}
}

// wait is the Cmd that brings the next question to the console.
func (a *asker) wait() tea.Cmd {
	return func() tea.Msg {
		select {
		case q := <-a.questions:
			return q
		case <-a.over:
			return nil
		}
	}
}

// ask opens the dialog of a question.
func (a *asker) ask(q question) tea.Cmd {
	if q.url != "" {
		text := "Open this address in a browser and compare the code:\n" + clean.Line(q.url) + "\n\nCode " + clean.Line(q.code)
		if !q.expires.IsZero() {
			text += fmt.Sprintf("\n\nIt is good until %s. This goes on by itself when you have signed in.", q.expires.Format("15:04"))
		}
		return screen.Cmd(screen.Ask{Overlay: &until{Overlay: dialog.Message(a.theme, screen.Info, "Sign in", text), ctx: q.ctx}, Unasked: true})
	}
	var once sync.Once
	end := func(code string) {
		once.Do(func() {
			if code != "" {
				q.answer <- code
			}
			close(q.answer)
		})
	}
	return screen.Cmd(screen.Ask{Unasked: true, Overlay: dialog.New(a.theme, dialog.Spec{
		Title: "MFA code", Text: "of " + clean.Line(q.device), OK: "Go on", Direct: true,
		Fields:    []dialog.Field{{Name: "code", Label: "Code", Required: true}},
		Done:      func(v map[string]string) tea.Cmd { end(v["code"]); return nil },
		Cancelled: func() tea.Cmd { end(""); return nil },
	})})
}

// until is an overlay that closes by itself when its context ends.
type until struct {
	screen.Overlay
	ctx context.Context
}

type loginOver struct{}

// Init waits for the end beside what the overlay does.
func (u *until) Init() tea.Cmd {
	return screen.Batch(u.Overlay.Init(), func() tea.Msg { <-u.ctx.Done(); return loginOver{} })
}

// Update closes the overlay when the login is over.
func (u *until) Update(msg tea.Msg) (tea.Cmd, bool) {
	if u.ctx.Err() != nil {
		return nil, true
	}
	return u.Overlay.Update(msg)
}
