package table

import (
	"fmt"
	"strings"
	"testing"

	"ecsole/tui/theme"
)

func titles(x *Table, width int) string {
	x.View(width, 3)
	var out []string
	for _, c := range x.layout.columns {
		out = append(out, fmt.Sprintf("%s:%d", x.columns[c.column].Title, c.width))
	}
	return strings.Join(out, " ")
}

func columns(o Options, cs ...Column) *Table {
	x := New(theme.New(theme.Options{}), cs, o)
	cells := make([]Cell, len(cs))
	for i := range cells {
		cells[i].Text = strings.Repeat("x", 10)
	}
	x.Set([]Row{{ID: "a", Cells: cells}})
	return x
}

func TestColumnsGiveWayByPriority(t *testing.T) {
	x := columns(Options{},
		Column{Title: "NAME", Min: 6}, Column{Title: "A", Priority: 1}, Column{Title: "B", Priority: 3},
		Column{Title: "C", Priority: 1}, Column{Title: "D", Priority: 2, Min: 4})
	for _, c := range []struct {
		width int
		want  string
	}{
		{100, "NAME:10 A:10 B:10 C:10 D:10"},
		{57, "NAME:10 A:10 B:10 C:10 D:10"}, // gutter 3, four gaps
		{56, "NAME:10 A:10 B:10 C:10 D:9"},
		{49, "NAME:7 A:10 B:10 C:10 D:5"},
		{47, "NAME:6 A:10 B:10 C:10 D:4"},
		{46, "NAME:10 A:10 B:10 D:10"},
		{36, "NAME:6 A:10 B:10 D:4"},
		{35, "NAME:10 B:10 D:10"},
		{24, "NAME:10 B:10"},
		{20, "NAME:6 B:10"},
		{19, "NAME:10 D:5"}, // what is left is enough for a short D
		{18, "NAME:10 D:4"},
		{17, "NAME:10"},
		{9, "NAME:9"},
		{3, "NAME:3"},
		{1, "NAME:1"},
	} {
		if got := titles(x, c.width); got != c.want {
			t.Errorf("width %d: %s, want %s", c.width, got, c.want)
		}
	}
}

// A column that had to go before a wide one has its place back once that one is gone,
// but not at the others' cost.
func TestNarrowColumnsUseWhatWideOnesLeave(t *testing.T) {
	x := columns(Options{}, Column{Title: "NAME", Min: 6}, Column{Title: "A", Priority: 1}, Column{Title: "B", Priority: 2, Min: 30}, Column{Title: "C", Priority: 3})
	for _, c := range []struct {
		width int
		want  string
	}{
		{66, "NAME:10 A:10 B:30 C:10"},
		{55, "NAME:10 B:30 C:10"},
		{50, "NAME:10 A:10 C:10"},
		{35, "NAME:10 A:10 C:10"},
		{34, "NAME:10 C:10"},
	} {
		if got := titles(x, c.width); got != c.want {
			t.Errorf("width %d: %s, want %s", c.width, got, c.want)
		}
	}
}

func TestMaxAndFlex(t *testing.T) {
	x := columns(Options{}, Column{Title: "NAME", Max: 4}, Column{Title: "WHY", Max: 5, Flex: true}, Column{Title: "MIN", Min: 14})
	for _, c := range []struct {
		width int
		want  string
	}{
		{100, "NAME:4 WHY:10 MIN:14"},
		{35, "NAME:4 WHY:10 MIN:14"},
		{32, "NAME:4 WHY:9 MIN:14"}, // wider than Max where there is room
		{28, "NAME:4 WHY:5 MIN:14"},
		{27, "NAME:4 WHY:10"},
	} {
		if got := titles(x, c.width); got != c.want {
			t.Errorf("width %d: %s, want %s", c.width, got, c.want)
		}
	}
}

func TestSidewaysScroll(t *testing.T) {
	x := columns(Options{}, Column{Title: "NAME"}, Column{Title: "A"}, Column{Title: "B"}, Column{Title: "C"}, Column{Title: "D"})
	const width = 3 + 10 + 2*11
	steps := []string{"NAME:10 A:10 B:10", "NAME:10 B:10 C:10", "NAME:10 C:10 D:10", "NAME:10 C:10 D:10"}
	for i, want := range steps {
		if got := titles(x, width); got != want {
			t.Errorf("after %d steps: %s, want %s", i, got, want)
		}
		x.Scroll(1)
	}
	wantScreen(t, x, width, 1, "<2 NAME       C          D")
	x.Pick(1) // A, the next of the first column: comes back into sight
	if got := titles(x, width); got != "NAME:10 A:10 B:10" || x.Picked() != 0 {
		if x.Picked() != 0 {
			t.Errorf("picked %d", x.Picked())
		}
	}
	x.Pick(1)
	if got := titles(x, width); !strings.HasPrefix(got, "NAME:10 A:10") {
		t.Errorf("the picked column is out of sight: %s", got)
	}
	x.Unpick()
	x.Scroll(-9)
	if got := titles(x, width); got != steps[0] {
		t.Errorf("back at the left: %s", got)
	}
	wide := columns(Options{}, Column{Title: "NAME"}, Column{Title: "A"})
	wide.View(80, 3)
	wide.Scroll(1)
	if got := titles(wide, 80); got != "NAME:10 A:10" {
		t.Errorf("scrolled although all was in sight: %s", got)
	}
}

func TestPick(t *testing.T) {
	x := columns(Options{}, Column{Title: "NAME"}, Column{Title: "A", Wide: true}, Column{Title: "B"}, Column{Title: "C", Priority: -1})
	x.SetSort(Sort{Column: 2})
	for _, c := range []struct{ by, want int }{{1, 2}, {1, 3}, {1, 3}, {-1, 2}, {-1, 0}, {-1, 0}, {2, 3}} {
		if x.Pick(c.by); x.Picked() != c.want {
			t.Errorf("Pick(%d) to %d, want %d", c.by, x.Picked(), c.want)
		}
	}
	if got := titles(x, 25); got != "NAME:10 C:10" {
		t.Errorf("a picked column gave way: %s", got)
	}
	x.SortPicked()
	x.SortPicked()
	if got := x.Sorted(); got != (Sort{Column: 3, Descending: true}) {
		t.Errorf("sorted by %+v", got)
	}
	x.Unpick()
	x.SortPicked()
	if got := x.Sorted(); got != (Sort{Column: 3}) {
		t.Errorf("without a picked column the sort turns: %+v", got)
	}
	x.SetSort(Sort{Column: -1})
	x.Pick(1)
	if x.Picked() != 0 {
		t.Errorf("the first pick is %d", x.Picked())
	}
}

func TestWidthsAreSteady(t *testing.T) {
	x := New(theme.New(theme.Options{}), []Column{{Title: "NAME"}, {Title: "B"}}, Options{})
	put := func(text string) string {
		x.Set([]Row{{ID: "a", Cells: []Cell{{Text: text}, {Text: "b"}}}})
		return titles(x, 80)
	}
	if got := put("12345678"); got != "NAME:8 B:1" {
		t.Error(got)
	}
	if got := put("1234567890"); got != "NAME:10 B:1" {
		t.Errorf("it grows at once: %s", got)
	}
	for range patience - 1 {
		if got := put("12345"); got != "NAME:10 B:1" {
			t.Errorf("it shrinks too early: %s", got)
		}
	}
	if got := put("123456"); got != "NAME:6 B:1" {
		t.Errorf("it shrinks to the widest of the calm time: %s", got)
	}
	for range patience - 1 {
		put("1234")
	}
	put("1234567")
	if got := put("1234"); got != "NAME:7 B:1" {
		t.Errorf("a need in between ends the calm: %s", got)
	}
	x.SetFilter(mustFilter(t, "nothing"))
	if got := titles(x, 80); got != "NAME:7 B:1" {
		t.Errorf("a filter moves columns: %s", got)
	}
}

func TestSignsOfChange(t *testing.T) {
	x := New(theme.New(theme.Options{}), []Column{{Title: "NAME"}, {Title: "UP"}, {Title: "DOWN"}, {Title: "WORD"}, {Title: "AGE", Quiet: true}}, Options{Changes: true})
	row := func(id string, cells ...string) Row {
		r := Row{ID: id}
		for _, c := range append([]string{id}, cells...) {
			r.Cells = append(r.Cells, Cell{Text: c})
		}
		return r
	}
	x.Set([]Row{row("a", "9", "10", "x", "1s"), row("b", "1", "1", "x", "1s")})
	wantScreen(t, x, 60, 3, "   NAME   UP   DOWN   WORD   AGE", "▸  a      9    10     x      1s", "   b      1    1      x      1s")
	x.Set([]Row{row("a", "10", "9", "y", "2s"), row("b", "1", "1", "x", "2s"), row("c", "1", "1", "x", "1s")})
	wantScreen(t, x, 60, 4, "   NAME   UP   DOWN   WORD   AGE", "▸  a      10↑  9↓     yΔ     2s", "   b      1    1      x      2s", " + c      1    1      x      1s")
	x.BeginGeneration()
	wantScreen(t, x, 60, 2, "   NAME   UP   DOWN   WORD   AGE", "▸  a      10↑  9↓     yΔ     2s")
	x.EndGeneration(false)
	x.Upsert(row("a", "10", "9", "y", "2s")) // twice in one refresh
	wantScreen(t, x, 60, 2, "   NAME   UP   DOWN   WORD   AGE", "▸  a      10↑  9↓     yΔ     2s")
	x.BeginGeneration()
	x.Upsert(row("d", "1", "1", "x", "1s"))
	x.Upsert(row("d", "2", "1", "x", "1s"))
	wantScreen(t, x, 60, 5, "   NAME   UP   DOWN   WORD   AGE", "▸  a      10↑  9↓     yΔ     2s", "   b      1    1      x      2s",
		" + c      1    1      x      1s", " + d      2↑   1      x      1s")
	x.Remove("d")
	x.Upsert(row("a", "10", "9", "y", "2s"), row("c", "1", "1", "x", "1s"))
	x.EndGeneration(false)
	wantScreen(t, x, 60, 4, "   NAME   UP   DOWN   WORD   AGE", "▸  a      10   9      y      2s", "   b      1    1      x      2s", "   c      1    1      x      1s")
	x.Upsert(row("a", "11", "9", "y", "3s"))
	wantScreen(t, x, 60, 2, "   NAME   UP   DOWN   WORD   AGE", "▸  a      11   9      y      3s")
}
