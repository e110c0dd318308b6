// Package edit is one line of text under the user's fingers: the input of the
// prompt and of dialog fields.
package edit

import (
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/clean"
	"ecsole/tui/theme"
)

// Line is a text and a cursor in it. The zero Line is empty and ready.
type Line struct {
	text     []rune
	pos      int
	selected bool // the whole text: what is typed or pasted next takes its place
}

// New is a line with text in it and the cursor at its end.
func New(text string) Line {
	var l Line
	l.Insert(text)
	return l
}

// Proposed is a line with text in it that is selected: the first letter typed, or a
// paste, replaces it, any other key of the line keeps it to be edited.
func Proposed(text string) Line {
	l := New(text)
	l.selected = !l.Empty()
	return l
}

// Text is what stands there.
func (l *Line) Text() string { return string(l.text) }

// AtEnd reports whether the cursor stands behind the last letter.
func (l *Line) AtEnd() bool { return l.pos == len(l.text) }

// Empty reports whether nothing stands there.
func (l *Line) Empty() bool { return len(l.text) == 0 }

// Set replaces the text and puts the cursor at its end.
func (l *Line) Set(text string) {
	*l = Line{}
	l.Insert(text)
}

// Longest is what a line takes at once, in bytes. A file that is pasted by mistake is
// refused as a whole: half of it would be neither what was there nor what was meant.
const Longest = 64 << 10

// Insert puts text at the cursor, as if typed or pasted: line ends and tabs become
// spaces, what cannot be shown goes, and what is longer than a line takes is refused.
func (l *Line) Insert(text string) {
	if len(text) > Longest {
		return
	}
	text = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ").Replace(strings.TrimRight(text, "\r\n"))
	var add []rune
	for _, r := range text {
		if r != unicode.ReplacementChar && (unicode.IsPrint(r) || unicode.Is(unicode.Mn, r)) {
			add = append(add, r)
		}
	}
	if l.selected && len(add) > 0 {
		*l = Line{}
	}
	rest := append(add, l.text[l.pos:]...)
	l.text = append(l.text[:l.pos:l.pos], rest...)
	l.pos += len(add)
}

// Key takes a key. used is false for keys that are not the line's affair; changed
// says that the text is another.
func (l *Line) Key(k tea.KeyPressMsg) (used, changed bool) {
	before, selected := len(l.text), l.selected
	switch k.String() {
	case "left", "ctrl+b":
		l.pos = max(l.pos-1, 0)
	case "right", "ctrl+f":
		l.pos = min(l.pos+1, len(l.text))
	case "home", "ctrl+a":
		l.pos = 0
	case "end", "ctrl+e":
		l.pos = len(l.text)
	case "ctrl+left", "alt+left", "alt+b":
		l.pos = l.wordLeft()
	case "ctrl+right", "alt+right", "alt+f":
		l.pos = l.wordRight()
	case "backspace", "ctrl+h":
		l.cut(max(l.pos-1, 0), l.pos)
	case "delete", "ctrl+d":
		l.cut(l.pos, min(l.pos+1, len(l.text)))
	case "ctrl+w", "alt+backspace":
		l.cut(l.wordLeft(), l.pos)
	case "ctrl+k":
		l.cut(l.pos, len(l.text))
	case "ctrl+u", "ctrl+q":
		l.cut(0, len(l.text))
	default:
		if k.Text == "" || k.Mod&^(tea.ModShift|tea.ModCapsLock|tea.ModNumLock) != 0 {
			return false, false
		}
		l.Insert(k.Text)
		return true, selected || len(l.text) != before
	}
	l.selected = false
	return true, len(l.text) != before
}

func (l *Line) cut(from, to int) {
	l.text = append(l.text[:from:from], l.text[to:]...)
	l.pos = from
}

func (l *Line) wordLeft() int {
	i := l.pos
	for i > 0 && l.text[i-1] == ' ' {
		i--
	}
	for i > 0 && l.text[i-1] != ' ' {
		i--
	}
	return i
}

func (l *Line) wordRight() int {
	i := l.pos
	for i < len(l.text) && l.text[i] == ' ' {
		i++
	}
	for i < len(l.text) && l.text[i] != ' ' {
		i++
	}
	return i
}

// View draws the line in exactly width cells, scrolled so that the cursor is seen.
// ghost is shown dimmed behind the text; without focus there is no cursor.
func (l *Line) View(width int, focus bool, ghost string, text, dim, cursor theme.Pen) string {
	if width <= 0 {
		return ""
	}
	left := l.offset(width)
	var out strings.Builder
	cells := 0
	put := func(s string, pen theme.Pen) bool {
		w := clean.Width(s)
		if cells+w > width {
			return false
		}
		out.WriteString(pen.Paint(s))
		cells += w
		return true
	}
	head := clean.Line(string(l.text[left:l.pos]))
	if focus && l.selected { // as a selection it is seen, and the cursor is not
		put(head, cursor)
		cursor = text
	} else {
		put(head, text)
	}
	under, behind := " ", ghost
	if l.pos < len(l.text) {
		under, behind = clean.Line(string(l.text[l.pos])), clean.Line(string(l.text[l.pos+1:]))
		dim = text
	} else if ghost != "" && focus {
		r := []rune(ghost)
		under, behind = clean.Line(string(r[0])), clean.Line(string(r[1:]))
	}
	if !focus {
		cursor = text
		if l.pos == len(l.text) {
			under = ""
		}
	}
	if put(under, cursor) && behind != "" {
		put(cutTo(behind, width-cells), dim)
	}
	out.WriteString(clean.Spaces(width - cells))
	return out.String()
}

// cutTo takes what fits in cells, without an ellipsis.
func cutTo(s string, cells int) string {
	used := 0
	for i, r := range s {
		w := clean.Width(string(r))
		if used+w > cells {
			return s[:i]
		}
		used += w
	}
	return s
}

// offset is the first rune to show, so that the text up to the cursor fits with
// one cell left for the cursor.
func (l *Line) offset(width int) int {
	left := l.pos
	for cells := 0; left > 0 && cells <= width; left-- { // no need to look further back
		cells += clean.Width(clean.Line(string(l.text[left-1])))
	}
	for left < l.pos && clean.Width(clean.Line(string(l.text[left:l.pos]))) > width-2 {
		left++
	}
	return left
}
