package theme

import (
	"image/color"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// Palette is the meaning of colours, from which every style is made. A nil
// colour is the terminal's own. A skin changes the palette, never a style.
type Palette struct {
	Muted  color.Color // less important text
	Faded  color.Color // what is off or only proposed; nil is Muted, fainter
	Line   color.Color // borders and rulers
	Accent color.Color // titles, headings
	Scope  color.Color // the scope in a title: names, not counts
	Count  color.Color // counters
	Filter color.Color // filters, searches
	Key    color.Color // key caps
	NumKey color.Color // key caps that are digits
	Label  color.Color // labels in the header

	Good    color.Color // works
	Info    color.Color // notices
	Pending color.Color // on its way
	Bad     color.Color // broken
	Killed  color.Color // ended by force
	Done    color.Color // ended well
	Unknown color.Color // could not be read
	Mark    color.Color // marked rows

	Cursor     color.Color // background of the cursor's row where it is healthy
	CursorText color.Color // text on any coloured background
	Match      color.Color // background of search hits
	MatchHere  color.Color // background of the current hit
	Shade      color.Color // background of focused fields, quiet highlights

	Danger     color.Color // background of the production mark
	DangerText color.Color // text on Danger

	String, Number, Keyword, Name, Punct color.Color // syntax

	Tasks []color.Color // one per source of merged lines
}

func hex(s string) color.Color { return lipgloss.Color(s) }

func hexes(s ...string) []color.Color {
	out := make([]color.Color, len(s))
	for i, c := range s {
		out[i] = hex(c)
	}
	return out
}

func darkPalette() Palette {
	return Palette{
		Muted: hex("#949eae"), Faded: hex("#7e8898"), Line: hex("#5b7fa8"), Accent: hex("#62d6e8"), Scope: hex("#ff9ad5"),
		Count: hex("#ffd787"), Filter: hex("#8fe08f"), Key: hex("#6cb6ff"), NumKey: hex("#d9a0ff"), Label: hex("#f0b35e"),
		Good: hex("#8fe08f"), Info: hex("#8ab8ff"), Pending: hex("#ffd75f"), Bad: hex("#ff7b7b"), Killed: hex("#d3a4f5"),
		Done: hex("#949eae"), Unknown: hex("#d9b48a"), Mark: hex("#ffcf33"),
		Cursor: hex("#6cb6ff"), CursorText: hex("#0b0e14"),
		Match: hex("#5a5320"), MatchHere: hex("#ffcf33"), Shade: hex("#263447"),
		Danger: hex("#b3202c"), DangerText: hex("#ffffff"),
		String: hex("#9fdc9f"), Number: hex("#f0b35e"), Keyword: hex("#d9a0ff"), Name: hex("#6cb6ff"), Punct: hex("#949eae"),
		Tasks: hexes("#6cb6ff", "#8fe08f", "#ffaf5f", "#d9a0ff", "#5fd7d7", "#ff8fb8",
			"#d7d75f", "#a99bff", "#7fd7af", "#ff9466", "#92b8dc", "#dcb4b4"),
	}
}

func lightPalette() Palette {
	return Palette{
		Muted: hex("#5a6270"), Faded: hex("#6b7280"), Line: hex("#5f7fa6"), Accent: hex("#00607a"), Scope: hex("#a3157a"),
		Count: hex("#8a4b00"), Filter: hex("#17692f"), Key: hex("#0b56ad"), NumKey: hex("#8424a8"), Label: hex("#8a4b00"),
		Good: hex("#17692f"), Info: hex("#0b56ad"), Pending: hex("#845200"), Bad: hex("#bb1f2a"), Killed: hex("#7428ad"),
		Done: hex("#5a6270"), Unknown: hex("#73562c"), Mark: hex("#a04600"),
		Cursor: hex("#0b56ad"), CursorText: hex("#ffffff"),
		Match: hex("#f3e3a0"), MatchHere: hex("#a04600"), Shade: hex("#dbe6f4"),
		Danger: hex("#b3202c"), DangerText: hex("#ffffff"),
		String: hex("#17692f"), Number: hex("#8a4b00"), Keyword: hex("#8424a8"), Name: hex("#0b56ad"), Punct: hex("#5a6270"),
		Tasks: hexes("#0b56ad", "#17692f", "#9a4400", "#8424a8", "#006a70", "#ad1f5c",
			"#665c00", "#5735ad", "#1b6650", "#b0370c", "#3c5c8a", "#7a4a4a"),
	}
}

// ansiDark and ansiLight use the terminal's sixteen colours only, so that a
// terminal's own colour scheme decides what they look like.
func ansiDark() Palette {
	c := func(i int) color.Color { return ansi.BasicColor(i) }
	return Palette{
		Muted: c(7), Line: c(6), Accent: c(14), Scope: c(13), Count: c(11), Filter: c(10), Key: c(12), NumKey: c(13), Label: c(11),
		Good: c(10), Info: c(12), Pending: c(11), Bad: c(9), Killed: c(13), Done: c(7), Unknown: c(3), Mark: c(11),
		Cursor: c(14), CursorText: c(0), Match: c(6), MatchHere: c(11), Shade: c(4),
		Danger: c(1), DangerText: c(15),
		String: c(10), Number: c(11), Keyword: c(13), Name: c(14), Punct: c(7),
		Tasks: []color.Color{c(14), c(10), c(11), c(13), c(12), c(6), c(2), c(3), c(5)},
	}
}

func ansiLight() Palette {
	c := func(i int) color.Color { return ansi.BasicColor(i) }
	return Palette{
		Muted: c(8), Line: c(4), Accent: c(4), Scope: c(5), Count: c(5), Filter: c(2), Key: c(4), NumKey: c(5), Label: c(0),
		Good: c(2), Info: c(4), Pending: c(4), Bad: c(1), Killed: c(5), Done: c(8), Unknown: c(8), Mark: c(5),
		Cursor: c(4), CursorText: c(15), Match: c(7), MatchHere: c(5), Shade: c(7),
		Danger: c(1), DangerText: c(15),
		String: c(2), Number: c(5), Keyword: c(5), Name: c(4), Punct: c(8),
		Tasks: []color.Color{c(4), c(2), c(5), c(1), c(6), c(0)},
	}
}
