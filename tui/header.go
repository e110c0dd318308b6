package tui

import (
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/clean"
	"ecsole/tui/theme"
)

// infoMax is how wide the information grows where there is a menu beside it.
const infoMax = 58

// menuMin is what is left to the menu beside wide information.
const menuMin = 24

// production reports whether what is shown is production.
func (h HeaderInfo) production() bool {
	return slices.ContainsFunc(h.Marks, func(m HeaderMark) bool { return m.Kind == MarkProduction })
}

func (h HeaderInfo) equal(o HeaderInfo) bool {
	return h.Banner == o.Banner && h.BannerLevel == o.BannerLevel && h.WindowTitle == o.WindowTitle &&
		slices.Equal(h.Rows, o.Rows) && slices.Equal(h.Marks, o.Marks)
}

func markStyle(t *theme.Theme, k MarkKind) lipgloss.Style {
	switch k {
	case MarkWrite:
		return t.Header.Mark
	case MarkLocked:
		return t.Header.Locked
	case MarkProduction:
		return t.Header.Production
	case MarkForeign:
		return t.Header.Foreign
	}
	return t.Header.Muted
}

func gradeStyle(t *theme.Theme, g Grade) lipgloss.Style {
	switch g {
	case Good:
		return t.Header.Good
	case Warn:
		return t.Header.Warn
	case Bad:
		return t.Header.Bad
	}
	return t.Header.Value
}

// badge draws a mark in at most room cells. What stands at its end is kept, since
// an endpoint's says that it is not the real one.
func (k HeaderMark) badge(t *theme.Theme, room int) string {
	const tail = 10
	text := clean.Line(k.Text)
	if k.Kind == MarkProduction || k.Kind == MarkForeign {
		text = " " + text + " "
	}
	if w := clean.Width(text); w > room {
		if room > 2*tail {
			text = clean.Cut(text, room-tail) + ansi.Cut(text, w-tail, w)
		} else {
			text = clean.Cut(text, room)
		}
	}
	return theme.PenOf(markStyle(t, k.Kind)).Paint(text)
}

// compact is the header in one line: badges and the first value, then the rest.
func (h HeaderInfo) compact(t *theme.Theme, width int) string {
	sep := theme.PenOf(t.Header.Muted).Paint(" · ")
	var head, parts []string
	for _, k := range h.Marks {
		if k.Kind != MarkForeign {
			head = append(head, k.badge(t, width))
		}
	}
	if len(head) > 0 {
		parts = append(parts, strings.Join(head, " "))
	}
	for i, r := range h.Rows {
		value := theme.PenOf(gradeStyle(t, r.Level)).Paint(clean.Line(r.Value))
		if r.Level == Warn || r.Level == Bad {
			value = theme.PenOf(t.Header.Label).Paint(clean.Line(r.Label)) + " " + value
		}
		if r.Value != "" {
			parts = append(parts, value)
		}
		if i > 0 {
			continue
		}
		for _, k := range h.Marks {
			if k.Kind == MarkForeign {
				parts = append(parts, k.badge(t, max(width-1-clean.Width(strings.Join(parts, sep))-3, 0)))
			}
		}
	}
	return clean.Fit(" "+strings.Join(parts, sep), width)
}

// fits chooses the rows for n lines: what is not as it should be is never left out
// for what is, and the order stays.
func (h HeaderInfo) fits(n int) []HeaderRow {
	if len(h.Rows) <= n {
		return h.Rows
	}
	out := slices.Clone(h.Rows)
	for _, spare := range []func(HeaderRow) bool{
		func(r HeaderRow) bool { return r.Level == Plain || r.Level == Good },
		func(HeaderRow) bool { return true },
	} {
		for i := len(out) - 1; i > 0 && len(out) > n; i-- {
			if spare(out[i]) {
				out = slices.Delete(out, i, i+1)
			}
		}
	}
	return out
}

// block is the header's left part in n lines, and its width.
func (h HeaderInfo) block(t *theme.Theme, n, maxWidth int) ([]string, int) {
	rows := h.fits(n)
	label := 0
	for _, r := range rows {
		label = max(label, clean.Width(clean.Line(r.Label)))
	}
	labels := t.Header.Label
	if h.production() {
		labels = t.Header.ProductionLabel
	}
	lines := make([]string, 0, n)
	for _, r := range rows {
		lines = append(lines, " "+theme.PenOf(labels).Paint(clean.Fit(clean.Line(r.Label), label))+" "+
			theme.PenOf(gradeStyle(t, r.Level)).Paint(clean.Line(r.Value)))
	}
	h.placeMarks(t, lines, maxWidth)
	width := 0
	for _, l := range lines {
		width = max(width, clean.Width(l))
	}
	return lines, min(width, maxWidth)
}

// placeMarks puts each badge behind the first row that has room for it; where none
// has, behind the shortest, cut.
func (h HeaderInfo) placeMarks(t *theme.Theme, lines []string, maxWidth int) {
	if len(lines) == 0 {
		return
	}
	for _, k := range h.Marks {
		full := k.badge(t, maxWidth)
		best := 0
		for i := range lines {
			if clean.Width(lines[i])+1+clean.Width(full) <= maxWidth {
				best = i
				break
			}
			if clean.Width(lines[i]) < clean.Width(lines[best]) {
				best = i
			}
		}
		lines[best] += " " + k.badge(t, max(maxWidth-clean.Width(lines[best])-1, 8))
	}
}

// headerLines draws the whole header in n lines of exactly width cells.
func headerLines(t *theme.Theme, h HeaderInfo, items []menuItem, width, n int) []string {
	if n == 1 {
		return []string{h.compact(t, width)}
	}
	infoWidth := width
	if len(items) > 0 && width >= 50 {
		infoWidth = max(min(infoMax, width-menuMin), 30)
	}
	info, used := h.block(t, n, infoWidth)
	menu := menuLines(t, items, width-used-3, n)
	out := make([]string, n)
	for i := range out {
		line := ""
		if i < len(info) {
			line = info[i]
		}
		line = clean.Fit(line, used)
		if i < len(menu) {
			line += "   " + menu[i]
		}
		out[i] = clean.Fit(line, width)
	}
	return out
}

// bannerLine draws the line under the header.
func bannerLine(t *theme.Theme, h HeaderInfo, width int) string {
	sign, _ := levelSign(t, h.BannerLevel)
	style := []lipgloss.Style{t.Header.BannerInfo, t.Header.BannerWarn, t.Header.BannerError}[min(max(int(h.BannerLevel), 0), 2)]
	return theme.PenOf(style).Paint(clean.Fit(" "+sign+" "+clean.Line(h.Banner), width))
}
