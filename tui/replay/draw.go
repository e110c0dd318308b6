package replay

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/clean"
	"ecsole/tui/theme"
)

// Title names the session and the size of its terminal.
func (v *View) Title() string {
	f := v.o.Theme.Frame
	title := theme.PenOf(f.Title).Paint("replay(") + theme.PenOf(f.Highlight).Paint(clean.Line(v.o.Scope)) + theme.PenOf(f.Title).Paint(")")
	if v.loaded {
		title += theme.PenOf(f.Counter).Paint(fmt.Sprintf("[%dx%d]", v.frame.cols, v.frame.rows))
	}
	return title
}

// View draws the recorded screen, below it the progress and how it is played.
func (v *View) View(width, height int) string {
	var head []string
	if v.rec.Warning != "" {
		head = append(head, theme.PenOf(v.o.Theme.Header.BannerError).Paint(clean.Fit(" ! "+clean.Line(v.rec.Warning), width)))
	}
	rows := max(height-len(head)-2, 1)
	v.width, v.rows = width, rows
	lines := append(head, v.body(width, rows)...)
	lines = append(lines, v.bar(width), clean.Fit(v.status(), width))
	if len(lines) > height {
		lines = lines[len(lines)-height:]
	}
	return strings.Join(lines, "\n")
}

// body is the part of the recorded screen that fits.
func (v *View) body(width, rows int) []string {
	muted := theme.PenOf(v.o.Theme.Muted)
	out := make([]string, 0, rows)
	switch {
	case v.failed:
		out = append(out, theme.PenOf(v.o.Theme.Bad).Paint(clean.Fit(clean.Line(strings.TrimSpace(v.problem.Text+" "+v.problem.Hint)), width)))
	case !v.loaded || v.frame.cols == 0:
		out = append(out, muted.Paint(clean.Fit("reading the recording …", width)))
	default:
		v.place(width, rows)
		for y := v.top; y < min(v.top+rows, v.frame.rows); y++ {
			line := v.line(y)
			if v.frame.cols-v.left < width { // where the recorded terminal ends
				line = clean.Fit(line, v.frame.cols-v.left) + muted.Paint("▏")
			}
			out = append(out, clean.Fit(line, width))
		}
		if len(out) < rows {
			out = append(out, muted.Paint(clean.Fit(strings.Repeat("▔", min(v.frame.cols-v.left, width)), width)))
		}
	}
	for len(out) < rows {
		out = append(out, clean.Spaces(width))
	}
	return out[:rows]
}

// place keeps in sight what was found, else the cursor, until the user has chosen a
// part.
func (v *View) place(width, rows int) {
	f := &v.frame
	if !v.panned {
		x, y := f.x, f.y
		if f.hit >= 0 && !v.playing {
			x, y = f.hitX, f.hit
		}
		if x < v.left || x >= v.left+width {
			v.left = x - width/2
		}
		if y < v.top || y >= v.top+rows {
			v.top = y - rows + 1
		}
	}
	v.left = min(max(v.left, 0), max(f.cols-width, 0))
	v.top = min(max(v.top, 0), max(f.rows-rows, 0))
}

// line is a row from the first column shown on, with the cursor where it is.
func (v *View) line(y int) string {
	f := &v.frame
	line := f.lines[y]
	if f.cursor && y == f.y && f.x < f.cols {
		line = clean.Fit(line, max(f.x+1, clean.Width(line)))
		under := ansi.Strip(ansi.Cut(line, f.x, f.x+1))
		if clean.Width(under) != 1 {
			under = " "
		}
		line = ansi.Truncate(line, f.x, "") + theme.PenOf(v.o.Theme.Prompt.Cursor).Paint(under) + ansi.TruncateLeft(line, f.x+1, "")
	}
	if v.left > 0 {
		line = ansi.TruncateLeft(line, v.left, "")
	}
	return line
}

// bar is the progress, with a mark where something was found.
func (v *View) bar(width int) string {
	done, rest, hit := theme.PenOf(v.o.Theme.Accent), theme.PenOf(v.o.Theme.Muted), theme.PenOf(v.o.Theme.Frame.Filter)
	length := v.rec.Length
	cell := func(at time.Duration) int {
		if length <= 0 {
			return 0
		}
		return int(float64(at) / float64(length) * float64(width-1))
	}
	marks := map[int]bool{}
	for _, at := range v.hits {
		marks[cell(at)] = true
	}
	here := cell(v.at)
	var b strings.Builder
	for x := range width {
		switch {
		case x == here:
			b.WriteString(done.Paint("●"))
		case marks[x]:
			b.WriteString(hit.Paint("◆"))
		case x < here:
			b.WriteString(done.Paint("━"))
		default:
			b.WriteString(rest.Paint("─"))
		}
	}
	return b.String()
}

// status says how it is played, where it is, and what was found.
func (v *View) status() string {
	if !v.loaded {
		return ""
	}
	state := "‖ paused"
	switch {
	case v.playing:
		state = "▶ playing"
	case v.at >= v.rec.Length:
		state = "■ the end"
	}
	parts := []string{fmt.Sprintf("%s %gx", state, v.rate()), clock(v.at) + " of " + clock(v.rec.Length)}
	switch {
	case v.searching:
		parts = append(parts, "searching …")
	case v.searched != "":
		n := 0
		for _, at := range v.hits {
			if at <= v.at {
				n++
			}
		}
		more := ""
		if len(v.hits) == hitsKept {
			more = "+"
		}
		parts = append(parts, fmt.Sprintf("%d/%d%s %q", n, len(v.hits), more, clean.Line(v.searched)))
	}
	if v.frame.note != "" {
		parts = append(parts, v.frame.note)
	}
	if !v.rec.Begun.IsZero() {
		parts = append(parts, v.rec.Begun.Add(v.at).UTC().Format("2006-01-02 15:04:05Z"))
	}
	if v.short {
		parts = append(parts, "pauses cut")
	}
	return theme.PenOf(v.o.Theme.Strong).Paint(parts[0]) + theme.PenOf(v.o.Theme.Muted).Paint(" · "+strings.Join(parts[1:], " · "))
}

// clock is a place in time: 1:05, 2:01:05.
func clock(d time.Duration) string {
	s := int(d.Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
