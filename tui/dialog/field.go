package dialog

import (
	"fmt"
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/clean"
	"ecsole/tui/edit"
	"ecsole/tui/theme"
)

// Kind says what a Field takes.
type Kind int

const (
	Text   Kind = iota
	Number      // a whole number between Min and Max
	Choice      // one of Choices
	Flag        // "true" or "false"
	Secret      // text that is not shown
)

// Field is one thing that a form asks.
type Field struct {
	Name        string // key of its value
	Label       string
	Kind        Kind
	Default     string // a proposal: what is typed first replaces it, other keys edit it
	Placeholder string
	Choices     []string
	Required    bool
	Min, Max    int                // for Number; no bounds where Min == Max
	Check       func(string) error // judges a value that is otherwise right
}

// input is a field with what stands in it.
type input struct {
	Field
	line edit.Line
	err  string
}

func newInput(f Field) *input {
	if f.Kind == Choice && !slices.Contains(f.Choices, f.Default) && len(f.Choices) > 0 {
		f.Default = f.Choices[0]
	}
	if f.Kind == Flag && f.Default != "true" {
		f.Default = "false"
	}
	if f.Kind == Text || f.Kind == Number {
		return &input{Field: f, line: edit.Proposed(f.Default)}
	}
	return &input{Field: f, line: edit.New(f.Default)}
}

// key takes a key and reports whether it was for the field.
func (i *input) key(k tea.KeyPressMsg) bool {
	switch i.Kind {
	case Choice:
		at := slices.Index(i.Choices, i.line.Text())
		switch k.String() {
		case "right", "space", "l":
			at++
		case "left", "h":
			at--
		default:
			return false
		}
		if n := len(i.Choices); n > 0 {
			i.line.Set(i.Choices[(at%n+n)%n])
		}
		return true
	case Flag:
		if s := k.String(); s != "space" && s != "left" && s != "right" {
			return false
		}
		i.line.Set(strconv.FormatBool(i.line.Text() != "true"))
		return true
	}
	used, changed := i.line.Key(k)
	if changed {
		i.err = ""
	}
	return used
}

// check judges the value and keeps what is wrong with it.
func (i *input) check() bool {
	i.err = ""
	text := i.line.Text()
	if text == "" {
		if i.Required {
			i.err = "needed"
		}
		return i.err == ""
	}
	if i.Kind == Number {
		n, err := strconv.Atoi(text)
		switch {
		case err != nil:
			i.err = "not a whole number"
		case i.Min != i.Max && (n < i.Min || n > i.Max):
			i.err = fmt.Sprintf("between %d and %d", i.Min, i.Max)
		}
	}
	if i.err == "" && i.Check != nil {
		if err := i.Check(text); err != nil {
			i.err = err.Error()
		}
	}
	return i.err == ""
}

// view draws the field in exactly width cells.
func (i *input) view(t *theme.Theme, width int, focus bool) string {
	text, dim := theme.PenOf(t.Dialog.Field), theme.PenOf(t.Prompt.Placeholder)
	if focus {
		text = theme.PenOf(t.Dialog.FieldFocus)
	}
	value := clean.Line(i.line.Text())
	switch i.Kind {
	case Choice:
		return clean.Fit(text.Paint("‹ "+clean.Cut(value, max(width-4, 1))+" ›"), width)
	case Flag:
		box := "[ ]"
		if value == "true" {
			box = "[x]"
		}
		return clean.Fit(text.Paint(box), width)
	case Secret:
		return clean.Fit(text.Paint(stars(len([]rune(value)))+"_"), width)
	}
	if i.line.Empty() && !focus {
		hint := clean.Line(i.Placeholder)
		if hint == "" {
			hint = "____________" // a field, where nothing else says so
		}
		return clean.Fit(dim.Paint(clean.Cut(hint, width)), width)
	}
	ghost := ""
	if i.line.Empty() {
		ghost = i.Placeholder
	}
	return i.line.View(width, focus, ghost, text, dim, theme.PenOf(t.Prompt.Cursor))
}

func stars(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = '*'
	}
	return string(b)
}
