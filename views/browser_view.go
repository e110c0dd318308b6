package views

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"ecsole/aws"
	"ecsole/tui/clean"
)

// Title is the text in the frame: services(prod)[200/2,000] </filter>, and how
// fresh it is where that matters.
func (b *Browser) Title() string {
	th := b.app.theme.Frame
	c := b.table.Counts()
	var s strings.Builder
	s.WriteString(th.Title.Render(b.kind.Name) + th.Title.Render("("))
	s.WriteString(th.Highlight.Render(clean.Line(b.kind.scope(b.scope))))
	s.WriteString(th.Title.Render(")") + "[" + th.Counter.Render(b.counter(c.Shown, c.Total)) + "]")
	if b.filter != "" {
		s.WriteString(" " + th.Filter.Render("</"+clean.Line(b.filter)+">"))
	}
	if b.table.Faults() {
		s.WriteString(" " + th.Filter.Render("<faults>"))
	}
	if c.Marked+c.Hidden > 0 {
		mark := fmt.Sprintf("%d marked", c.Marked)
		if c.Hidden > 0 {
			mark += fmt.Sprintf(", %d hidden", c.Hidden)
		}
		s.WriteString(" " + th.Counter.Render(mark))
	}
	if n, titles, refused := b.unread(); n > 0 && !refused {
		s.WriteString(" " + th.Progress.Render(fmt.Sprintf("reading %s of %s rows", titles, comma(n))))
	}
	if note, stale := b.freshness(); note != "" {
		style := th.Progress
		if stale {
			style = th.Stale
		}
		s.WriteString(" " + style.Render(note))
	}
	return s.String()
}

// counter tells shown of all, and of what is still to come while it is read.
func (b *Browser) counter(shown, total int) string {
	n := comma(total)
	if shown != total {
		n = comma(shown) + "/" + n
	}
	if b.list.done.IsZero() && b.list.loading {
		switch {
		case b.list.total > total:
			return n + " of " + comma(b.list.total)
		case b.list.seen > total:
			return n + " of " + comma(b.list.seen) + "+"
		}
		return n + "…"
	}
	if !b.list.complete && !b.list.done.IsZero() {
		return n + ", incomplete"
	}
	return n
}

func (b *Browser) freshness() (note string, stale bool) {
	if old := b.age(); old > 0 && b.table.Counts().Total > 0 {
		if b.list.loading && b.list.rows > 0 {
			return fmt.Sprintf("full pass %s, %d of %d", short(b.now().Sub(b.list.begun)), b.list.rows, max(b.list.seen, b.list.rows)), false
		}
		return short(old) + " old", true
	}
	if b.list.pass > 2*b.app.every(b.kind) {
		return "full pass " + short(b.list.pass), false
	}
	return "", false
}

// Tall is what the header leaves to a list: the titles, fourteen rows, and the line
// below them while there is one.
func (b *Browser) Tall() int {
	if b.table.Counts().Total > 0 && b.status() != "" {
		return 16
	}
	return 15
}

// View draws the table, or what there is to say while there are no rows, and a line
// below it when something is not as it should be.
func (b *Browser) View(width, height int) string {
	if width <= 0 || height <= 0 {
		return ""
	}
	if b.table.Counts().Total == 0 {
		return b.blank(width, height)
	}
	line := b.status()
	if line == "" || height < 4 {
		return b.table.View(width, height)
	}
	return b.table.View(width, height-1) + "\n" + b.app.theme.Flash.Error.Render(ansi.Truncate(" ▲ "+clean.Line(line), width, "…"))
}

// blank says why there are no rows: they are being read, they cannot be read, or
// there are none.
func (b *Browser) blank(width, height int) string {
	th := b.app.theme
	var lines []string
	switch {
	case b.list.err != nil:
		e := aws.AsError(b.list.err)
		lines = append(lines, th.Bad.Render("✗ "+b.subject("of")+" could not be read"), "", wrapTo(clean.Line(headline(e)), width-4))
		if e.Hint != "" {
			lines = append(lines, wrapTo(th.Muted.Render(clean.Line(e.Hint)), width-4))
		}
		if e.RequestID != "" {
			lines = append(lines, th.Muted.Render("request "+clean.Line(e.RequestID)))
		}
		if b.list.loading {
			lines = append(lines, "", th.Muted.Render("trying again…"))
		}
	case b.list.loading:
		waited := b.now().Sub(b.list.begun)
		text := "reading " + b.subject("of")
		if b.list.seen > 0 {
			text += fmt.Sprintf(" · %s found", comma(b.list.seen))
		}
		if waited >= 2*time.Second {
			text += " · " + short(waited)
		}
		lines = append(lines, th.Muted.Render("◌ "+text+"…"))
	case b.list.done.IsZero():
		lines = append(lines, th.Muted.Render("◌ "+b.subject("of")))
	default:
		lines = append(lines, th.Muted.Render("there are no "+b.subject("in")))
		if hint := b.kind.hint(b.scope); hint != "" {
			lines = append(lines, "", wrapTo(th.Muted.Render(hint), width-4))
		}
	}
	return centre(lines, width, height)
}

// subject names what is listed, for sentences: "stopped tasks of prod".
func (b *Browser) subject(of string) string {
	text := b.kind.noun
	if b.scope.Stopped {
		text = "stopped " + text
	}
	narrow := b.scope
	narrow.Stopped = false
	if narrow != (Scope{}) {
		text += " " + of + " " + clean.Line(scopeTitle(narrow))
	}
	return text
}

// headline is what went wrong without the hint.
func headline(e *aws.Error) string {
	if e.Class == aws.Denied && e.Action != "" {
		return "denied: " + e.Action
	}
	return e.Class.String() + ": " + e.Error()
}

func wrapTo(text string, width int) string { return ansi.Wordwrap(text, max(width, 10), "/:") }

// centre puts lines into the middle of an area of exactly this size.
func centre(lines []string, width, height int) string {
	all := strings.Split(strings.Join(lines, "\n"), "\n")
	if len(all) > height {
		all = all[:height]
	}
	out := make([]string, height)
	top := (height - len(all)) / 3
	for i := range out {
		text := ""
		if k := i - top; k >= 0 && k < len(all) {
			text = ansi.Truncate(all[k], width, "…")
			text = strings.Repeat(" ", max(0, (width-ansi.StringWidth(text))/2)) + text
		}
		out[i] = pad(text, width)
	}
	return strings.Join(out, "\n")
}

// comma writes 12345 as 12,345.
func comma(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
