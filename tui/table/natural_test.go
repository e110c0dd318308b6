package table

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestNatural(t *testing.T) {
	for _, order := range []string{
		"web-1 web-2 web-9 web-10 web-10a web-100",
		"-3 -1 0 0.5 1 1.5 2 10 80% 100% a",
		"1 2 10 1a 2a 10a",
		"Api api API2 b",
		"a01 a1 a2 a002b",
		"rev:9 rev:10",
		"2026-01-02 2026-01-10 2026-02-01",
		"12345678901234567890a 12345678901234567891a",
		"z é",
	} {
		want := strings.Fields(order)
		got := slices.Clone(want)
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
		slices.SortFunc(got, natural)
		if !slices.Equal(got, want) {
			t.Errorf("sorted %q, want %q", got, want)
		}
	}
}

func FuzzNatural(f *testing.F) {
	f.Add("web-9", "web-10", "1.5")
	f.Add("-0", "0", "00")
	f.Add("1%", "1", "01")
	f.Add("A", "a", "B")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		all := []string{a, b, c}
		slices.SortFunc(all, natural)
		for i, x := range all {
			for j, y := range all {
				v := natural(x, y)
				if v != -natural(y, x) || (v == 0) != (x == y) {
					t.Fatalf("%q and %q: %d and %d", x, y, v, natural(y, x))
				}
				if i < j && v > 0 {
					t.Fatalf("not transitive: %q", all)
				}
			}
		}
	})
}

func TestCompareCells(t *testing.T) {
	now := time.Now()
	order := []Cell{
		{Text: "b", Sort: -1}, {Text: "a", Sort: 0.5}, {Text: "x", Sort: int64(2)}, {Text: "x", Sort: 1e20},
		{Sort: time.Second}, {Sort: time.Minute},
		{Sort: now}, {Sort: now.Add(time.Hour)},
		{Sort: false}, {Sort: true},
		{Sort: "v9"}, {Sort: "v10"},
		{Text: "5"}, {Text: "text"},
	}
	for i := range order {
		for j := range order {
			want := 0
			switch {
			case i < j:
				want = -1
			case i > j:
				want = 1
			}
			if got := compareCells(&order[i], &order[j]); got != want {
				t.Errorf("%+v and %+v: %d", order[i], order[j], got)
			}
		}
	}
}

// TestUnknownSortsLast in both directions, with and without a Less of its own.
func TestUnknownSortsLast(t *testing.T) {
	for _, less := range []func(a, b *Row) int{nil, func(a, b *Row) int { return strings.Compare(a.Cell(0).Text, b.Cell(0).Text) }} {
		x := simple(Options{})
		x.SetColumns([]Column{{Title: "CPU", Less: less}})
		x.Set([]Row{
			{ID: "none"}, {ID: "empty", Cells: []Cell{{}}}, {ID: "denied", Cells: []Cell{{Text: "denied", State: Unknown}}},
			{ID: "nan", Cells: []Cell{{Text: "a", Sort: math.NaN()}}},
			{ID: "b", Cells: []Cell{{Text: "b"}}}, {ID: "a", Cells: []Cell{{Text: "a"}}}, {ID: "b2", Cells: []Cell{{Text: "b"}}},
		})
		x.SetSort(Sort{Column: 0})
		if got := shown(x); got != "a b b2 denied empty nan none" {
			t.Errorf("up: %s", got)
		}
		x.SetSort(Sort{Column: 0, Descending: true})
		if got := shown(x); got != "b b2 a denied empty nan none" {
			t.Errorf("down: %s", got)
		}
		x.SetSort(Sort{Column: 7})
		if got := shown(x); got != "none empty denied nan b a b2" || x.Sorted().Column != -1 {
			t.Errorf("in order of arrival: %s", got)
		}
	}
}

// TestNoValueSortsLast in both directions: the busiest come first, not those that are
// not measured.
func TestNoValueSortsLast(t *testing.T) {
	x := simple(Options{})
	x.Set([]Row{
		{ID: "none", Cells: []Cell{{Text: Nothing, State: Dim}}}, {ID: "late", Cells: []Cell{{Text: "▂ 12m ago", State: Dim}}},
		{ID: "low", Cells: []Cell{{Text: "3%", Sort: 3.0}}}, {ID: "high", Cells: []Cell{{Text: "90%", Sort: 90.0}}},
		{ID: "zero", Cells: []Cell{{Text: Nothing, Sort: 0.0}}},
	})
	x.SetSort(Sort{Column: 0})
	if got := shown(x); got != "zero low high late none" {
		t.Errorf("up: %s", got)
	}
	x.SetSort(Sort{Column: 0, Descending: true})
	if got := shown(x); got != "high low zero late none" {
		t.Errorf("down: %s", got)
	}
}

func TestStrangeSortValues(t *testing.T) {
	x := simple(Options{})
	for range 2 { // the second time compares with the first
		x.Set([]Row{{ID: "a", Cells: []Cell{{Text: "2", Sort: []int{1}}}}, {ID: "b", Cells: []Cell{{Text: "1", Sort: map[string]int{}}}}})
	}
	x.SetSort(Sort{Column: 0})
	if got := shown(x); got != "b a" {
		t.Errorf("values that cannot be compared fall back to the text: %s", got)
	}
}
