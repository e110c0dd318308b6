package tui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"charm.land/lipgloss/v2"

	"ecsole/tui/clean"
	"ecsole/tui/edit"
	"ecsole/tui/screen"
	"ecsole/tui/theme"
)

// debounce is how long a text must rest before Changed hears of it.
const debounce = 50 * time.Millisecond

// prompt is the open input line.
type prompt struct {
	screen.Prompt
	owner   screen.Screen // the screen on top when it opened
	line    edit.Line
	options []string // what could complete the line
	pick    int      // which of them is shown
	old     []string // earlier lines, newest last
	oldAt   int      // which of them stands in the line; len(old) for none
	seq     int      // of the newest change
	dirty   bool     // a change that Changed has not heard of
}

// promptRest says that the text of change seq has rested.
type promptRest struct {
	of  *prompt
	seq int
}

func newPrompt(p screen.Prompt, owner screen.Screen) *prompt {
	q := &prompt{Prompt: p, owner: owner, line: edit.New(p.Text)}
	if p.History != nil {
		q.old = p.History()
	}
	q.oldAt = len(q.old)
	q.suggest()
	return q
}

func (p *prompt) suggest() {
	p.pick, p.options = 0, nil
	if p.Suggest != nil && p.line.AtEnd() {
		text := p.line.Text()
		for _, s := range p.Suggest(text) {
			if len(s) > len(text) && strings.EqualFold(s[:len(text)], text) {
				p.options = append(p.options, s)
			}
		}
	}
}

// ghost is what the suggestion would add.
func (p *prompt) ghost() string {
	if len(p.options) == 0 || !p.line.AtEnd() {
		return ""
	}
	return p.options[p.pick][len(p.line.Text()):]
}

// promptOutcome is what a key did to a prompt.
type promptOutcome int

const (
	promptStays promptOutcome = iota
	promptDone
	promptCancelled
	promptSlash
)

// key takes a key; the cmd, if any, is the debounced change.
func (p *prompt) key(k tea.KeyPressMsg) (promptOutcome, tea.Cmd) {
	switch name := k.String(); name {
	case "enter":
		return promptDone, nil
	case "esc", "ctrl+c":
		return promptCancelled, nil
	case "up", "down", "ctrl+p", "ctrl+n":
		return promptStays, p.cycle(name == "up" || name == "ctrl+p")
	case "tab", "right", "ctrl+f":
		if g := p.ghost(); g != "" {
			p.line.Set(p.options[p.pick])
			p.suggest()
			return promptStays, p.changed()
		}
		if name == "tab" {
			return promptStays, nil
		}
	case "backspace":
		if p.line.Empty() {
			return promptCancelled, nil
		}
	case "/":
		if p.line.Empty() && p.Slash != nil {
			return promptSlash, nil
		}
	}
	if _, changed := p.line.Key(k); changed {
		p.oldAt = len(p.old)
		p.suggest()
		return promptStays, p.changed()
	}
	return promptStays, nil
}

// cycle goes through the suggestions, or where there are none through earlier lines.
func (p *prompt) cycle(up bool) tea.Cmd {
	by := 1
	if up {
		by = -1
	}
	if len(p.options) > 0 && !p.line.Empty() && p.oldAt == len(p.old) {
		p.pick = (p.pick + by + len(p.options)) % len(p.options)
		return nil
	}
	to := p.oldAt + by
	if to < 0 || to > len(p.old) {
		return nil
	}
	p.oldAt = to
	text := ""
	if to < len(p.old) {
		text = p.old[to]
	}
	p.line.Set(text)
	p.options = nil
	return p.changed()
}

// paste puts text in the line.
func (p *prompt) paste(text string) tea.Cmd {
	p.line.Insert(text)
	p.oldAt = len(p.old)
	p.suggest()
	return p.changed()
}

func (p *prompt) changed() tea.Cmd {
	if p.Changed == nil {
		return nil
	}
	p.seq++
	p.dirty = true
	rest := promptRest{p, p.seq}
	return tea.Tick(debounce, func(time.Time) tea.Msg { return rest })
}

// rested runs Changed if nothing was typed since.
func (p *prompt) rested(m promptRest) tea.Cmd {
	if m.of != p || m.seq != p.seq || !p.dirty {
		return nil
	}
	p.dirty = false
	return p.Changed(p.line.Text())
}

// sign is what the line begins with, and its style.
func (p *prompt) sign(t *theme.Theme) (string, lipgloss.Style) {
	switch p.Kind {
	case screen.PromptFilter:
		return "/", t.Prompt.Filter
	case screen.PromptSearch:
		return "//", t.Prompt.Search
	case screen.PromptInput:
		return ">", t.Prompt.Input
	}
	return ":", t.Prompt.Command
}

// view draws the prompt in exactly width cells and rows lines: three with a
// border, one without.
func (p *prompt) view(t *theme.Theme, width, rows int) []string {
	text, style := p.sign(t)
	pen := theme.PenOf(style)
	inner := width - len(text) - 1
	if rows == 3 {
		inner -= 4
	}
	ghost := p.ghost()
	dim := theme.PenOf(t.Prompt.Suggestion)
	if ghost == "" && p.line.Empty() {
		ghost, dim = p.Placeholder, theme.PenOf(t.Prompt.Placeholder)
	}
	line := pen.Paint(text) + " " + p.line.View(inner, true, clean.Line(ghost), theme.PenOf(t.Prompt.Text), dim, theme.PenOf(t.Prompt.Cursor))
	if rows != 3 {
		return []string{clean.Fit(line, width)}
	}
	bar := strings.Repeat("─", max(width-2, 0))
	side := pen.Paint("│")
	return []string{
		clean.Fit(pen.Paint("┌"+bar+"┐"), width),
		clean.Fit(side+" "+line+" "+side, width),
		clean.Fit(pen.Paint("└"+bar+"┘"), width),
	}
}
