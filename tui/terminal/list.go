package terminal

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/clean"
)

// covered shows a text instead of the session until a key is pressed.
func (r *run) covered(text []string) {
	r.cover = true
	var b strings.Builder
	b.WriteString("\x1b[0m\x1b[?7l\x1b[?25l\x1b[2J\x1b[H")
	for i, l := range text {
		if i == r.rows {
			break
		}
		if i > 0 {
			b.WriteString("\r\n")
		}
		b.WriteString(ansi.Truncate(l, r.cols, "…"))
	}
	b.WriteString("\x1b[?7h")
	r.view.cover([]byte(b.String()))
}

// chosen takes a key while a list or help is shown.
func (r *run) chosen(p []byte) (leave bool) {
	list := r.listed
	r.cover, r.listed = false, nil
	r.view.uncover()
	r.keys.fresh, r.keys.held = true, false
	if len(p) != 1 {
		return false
	}
	switch c := p[0]; {
	case list != nil && c >= '0' && c <= '9':
		r.jump(list, c)
	case list == nil && (c == '.' || c == 'd' || c == 's'):
		return r.command(c)
	}
	return false
}

func (r *run) listText() []string {
	text := []string{"\x1b[1mSessions\x1b[0m", ""}
	now := time.Now()
	for i, s := range r.listed {
		key := "  "
		if i < 10 {
			key = fmt.Sprintf("%d ", (i+1)%10)
		}
		mark := " "
		if s == r.h.session {
			mark = "*"
		}
		in, out := s.Traffic()
		state := fmt.Sprintf("%s old, idle %s, %s in, %s out", age(now.Sub(s.Begun())), age(now.Sub(s.LastInput())), bytesText(in), bytesText(out))
		select {
		case <-s.Done():
			why, _ := s.Ending()
			state = "ended: " + clean.Line(why)
		default:
		}
		text = append(text, fmt.Sprintf("%s%s %s  \x1b[2m%s\x1b[0m", mark, key, clean.Line(s.Label()), state))
	}
	return append(text, "", "a digit shows that session, any other key goes back")
}

func (r *run) helpText() []string {
	e := escapeName(r.keys.escape)
	return []string{
		"\x1b[1mIn this shell every key goes to the remote, but behind Enter:\x1b[0m", "",
		"  " + e + " .   end the session",
		"  " + e + " d   leave it running and go back (:sessions lists it)",
		"  " + e + " s   list of sessions",
		"  " + e + " 1   the first session (2 the second …)",
		"  " + e + " ?   this help",
		"  " + e + " " + e + "   " + e + " itself",
		"", "Any key goes back; . d and s work here, too.",
	}
}

// age is a duration in one or two units.
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", max(0, int(d.Seconds())))
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
}

func bytesText(n int64) string {
	switch {
	case n < 10_000:
		return fmt.Sprintf("%d B", n)
	case n < 10_000_000:
		return fmt.Sprintf("%d kB", n/1000)
	}
	return fmt.Sprintf("%d MB", n/1_000_000)
}
