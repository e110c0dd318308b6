package table

import (
	"strings"
	"testing"
)

// TestOneStepDrawsTwoLines counts by spoiling what is kept: only the row that the
// cursor leaves and the one it enters are drawn anew.
func TestOneStepDrawsTwoLines(t *testing.T) {
	spoilt := strings.Repeat("#", 160)
	for what, c := range map[string]struct {
		do   func(x *Table)
		want int
	}{
		"a step":              {func(x *Table) { x.Move(1) }, 2},
		"a cell":              {func(x *Table) { x.SetCell(x.Visible(0)[5], 1, Cell{Text: "GONE"}) }, 1},
		"the same rows again": {func(x *Table) { x.Set(benchRows(100, 0)) }, 0},
		"a mark":              {(*Table).ToggleMark, 1},
	} {
		x := benchTable(100)
		for _, e := range x.all {
			if e.line.text != "" {
				e.line.text = spoilt
			}
		}
		c.do(x)
		got := 0
		for _, l := range strings.Split(x.View(160, 50), "\n")[1:] {
			if l != spoilt {
				got++
			}
		}
		if got != c.want {
			t.Errorf("%s: %d lines drawn anew, want %d", what, got, c.want)
		}
	}
}

func TestKeptLinesAreFew(t *testing.T) {
	x := benchTable(3000)
	for range 3000 {
		x.Move(1)
		x.View(160, 50)
	}
	n := 0
	for _, e := range x.all {
		if e.line.text != "" {
			n++
		}
	}
	if n > 9*50 {
		t.Errorf("%d lines are kept for 50 on the screen", n)
	}
}

func TestFrameAtRestAllocatesNothing(t *testing.T) {
	x := benchTable(500)
	if n := testing.AllocsPerRun(50, func() { x.View(160, 50) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
