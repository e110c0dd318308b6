package tui

import (
	"fmt"
	"strings"
	"testing"
)

func TestHistoryMoves(t *testing.T) {
	for _, c := range []struct{ moves, ends string }{
		{"+a +b [", "a"},
		{"+a +b [ [", "-"},
		{"+a +b [ ]", "b"},
		{"+a ]", "-"},
		{"+a +b +c [ [ +d ]", "-"},
		{"+a +b +c [ [ +d [", "a"},
		{"+a +b =", "a"},
		{"+a +b = =", "b"},
		{"+a +b +c [ [ =", "b"},
		{"+a +a [", "-"},
		{"=", "-"},
		{"+Svc/API +b [", "Svc/API"},
	} {
		h := newHistory(nil)
		got := ""
		for _, m := range strings.Fields(c.moves) {
			var ok bool
			switch m[0] {
			case '+':
				h.add(m[1:])
				continue
			case '[':
				got, ok = h.back()
			case ']':
				got, ok = h.forward()
			case '=':
				got, ok = h.again()
			}
			if !ok {
				got = "-"
			}
		}
		if got != c.ends {
			t.Errorf("%s: %q, want %q", c.moves, got, c.ends)
		}
	}
}

func TestHistoryEvictsTheOldest(t *testing.T) {
	h := newHistory(nil)
	for i := range historySize + 7 {
		h.add(fmt.Sprint(i))
	}
	if len(h.lines) != historySize || h.lines[0] != "7" || h.lines[h.at] != fmt.Sprint(historySize+6) {
		t.Errorf("%d lines, first %s, at %d", len(h.lines), h.lines[0], h.at)
	}
	if line, ok := h.back(); !ok || line != fmt.Sprint(historySize+5) {
		t.Error(line, ok)
	}
	if h := newHistory(h.lines); h.at != historySize-1 {
		t.Error(h.at)
	}
}
