package dialog

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/clean"
	"ecsole/tui/edit"
	"ecsole/tui/screen"
	"ecsole/tui/theme"
)

// Spec is a question: a text, the names it is about, fields to fill in, and what
// happens then.
type Spec struct {
	Title  string
	Text   string   // wrapped to the dialog's width
	Names  []string // what is acted on, a line each; scrolled where they are many
	Fields []Field
	Token  string // must be typed letter by letter before OK does anything
	OK     string // label of the button that acts; "OK" where empty
	Danger bool   // drawn in red
	// Direct: enter in the last field answers like OK. For questions that change nothing.
	Direct bool
	// Accept are keys that answer like OK at any time, such as a second ctrl+c
	// to the question that the first one asked.
	Accept    []string
	Done      func(values map[string]string) tea.Cmd // values by Field.Name
	Cancelled func() tea.Cmd
}

// New asks. With fields the first of them has the focus, with a Token its field,
// else Cancel: enter alone never acts.
func New(t *theme.Theme, s Spec) screen.Overlay {
	f := &form{Spec: s, theme: t}
	if f.OK == "" {
		f.OK = "OK"
	}
	for _, field := range s.Fields {
		f.inputs = append(f.inputs, newInput(field))
	}
	if s.Token != "" {
		f.inputs = append(f.inputs, newInput(Field{Name: "\x00token", Required: true, Check: func(v string) error {
			if v != s.Token {
				return fmt.Errorf("is not %s", clean.Line(s.Token))
			}
			return nil
		}}))
	}
	return f
}

type form struct {
	Spec
	theme  *theme.Theme
	inputs []*input
	focus  int // inputs, then Cancel, then OK
	names  int // first row of the names shown
}

func (f *form) Init() tea.Cmd { return nil }

func (f *form) cancelAt() int { return len(f.inputs) }
func (f *form) okAt() int     { return len(f.inputs) + 1 }

// move goes to the next or previous stop, around the end.
func (f *form) move(by int) { n := f.okAt() + 1; f.focus = ((f.focus+by)%n + n) % n }

func (f *form) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		if f.focus < len(f.inputs) {
			if in := f.inputs[f.focus]; in.Kind == Text || in.Kind == Number || in.Kind == Secret {
				text := strings.TrimSpace(msg.Content)
				in.line.Insert(text)
				if in.err = ""; len(text) > edit.Longest {
					in.err = "what was pasted is more than a line takes"
				}
			}
		}
	case tea.KeyPressMsg:
		return f.key(msg)
	}
	return nil, false
}

func (f *form) key(k tea.KeyPressMsg) (tea.Cmd, bool) {
	name := k.String()
	if slices.Contains(f.Accept, name) {
		return f.accept()
	}
	switch name {
	case "esc", "ctrl+c":
		return f.cancel()
	case "tab", "down":
		f.move(1)
		return nil, false
	case "shift+tab", "up":
		f.move(-1)
		return nil, false
	case "pgdown":
		f.names++
		return nil, false
	case "pgup":
		f.names = max(f.names-1, 0)
		return nil, false
	}
	if f.focus < len(f.inputs) {
		if name == "enter" {
			if !f.inputs[f.focus].check() {
				return nil, false
			}
			if f.Direct && f.focus == len(f.inputs)-1 {
				return f.accept()
			}
			f.advance()
			return nil, false
		}
		f.inputs[f.focus].key(k)
		return nil, false
	}
	switch name {
	case "left", "right", "h", "l":
		f.focus = f.cancelAt() + f.okAt() - f.focus
	case "enter", "space":
		if f.focus == f.okAt() {
			return f.accept()
		}
		return f.cancel()
	}
	return nil, false
}

// advance leaves a field that is filled in: the last one leads to OK, unless the
// act is dangerous and nothing was typed to confirm it.
func (f *form) advance() {
	f.focus++
	if f.focus == f.cancelAt() && (!f.Danger || f.Token != "") {
		f.focus = f.okAt()
	}
}

func (f *form) cancel() (tea.Cmd, bool) {
	if f.Cancelled == nil {
		return nil, true
	}
	return f.Cancelled(), true
}

// accept acts if every field is right, else it goes to the first that is not.
func (f *form) accept() (tea.Cmd, bool) {
	values := map[string]string{}
	for i, in := range f.inputs {
		if !in.check() {
			f.focus = i
			return nil, false
		}
		if in.Name != "\x00token" {
			values[in.Name] = in.line.Text()
		}
	}
	if f.Done == nil {
		return nil, true
	}
	return f.Done(values), true
}

func (f *form) View(maxWidth, maxHeight int) string {
	d := &f.theme.Dialog
	border, title := d.Border, d.Title
	if f.Danger {
		border, title = d.DangerBorder, d.DangerTitle
	}
	inner := f.inner(maxWidth)
	rows := max(maxHeight-2, 1)
	bottom := f.bottom(inner, rows)
	room := max(rows-len(bottom), 0)
	names := nameRows(f.Names, inner-2)
	text := f.text(inner, room-min(len(names), 3, room))
	for i, l := range text {
		text[i] = paint(d.Text, l)
	}
	lines := append(text, f.nameLines(names, room-len(text))...)
	return box(border, title, f.Title, append(lines, bottom...), inner)
}

// text is the question's text in at most room lines: what it is about must stay in
// sight, so the text gives way, and says so.
func (f *form) text(inner, room int) []string {
	lines := wrap(f.Text, inner)
	if len(lines) <= room {
		return lines
	}
	if room < 1 {
		return nil
	}
	return append(lines[:room-1], fmt.Sprintf("… %d more lines; a larger terminal shows them", len(lines)-room+1))
}

// inner is the width between the borders that this dialog wants. What is acted on may
// make it wider than is comfortable: it is to be read whole.
func (f *form) inner(maxWidth int) int {
	want := max(widest(f.Title)+4, 30)
	want = max(want, widest(strings.Split(f.Text, "\n")...))
	for _, in := range f.inputs {
		want = max(want, f.labels()+34, f.labels()+2+clean.Width(in.line.Text()))
	}
	return max(min(max(min(want, comfortable), widest(f.Names...)+2), maxWidth-4), 1)
}

// labels is the width of the widest label.
func (f *form) labels() int {
	w := 0
	for _, in := range f.inputs {
		w = max(w, clean.Width(in.Label))
	}
	return w
}

// bottom is what is always in sight, in at most rows lines: the focused field, as
// many others as fit, and the buttons.
func (f *form) bottom(inner, rows int) []string {
	fields, from, to := f.fieldLines(inner)
	end := []string{"", f.buttons(inner)}
	if len(fields)+3 > rows {
		end = end[1:]
		show := min(len(fields), max(rows-1, 0))
		first, last := window(min(from, max(to-show, 0)), len(fields), show)
		return append(fields[first:last], end...)
	}
	if len(fields) > 0 {
		fields = append([]string{""}, fields...)
	}
	return append(fields, end...)
}

// fieldLines draws the fields; from and to are the lines of the focused one.
func (f *form) fieldLines(inner int) (lines []string, from, to int) {
	d := &f.theme.Dialog
	label := f.labels()
	for i, in := range f.inputs {
		began := len(lines)
		if in.Name == "\x00token" {
			lines = append(lines, paint(d.Text, "Type ")+paint(d.Name, clean.Line(f.Token))+paint(d.Text, " to go on:"))
			lines = append(lines, in.view(f.theme, inner, i == f.focus))
		} else {
			head := paint(d.Label, clean.Fit(clean.Line(in.Label), label)) + " "
			lines = append(lines, head+in.view(f.theme, max(inner-label-1, 1), i == f.focus))
		}
		if in.err != "" {
			lines = append(lines, paint(d.Error, clean.Cut("✗ "+clean.Line(in.err), inner)))
		}
		if i == f.focus {
			from, to = began, len(lines)
		}
	}
	return lines, from, to
}

// buttons draws Cancel and the button that acts; the focused one is also in
// brackets, for screens without colour.
func (f *form) buttons(inner int) string {
	d := &f.theme.Dialog
	cancel, ok := "  Cancel  ", "  "+clean.Line(f.OK)+"  "
	cs, os := d.Button, d.Button
	switch f.focus {
	case f.cancelAt():
		cancel, cs = "[ Cancel ]", d.ButtonFocus
	case f.okAt():
		ok, os = "[ "+clean.Line(f.OK)+" ]", d.ButtonFocus
		if f.Danger {
			os = d.ButtonDanger
		}
	}
	row := paint(cs, cancel) + "   " + paint(os, ok)
	return clean.Spaces(max((inner-clean.Width(row))/2, 0)) + row
}
