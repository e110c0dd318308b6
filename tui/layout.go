package tui

// wants is what would be shown if there were room.
type wants struct {
	width, height int
	header        int // rows of the full header; 1 for the compact one
	banner        bool
	prompt        bool
	crumbs        bool
	jobs          bool
	bare          bool // the screen gets everything
	enough        int  // content lines at which the header begins to grow; 0: enough
}

// layout is how many lines each part gets, from top to bottom. They add up to the
// height exactly.
type layout struct {
	header, banner, prompt, top, content, bottom, crumbs, jobs, flash int

	sides bool // the frame has side borders
}

// enough is the content height at which the header begins to grow: one line of
// column titles and fourteen rows.
const enough = 15

// arrange divides the height. What a user cannot do without comes first: the
// prompt under his fingers, the content, messages, the title; the header shrinks
// before the content does.
func arrange(w wants) layout {
	var l layout
	left := w.height
	take := func(part *int, want bool, atLeast int) {
		if want && left >= atLeast {
			*part, left = *part+1, left-1
		}
	}
	take(&l.prompt, w.prompt, 1)
	if w.bare {
		l.content = left
		return l
	}
	l.sides = w.width >= 20 && w.height >= 8
	take(&l.flash, true, 3)
	take(&l.top, true, 4)
	take(&l.header, w.header > 0, 4)
	take(&l.banner, w.banner, 5)
	take(&l.bottom, l.sides, 5)
	take(&l.crumbs, w.crumbs, 5)
	take(&l.jobs, w.jobs, 5)
	if l.prompt == 1 && left >= 12 { // with a border
		l.prompt, left = 3, left-2
	}
	full := w.enough
	if full == 0 {
		full = enough
	}
	for l.header > 0 && l.header < w.header && left > full {
		l.header, left = l.header+1, left-1
	}
	l.content = left
	return l
}
