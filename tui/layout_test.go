package tui

import "testing"

func (l layout) sum() int {
	return l.header + l.banner + l.prompt + l.top + l.content + l.bottom + l.crumbs + l.jobs + l.flash
}

func TestArrangeFillsEveryHeightExactly(t *testing.T) {
	for width := 1; width < 130; width += 7 {
		for height := 1; height < 70; height++ {
			for bits := range 64 {
				w := wants{width: width, height: height, header: 7, banner: bits&1 > 0, prompt: bits&2 > 0, crumbs: bits&4 > 0,
					jobs: bits&8 > 0, bare: bits&16 > 0}
				if bits&32 > 0 {
					w.header = 1
				}
				l := arrange(w)
				if l.sum() != height {
					t.Fatalf("%+v: %+v adds up to %d", w, l, l.sum())
				}
				if w.prompt && l.prompt == 0 {
					t.Fatalf("%+v: no prompt", w)
				}
				if l.content < 1 && (height > 1 || !w.prompt) {
					t.Fatalf("%+v: no content", w)
				}
			}
		}
	}
}

func TestArrangeLeavesRows(t *testing.T) {
	for _, c := range []struct {
		w               wants
		header, content int
	}{
		{wants{width: 80, height: 24, header: 7, crumbs: true}, 5, 15},
		{wants{width: 80, height: 24, header: 7, crumbs: true, jobs: true}, 4, 15},
		{wants{width: 80, height: 24, header: 7, crumbs: true, jobs: true, banner: true}, 3, 15},
		{wants{width: 80, height: 24, header: 7, crumbs: true, prompt: true}, 2, 15},
		{wants{width: 80, height: 24, header: 1, crumbs: true}, 1, 19},
		{wants{width: 120, height: 40, header: 7, crumbs: true}, 7, 29},
		{wants{width: 40, height: 10, header: 7, crumbs: true}, 1, 5},
		{wants{width: 40, height: 10, header: 7, crumbs: true, prompt: true}, 1, 4},
	} {
		l := arrange(c.w)
		if l.header != c.header || l.content != c.content {
			t.Errorf("%+v: header %d, content %d; want %d and %d", c.w, l.header, l.content, c.header, c.content)
		}
	}
}
