package main

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/vterm"
)

// cursorRow is the row under the cursor of a list: the first one below the first two
// that has another background than the terminal's over half of its width; -1 if none
// has. Consoles differ in all else.
func cursorRow(s *vterm.Screen) int {
	cols, rows := s.Size()
	for y := 2; y < rows; y++ {
		if shaded(s.Styled(y)) > cols/2 {
			return y
		}
	}
	return -1
}

// shaded counts the cells of a styled line that have a background of their own.
func shaded(line string) int {
	n := 0
	on := false
	for line != "" {
		esc := strings.IndexByte(line, 0x1b)
		if esc < 0 {
			esc = len(line)
		}
		if on {
			n += ansi.StringWidth(line[:esc])
		}
		line = line[esc:]
		if end := strings.IndexByte(line, 'm'); end > 1 {
			on = background(line[2:end], on)
			line = line[end+1:]
		} else if line != "" {
			line = line[1:]
		}
	}
	return n
}

// background says whether there is a background, or the reverse, after an SGR with
// these parameters.
func background(params string, on bool) bool {
	fields := strings.FieldsFunc(params, func(r rune) bool { return r == ';' || r == ':' })
	if len(fields) == 0 {
		return false
	}
	for i := 0; i < len(fields); i++ {
		switch p := fields[i]; {
		case p == "0" || p == "27" || p == "49":
			on = false
		case p == "38" || p == "48" || p == "58": // a colour in more than one parameter
			on = on || p == "48"
			if i+1 < len(fields) && fields[i+1] == "5" {
				i += 2
			} else {
				i += 4
			}
		case p == "7", len(p) == 2 && p[0] == '4' && p[1] < '8', len(p) == 3 && strings.HasPrefix(p, "10"):
			on = true
		}
	}
	return on
}
