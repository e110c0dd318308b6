package tui

import (
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"ecsole/tui/clean"
	"ecsole/tui/theme"
)

// infoMax is how wide the information grows where there is a menu beside it.
const infoMax = 58

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

// marks draws the badges.
func (h HeaderInfo) marks(t *theme.Theme) string {
	var parts []string
	for _, k := range h.Marks {
		text := clean.Line(k.Text)
		if k.Kind == MarkProduction || k.Kind == MarkForeign {
			text = " " + text + " "
		}
		parts = append(parts, theme.PenOf(markStyle(t, k.Kind)).Paint(text))
	}
	return strings.Join(parts, " ")
}

// compact is the header in one line: the badges, then the values.
func (h HeaderInfo) compact(t *theme.Theme, width int) string {
	sep := theme.PenOf(t.Header.Muted).Paint(" · ")
	parts := make([]string, 0, len(h.Rows)+1)
	if marks := h.marks(t); marks != "" {
		parts = append(parts, marks)
	}
	for _, r := range h.Rows {
		if r.Value == "" {
			continue
		}
		value := theme.PenOf(gradeStyle(t, r.Level)).Paint(clean.Line(r.Value))
		if r.Level == Warn || r.Level == Bad {
			value = theme.PenOf(t.Header.Label).Paint(clean.Line(r.Label)) + " " + value
		}
		parts = append(parts, value)
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
	width := 0
	var lines []string
	for i, r := range rows {
		line := " " + theme.PenOf(labels).Paint(clean.Fit(clean.Line(r.Label), label)) + " " +
			theme.PenOf(gradeStyle(t, r.Level)).Paint(clean.Line(r.Value))
		if i == 0 {
			line = markedRow(line, h.marks(t), maxWidth)
		}
		lines = append(lines, line)
		width = max(width, clean.Width(line))
	}
	return lines, min(width, maxWidth)
}

// markedRow puts the badges behind the first row; a long value gives way to them.
func markedRow(line, marks string, maxWidth int) string {
	if marks == "" {
		return line
	}
	room := max(maxWidth-clean.Width(marks)-1, 0)
	return clean.Cut(line, room) + " " + marks
}

// headerLines draws the whole header in n lines of exactly width cells.
func headerLines(t *theme.Theme, h HeaderInfo, items []menuItem, width, n int) []string {
	if n == 1 {
		return []string{h.compact(t, width)}
	}
	infoWidth := width
	if len(items) > 0 && width >= 50 {
		infoWidth = max(min(infoMax, width*11/20), 30)
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
