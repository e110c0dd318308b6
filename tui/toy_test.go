package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/clean"
	"ecsole/tui/dialog"
	"ecsole/tui/keymap"
	"ecsole/tui/screen"
	"ecsole/tui/textview"
	"ecsole/tui/theme"
)

// toy is a list of fruit: a screen with everything that the shell has to deal with.
type toy struct {
	theme  *theme.Theme
	keys   *keymap.Map
	name   string
	rows   []string
	cursor int
	filter string
	bare   bool
	work   *screen.Work

	mu   sync.Mutex
	told []string // what the shell told it

	hold chan string // what "slow" waits for
	act  chan error  // what "job" waits for
}

func newToy(t *theme.Theme, name string, n int) *toy {
	y := &toy{theme: t, keys: keymap.Default(), name: name, work: screen.NewWork(context.Background()),
		hold: make(chan string, 1), act: make(chan error, 1)}
	kinds := []string{"apple", "banana", "cherry", "date", "elderberry", "fig", "grape"}
	for i := range n {
		y.rows = append(y.rows, fmt.Sprintf("%s-%02d", kinds[i%len(kinds)], i))
	}
	return y
}

func (y *toy) Init() tea.Cmd     { y.note("init"); return nil }
func (y *toy) WorkID() screen.ID { return y.work.ID() }
func (y *toy) Close()            { y.note("close"); y.work.Close() }
func (y *toy) Crumb() string     { return y.name }
func (y *toy) Bare() bool        { return y.bare }

func (y *toy) note(s string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.told = append(y.told, s)
}

func (y *toy) log() string {
	y.mu.Lock()
	defer y.mu.Unlock()
	return strings.Join(y.told, " ")
}

func (y *toy) Title() string {
	pen := func(s string) string { return theme.PenOf(y.theme.Frame.Title).Paint(s) }
	t := pen(y.name+"(") + theme.PenOf(y.theme.Frame.Highlight).Paint("orchard") + pen(")") +
		theme.PenOf(y.theme.Frame.Counter).Paint(fmt.Sprintf("[%d]", len(y.shown())))
	if y.filter != "" {
		t += " " + theme.PenOf(y.theme.Frame.Filter).Paint("</"+y.filter+">")
	}
	return t
}

func (y *toy) shown() []string {
	var out []string
	for _, r := range y.rows {
		if strings.Contains(r, y.filter) {
			out = append(out, r)
		}
	}
	return out
}

func (y *toy) Back() (bool, tea.Cmd) {
	used := y.filter != "" || y.bare
	y.filter, y.bare = "", false
	return used, nil
}

func (y *toy) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case screen.Shown, screen.Hidden, screen.Blurred, screen.Focused:
		y.note(strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", msg), "screen.")))
	case screen.Result[string]:
		if screen.Current(y.work, msg) {
			y.rows = append([]string{"answer " + msg.Value}, y.rows...)
		}
	case tea.KeyPressMsg:
		y.note("key " + msg.String())
	}
	return nil
}

func (y *toy) View(width, height int) string {
	rows := y.shown()
	lines := []string{theme.PenOf(y.theme.Table.Header).Paint(clean.Fit(" NAME            STATE     WEIGHT", width))}
	first := max(min(y.cursor-height/2, len(rows)-height+1), 0)
	for i := first; i < len(rows) && len(lines) < height; i++ {
		h := []theme.Health{theme.OK, theme.OK, theme.Pending, theme.OK, theme.Failed, theme.Killed, theme.Completed, theme.Unknown}[i%8]
		style := y.theme.Row(h)
		if i == y.cursor {
			style = y.theme.Cursor(h)
		}
		lines = append(lines, theme.PenOf(style).Paint(clean.Fit(fmt.Sprintf(" %-15s %s %-9s %3dg", clean.Line(rows[i]), h.Glyph(), h, 100+i), width)))
	}
	return strings.Join(lines, "\n")
}

func (y *toy) move(by int) func() tea.Cmd {
	return func() tea.Cmd { y.cursor = max(min(y.cursor+by, len(y.shown())-1), 0); return nil }
}

func (y *toy) Actions() []screen.Action {
	do := func(name, label string, run func() tea.Cmd) screen.Action {
		return screen.Action{Name: name, Keys: y.keys.For(name), Label: label, Run: run}
	}
	out := []screen.Action{
		do("enter", "Open", func() tea.Cmd { return screen.Cmd(screen.Push{Screen: newToy(y.theme, "seeds", 5)}) }),
		do("describe", "Describe", func() tea.Cmd { return screen.Cmd(screen.Push{Screen: y.describe()}) }),
		do("filter", "Filter", y.ask),
		do("copy", "Copy", func() tea.Cmd { return screen.Cmd(screen.Copy{Text: y.shown()[y.cursor], What: "name"}) }),
		do("restart", "Restart", y.restart),
		do("scale", "Scale", nil),
		do("shell", "Shell", func() tea.Cmd { return nil }),
		do("logs", "Logs", func() tea.Cmd { return screen.Cmd(screen.Flash{Text: "no logs"}) }),
		do("raw", "Raw", y.slow),
		do("owner", "Owner", func() tea.Cmd { return nil }),
		do("fullscreen", "Full screen", func() tea.Cmd { y.bare = !y.bare; return nil }),
		do("wide", "Wide", func() tea.Cmd { return nil }),
		do("faults", "Faults", func() tea.Cmd { return nil }),
		do("down", "Down", y.move(1)), do("up", "Up", y.move(-1)),
	}
	out[4].Changes, out[5].Changes = true, true
	out[5].Run = func() tea.Cmd { return screen.Cmd(screen.Flash{Text: "scaled"}) }
	out[5].Keys = []string{"S"}
	out[6].Off = "the agent does not answer"
	out[13].Section, out[14].Section = "navigation", "navigation"
	out[13].Hidden, out[14].Hidden = true, true
	return out
}

func (y *toy) ask() tea.Cmd {
	return screen.Cmd(screen.Prompt{Kind: screen.PromptFilter, Placeholder: "text, !text or -f text; // searches",
		Changed:   func(s string) tea.Cmd { y.filter = s; return nil },
		Done:      func(s string) tea.Cmd { y.filter = s; return nil },
		Cancelled: func() tea.Cmd { y.filter = ""; return nil },
		Slash: func() tea.Cmd {
			return screen.Cmd(screen.Prompt{Kind: screen.PromptSearch, Done: func(s string) tea.Cmd {
				return screen.Cmd(screen.Flash{Text: "searched " + s})
			}})
		}})
}

func (y *toy) restart() tea.Cmd {
	return screen.Cmd(screen.Ask{Overlay: dialog.New(y.theme, dialog.Spec{
		Title: "Restart", Text: "in the orchard", Names: []string{y.shown()[y.cursor]}, OK: "Restart", Danger: true,
		Done: func(map[string]string) tea.Cmd {
			return screen.Cmd(screen.Start{Job: screen.Job{Label: "restart " + y.shown()[y.cursor], Where: "orchard",
				Run: func(ctx context.Context) (string, error) {
					select {
					case err := <-y.act:
						return "restarted", err
					case <-ctx.Done():
						return "", ctx.Err()
					}
				}}})
		}})})
}

// slow asks a question that is answered when the test says so.
func (y *toy) slow() tea.Cmd {
	return screen.Do(y.work.Lane("slow"), time.Minute, func(ctx context.Context) (string, error) {
		select {
		case s := <-y.hold:
			return s, nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	})
}

func (y *toy) describe() screen.Screen {
	return textview.New(textview.Options{Name: "describe", Scope: y.shown()[y.cursor], Theme: y.theme, Explain: explain,
		Save: func(name, text string) (string, error) { return "/tmp/" + name, nil },
		Load: func(context.Context) (textview.Document, error) {
			return textview.Document{
				Sections: []textview.Section{
					{Title: "Fruit", Rows: []textview.Row{{Label: "Name", Value: y.shown()[y.cursor]}, {Label: "State", Value: "ripe", Tone: textview.Good},
						{Label: "Pests", Value: "two\nspider mites", Tone: textview.Bad}, {Label: "Planted", Value: "2026-11-01", Tone: textview.Dim}}},
					{Title: "Events", Text: "09:00 watered\n09:05 pruned"},
					{Title: "Weather", Err: errDenied},
				},
				Text: "kind: fruit\nweight: 120\nlabels:\n  - \"sweet\"\n  - ripe: true\nnote: |\n  keep cool\n", Language: "yaml",
			}, nil
		}})
}

var errDenied = errors.New("not allowed")

func explain(err error) screen.Problem {
	p := screen.Problem{Text: err.Error()}
	if errors.Is(err, errDenied) {
		p = screen.Problem{Class: "denied", Op: "orchard:Pick", RequestID: "req-1", Text: "not allowed to pick", Hint: "ask for orchard:Pick", Denied: true}
	}
	return p
}

// commander knows two commands.
type commander struct{ ran []string }

func (c *commander) Suggest(text string) []string {
	var out []string
	for _, s := range []string{"seeds", "service", "services", "fruit"} {
		if strings.HasPrefix(s, strings.ToLower(text)) {
			out = append(out, s)
		}
	}
	return out
}

func (c *commander) Run(line string) tea.Cmd {
	c.ran = append(c.ran, line)
	return screen.Cmd(screen.Flash{Text: "ran " + line})
}

func toyHeader(production bool) HeaderInfo {
	h := HeaderInfo{
		Rows: []HeaderRow{{"Profile:", "orchard-dev", Plain}, {"Account:", "123456789012 (orchard)", Plain}, {"Region:", "eu-west-1", Plain},
			{"Identity:", "gardener/jane@example.com", Plain}, {"Login:", "valid 7h", Good}, {"Calls:", "1.2/s", Plain}, {"Version:", "v0.1.0", Plain}},
		Marks: []HeaderMark{{"[RW]", MarkWrite}},
	}
	if production {
		h.Rows[0].Value = "orchard-prod"
		h.Rows[4] = HeaderRow{"Login:", "expires in 4m", Warn}
		h.Marks = append(h.Marks, HeaderMark{"PRODUCTION", MarkProduction}, HeaderMark{"ENDPOINT localhost:4566 (not AWS)", MarkForeign})
		h.Banner, h.BannerLevel = "credentials expired: run “orchard login --profile orchard-prod”", screen.Error
	}
	return h
}
