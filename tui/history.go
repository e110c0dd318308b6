package tui

import "slices"

// historySize is how many commands are kept; the oldest go first.
const historySize = 50

// history is the commands of the session, with a place in them, as a browser keeps
// pages: going back and then elsewhere forgets what lay ahead.
type history struct {
	lines []string // oldest first, as they were typed
	at    int      // index of the command in force; -1 where there is none
	last  int      // where at stood before, for "the last command again"
}

func newHistory(lines []string) history {
	if over := len(lines) - historySize; over > 0 {
		lines = lines[over:]
	}
	return history{lines: slices.Clone(lines), at: len(lines) - 1, last: len(lines) - 1}
}

// add takes a command that was typed.
func (h *history) add(line string) {
	if line == "" {
		return
	}
	if h.at >= 0 && h.lines[h.at] == line {
		return
	}
	h.lines = append(h.lines[:h.at+1], line)
	h.last = h.at
	h.at++
	if over := len(h.lines) - historySize; over > 0 {
		h.lines = slices.Delete(h.lines, 0, over)
		h.at, h.last = h.at-over, h.last-over
	}
}

// back, forward and again move through the commands and give the one to run.
func (h *history) back() (string, bool)    { return h.move(h.at - 1) }
func (h *history) forward() (string, bool) { return h.move(h.at + 1) }
func (h *history) again() (string, bool) {
	if h.last == h.at || h.last < 0 || h.last >= len(h.lines) {
		return h.move(h.at - 1)
	}
	return h.move(h.last)
}

func (h *history) move(to int) (string, bool) {
	if to < 0 || to >= len(h.lines) {
		return "", false
	}
	h.last, h.at = h.at, to
	return h.lines[to], true
}
