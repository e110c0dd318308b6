package replay

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/screen"
)

// Steps through time.
const (
	smallStep = 5 * time.Second
	largeStep = time.Minute
)

// Actions are the keys of the screen.
func (v *View) Actions() []screen.Action {
	var out []screen.Action
	off := ""
	if !v.loaded {
		off = "the recording is not read yet"
	}
	add := func(name, label string, hidden bool, run func() tea.Cmd) *screen.Action {
		out = append(out, screen.Action{Name: name, Keys: v.o.Keymap.For(name), Label: label, Hidden: hidden, Off: off, Run: run})
		return &out[len(out)-1]
	}
	label := "Play"
	if v.playing {
		label = "Pause"
	}
	add("replay.play", label, false, v.toggle)
	add("replay.back", "Back 5 s", false, func() tea.Cmd { return v.seek(v.at - smallStep) })
	add("replay.forward", "Forward 5 s", false, func() tea.Cmd { return v.seek(v.at + smallStep) })
	add("replay.slower", "Slower", false, func() tea.Cmd { return v.faster(-1) })
	add("replay.faster", "Faster", false, func() tea.Cmd { return v.faster(1) })
	add("replay.step", "Next output", false, func() tea.Cmd { return v.stop(v.frame.following) })
	add("replay.pauses", "Pauses as they were", false, v.pauses).Help = "Cut long pauses short, or not"
	if !v.short {
		out[len(out)-1].Label = "Cut pauses short"
	}
	add("search", "Search", false, v.ask)
	add("search.next", "Next match", len(v.hits) == 0, func() tea.Cmd { return v.step(1) })
	add("search.previous", "Match before", len(v.hits) == 0, func() tea.Cmd { return v.step(-1) })
	add("page.up", "Back a minute", true, func() tea.Cmd { return v.seek(v.at - largeStep) })
	add("page.down", "Forward a minute", true, func() tea.Cmd { return v.seek(v.at + largeStep) })
	add("top", "To the beginning", true, func() tea.Cmd { return v.seek(0) })
	add("bottom", "To the end", true, func() tea.Cmd { return v.seek(v.rec.Length) })
	for _, m := range []struct {
		name, label string
		dx, dy      int
	}{{"up", "Show rows above", 0, -1}, {"down", "Show rows below", 0, 1}, {"replay.left", "Show columns to the left", -8, 0}, {"replay.right", "Show columns to the right", 8, 0}} {
		add(m.name, m.label, true, func() tea.Cmd { v.pan(m.dx, m.dy); return nil })
	}
	return out
}

// toggle plays or pauses; at the end it begins again.
func (v *View) toggle() tea.Cmd {
	v.playing = !v.playing
	if v.playing && v.at >= v.rec.Length {
		return v.seek(0)
	}
	v.ticked = v.o.Now()
	return v.next()
}

func (v *View) faster(by int) tea.Cmd {
	v.speed = min(max(v.speed+by, 0), len(speeds())-1)
	return nil
}

func (v *View) pauses() tea.Cmd {
	v.short = !v.short
	return nil
}

// pan shows another part of a screen that is larger than this one. Before, the part
// with the cursor is shown.
func (v *View) pan(dx, dy int) {
	v.panned = true
	v.left = min(max(v.left+dx, 0), max(v.frame.cols-v.width, 0))
	v.top = min(max(v.top+dy, 0), max(v.frame.rows-v.rows, 0))
}
