package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/clean"
	"ecsole/tui/screen"
	"ecsole/tui/theme"
)

// flashFor is how long a message stays at the bottom.
const flashFor = 6 * time.Second

// flash is the message line.
type flash struct {
	level screen.Level
	text  string
	seq   int
}

// flashOver says that the message numbered seq has been seen long enough.
type flashOver struct{ seq int }

func (f *flash) over(msg flashOver) {
	if msg.seq == f.seq {
		f.text = ""
	}
}

// say shows a message for a while and keeps it.
func (m *Model) say(f screen.Flash) tea.Cmd {
	if f.Unasked {
		m.returned = surpriseAt(m.o.Now(), patienceBack)
	}
	p := screen.Problem{Text: f.Text}
	if f.Err != nil {
		p = m.o.Explain(f.Err)
		if f.Text != "" && p.Text != "" && f.Text != p.Text {
			p.Text = f.Text + ": " + p.Text
		} else if p.Text == "" {
			p.Text = f.Text
		}
	}
	m.messages.add(Message{Time: m.o.Now(), Level: f.Level, Problem: p})
	text := p.Text
	if p.Hint != "" {
		text += " (" + p.Hint + ")"
	}
	m.flash = flash{level: f.Level, text: clean.Line(text), seq: m.flash.seq + 1}
	over := flashOver{m.flash.seq}
	return tea.Tick(flashFor, func(time.Time) tea.Msg { return over })
}

// view is the line, unpadded. Of news that are too long the middle is left out: they
// begin with what was done and end with what came of it, such as where a file is.
func (f *flash) view(t *theme.Theme, width int) string {
	if f.text == "" {
		return ""
	}
	sign, style := levelSign(t, f.level)
	text := " " + sign + " " + f.text
	if w := clean.Width(text); f.level == screen.Info && w > width && width >= 40 {
		tail := width * 2 / 5
		text = clean.Cut(text, width-tail) + ansi.Cut(text, w-tail, w)
	}
	return theme.PenOf(style).Paint(text)
}

// levelSign is a level's glyph and style.
func levelSign(t *theme.Theme, l screen.Level) (string, lipgloss.Style) {
	switch l {
	case screen.Warn:
		return "!", t.Flash.Warn
	case screen.Error:
		return "✗", t.Flash.Error
	}
	return "›", t.Flash.Info
}
