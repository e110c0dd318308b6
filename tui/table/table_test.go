package table

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/filter"
	"ecsole/tui/theme"
)

// simple makes a table of two columns with rows named by their ids.
func simple(o Options, ids ...string) *Table {
	t := New(theme.New(theme.Options{}), []Column{{Title: "NAME", Key: "N"}, {Title: "N", Align: Right, Key: "C"}}, o)
	t.Set(rowsOf(ids...))
	return t
}

func rowsOf(ids ...string) []Row {
	rows := make([]Row, len(ids))
	for i, id := range ids {
		rows[i] = Row{ID: id, Cells: []Cell{{Text: id}, {Text: fmt.Sprint(len(id))}}}
	}
	return rows
}

func shown(t *Table) string {
	var ids []string
	for r := range t.Shown() {
		ids = append(ids, r.ID)
	}
	return strings.Join(ids, " ")
}

func screen(tb testing.TB, t *Table, width, height int) []string {
	tb.Helper()
	view := t.View(width, height)
	lines := strings.Split(view, "\n")
	if len(lines) != height {
		tb.Fatalf("%d lines, want %d", len(lines), height)
	}
	for i, l := range lines {
		if w := ansi.StringWidth(l); w != width {
			tb.Fatalf("line %d is %d cells wide, want %d: %q", i, w, width, l)
		}
	}
	return strings.Split(ansi.Strip(view), "\n")
}

func wantScreen(tb testing.TB, t *Table, width, height int, want ...string) {
	tb.Helper()
	got := screen(tb, t, width, height)
	for i := range got {
		got[i] = strings.TrimRight(got[i], " ")
	}
	for len(want) < height {
		want = append(want, "")
	}
	if !slices.Equal(got, want) {
		tb.Errorf("screen is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func mustFilter(tb testing.TB, s string) filter.Filter {
	tb.Helper()
	f, err := filter.Parse(s)
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

func TestRowsStayOverRefreshes(t *testing.T) {
	x := simple(Options{}, "a", "b", "c")
	x.View(40, 10)
	x.SetCursor("b")
	x.BeginGeneration()
	x.Upsert(rowsOf("c", "d")...)
	if got := shown(x); got != "a b c d" {
		t.Errorf("amid a refresh: %s", got)
	}
	x.EndGeneration(false)
	if got := shown(x); got != "a b c d" {
		t.Errorf("after a refresh with a gap: %s", got)
	}
	x.Set(rowsOf("d", "c", "a"))
	if got := shown(x); got != "a c d" {
		t.Errorf("after a whole refresh: %s", got)
	}
	if got := x.CursorID(); got != "c" {
		t.Errorf("cursor at %s: its row left, the next one takes its place", got)
	}
}

func TestCursorWaitsAtTheTopWhileRowsArrive(t *testing.T) {
	x := New(theme.New(theme.Options{}), []Column{{Title: "NAME"}}, Options{})
	x.SetSort(Sort{})
	x.BeginGeneration()
	x.Upsert(rowsOf("m")...)
	x.View(20, 5)
	x.Upsert(rowsOf("c")...)
	if got := x.CursorID(); got != "c" {
		t.Errorf("cursor at %s", got)
	}
	x.Move(1)
	x.Upsert(rowsOf("a", "b")...)
	if got := x.CursorID(); got != "m" {
		t.Errorf("cursor at %s: moved by the user, it follows its row", got)
	}
	x.EndGeneration(true)
	x.Top()
	x.Upsert(rowsOf("0")...)
	if got := x.CursorID(); got != "a" {
		t.Errorf("cursor at %s", got)
	}
}

func TestCursorKeepsItsLine(t *testing.T) {
	var ids []string
	for i := range 50 {
		ids = append(ids, fmt.Sprintf("r%02d", i))
	}
	x := simple(Options{}, ids...)
	x.SetSort(Sort{})
	x.View(20, 11)
	x.SetCursor("r30")
	before := slices.IndexFunc(screen(t, x, 20, 11), func(s string) bool { return strings.Contains(s, "r30") })
	x.Upsert(rowsOf("a", "b", "c")...)
	x.Remove("r10", "r11")
	after := slices.IndexFunc(screen(t, x, 20, 11), func(s string) bool { return strings.Contains(s, "r30") })
	if before < 0 || before != after {
		t.Errorf("the cursor's row went from line %d to %d", before, after)
	}
}

func TestMoves(t *testing.T) {
	var ids []string
	for i := range 100 {
		ids = append(ids, fmt.Sprint("r", i))
	}
	x := simple(Options{}, ids...)
	x.View(20, 11) // ten rows
	for _, c := range []struct {
		name      string
		do        func()
		row, line int
	}{
		{"start", func() {}, 0, 0},
		{"down", func() { x.Move(1) }, 1, 1},
		{"up", func() { x.Move(-1) }, 0, 0},
		{"up at the top", func() { x.Move(-1) }, 0, 0},
		{"page", func() { x.Page(1) }, 10, 0},
		{"half page", func() { x.Half(1) }, 15, 0},
		{"down", func() { x.Move(9) }, 24, 9},
		{"over the edge", func() { x.Move(1) }, 25, 9},
		{"bottom", func() { x.Bottom() }, 99, 9},
		{"half page up", func() { x.Half(-1) }, 94, 9},
		{"page up", func() { x.Page(-1) }, 84, 9},
		{"page beyond the end", func() { x.Page(5) }, 99, 9},
		{"top", func() { x.Top() }, 0, 0},
		{"page above the top", func() { x.Page(-1) }, 0, 0},
	} {
		c.do()
		lines := screen(t, x, 20, 11)
		want := fmt.Sprint("▸  r", c.row, " ")
		if x.Index() != c.row || !strings.HasPrefix(lines[1+c.line], want) {
			t.Errorf("%s: row %d, want %d at line %d:\n%s", c.name, x.Index(), c.row, c.line, strings.Join(lines, "\n"))
		}
	}
	if x.SetCursor("nobody") || x.CursorID() != "r0" {
		t.Error("a row that is not there took the cursor")
	}
}

func TestMarks(t *testing.T) {
	x := simple(Options{}, "a1", "b", "a2", "a3", "b2")
	x.View(20, 10)
	x.ToggleMark()
	x.Move(3)
	x.MarkRange()
	ids := func(rows []*Row) (out string) {
		for _, r := range rows {
			out += r.ID + " "
		}
		return out
	}
	if got := ids(x.Selection()); got != "a1 b a2 a3 " {
		t.Errorf("marked %s", got)
	}
	x.SetFilter(mustFilter(t, "a"))
	if got, c := ids(x.MarkedVisible()), x.Counts(); got != "a1 a2 a3 " || c != (Counts{Total: 5, Shown: 3, Marked: 3, Hidden: 1}) {
		t.Errorf("filtered: marked %s, %+v", got, c)
	}
	x.Set(rowsOf("a1", "a3"))
	if c := x.Counts(); c != (Counts{Total: 2, Shown: 2, Marked: 2}) {
		t.Errorf("marks of rows that left: %+v", c)
	}
	x.Set(rowsOf("a1", "a3", "a2"))
	if x.Marked("a2") || !x.Marked("a3") {
		t.Error("a row that came back has its old mark")
	}
	x.ClearMarks()
	x.SetCursor("a3")
	if got := ids(x.Selection()); got != "a3 " {
		t.Errorf("without marks: %s", got)
	}
	x.MarkRange()
	if got := ids(x.Selection()); got != "a3 " || x.Counts().Marked != 1 {
		t.Errorf("a range without an anchor: %s", got)
	}
}

func TestOverlaysStay(t *testing.T) {
	x := New(theme.New(theme.Options{}), []Column{{Title: "NAME"}, {Title: "CPU", Overlay: true}, {Title: "AGE"}}, Options{})
	put := func(id, age string) {
		x.Upsert(Row{ID: id, Cells: []Cell{{Text: id}, {}, {Text: age}}})
	}
	put("a", "1m")
	if !x.SetCell("a", 1, Cell{Text: "42%", Sort: 42.0}) || x.SetCell("b", 1, Cell{}) || x.SetCell("a", 3, Cell{}) {
		t.Error("SetCell")
	}
	put("a", "2m")
	if r := x.Row("a"); r.Cell(1).Text != "42%" || r.Cell(2).Text != "2m" {
		t.Errorf("after a refresh: %+v", r.Cells)
	}
	x.Upsert(Row{ID: "a", Cells: []Cell{{Text: "a"}}})
	if r := x.Row("a"); r.Cell(1).Text != "42%" || r.Cell(2).Text != "" {
		t.Errorf("after a refresh with few cells: %+v", r.Cells)
	}
	x.ClearColumn(1)
	if r := x.Row("a"); r.Cell(1) != (Cell{}) {
		t.Errorf("cleared: %+v", r.Cells)
	}
}

func TestGap(t *testing.T) {
	x := simple(Options{}, "a", "b")
	x.BeginGeneration()
	x.Upsert(rowsOf("a")...)
	x.Gap([]string{"b", "arn:aws:ecs:eu-west-1:1:service/prod/api"}, "AccessDenied: ecs:DescribeServices")
	x.EndGeneration(true)
	wantScreen(t, x, 60, 5,
		"   NAME   N",
		"▸  a      1",
		" ? b      1",
		" ? api    AccessDenied: ecs:DescribeServices")
	wantScreen(t, x, 30, 4,
		"   NAME   N",
		"▸  a      1",
		" ? b      1",
		" ? api    AccessDenied: ecs:D…")
	x.SetFilter(mustFilter(t, "accessdenied"))
	if got := x.Counts().Shown; got != 2 {
		t.Errorf("the note is not found by the filter: %d rows", got)
	}
	x.SetFilter(filter.Filter{})
	x.SetFaults(true)
	if got := x.Counts().Shown; got != 2 {
		t.Errorf("faults mode shows %d rows", got)
	}
	x.Set(rowsOf("a", "b"))
	if r := x.Row("b"); r.Health != None || r.Note != "" {
		t.Errorf("a row that is read again: %+v", r)
	}
}

func TestEmptyScreens(t *testing.T) {
	x := simple(Options{})
	x.SetEmpty("no services in prod")
	wantScreen(t, x, 30, 3, "   NAME   N", "   no services in prod")
	if x.Current() != nil || x.CursorID() != "" || x.Index() != -1 || x.Selection() != nil {
		t.Error("an empty table has a cursor")
	}
	x.Move(1)
	x.Bottom()
	x.ToggleMark()
	x.MarkRange()
	x.Set(rowsOf("a"))
	x.SetFilter(mustFilter(t, "zz"))
	wantScreen(t, x, 30, 3, "   NAME   N", "   no rows match /zz/")
	x.SetFaults(true)
	wantScreen(t, x, 40, 3, "   NAME   N", "   no rows with a fault match /zz/")
	x.SetFilter(mustFilter(t, "-f zz"))
	wantScreen(t, x, 40, 3, "   NAME   N", "   no rows with a fault match -f zz")
	x.SetFilter(filter.Filter{})
	wantScreen(t, x, 40, 3, "   NAME   N", "   no rows with a fault")
	x = simple(Options{Unfilter: "esc ends it", Unfault: "ctrl-z shows all"}, "a")
	x.SetFaults(true)
	wantScreen(t, x, 42, 3, "   NAME   N", "   no rows with a fault; ctrl-z shows all")
	x.SetFilter(mustFilter(t, "zz"))
	wantScreen(t, x, 50, 3, "   NAME   N", "   no rows with a fault match /zz/; esc ends it")
}

func TestCursorComesBackAfterAFilterThatHidAll(t *testing.T) {
	x := simple(Options{}, "a", "b", "c")
	x.SetCursor("c")
	x.SetFilter(mustFilter(t, "zz"))
	if x.Current() != nil {
		t.Error("a cursor without rows")
	}
	x.SetFilter(filter.Filter{})
	if got := x.CursorID(); got != "c" {
		t.Errorf("cursor at %s", got)
	}
}

func TestHostileText(t *testing.T) {
	x := simple(Options{})
	x.Set([]Row{{ID: "first"}, {
		ID:    "x\x1b[2J",
		Cells: []Cell{{Text: "a\x1b[31mb\nc\u202e"}, {Text: "\x1b[32m▁\x1b]52;c;aGk=\x07", Styled: true, Plain: "\x1b[7m1"}},
		Note:  "\x1b]0;title\x07",
	}})
	view := x.View(60, 3)
	for _, bad := range []string{"\x1b]", "\x07", "\u202e", "\x1b[31m"} {
		if strings.Contains(view, bad) {
			t.Errorf("%q reaches the screen", bad)
		}
	}
	if !strings.Contains(view, "\x1b[32m▁") {
		t.Errorf("styled text lost its colour: %q", view)
	}
	screen(t, x, 60, 3)
	for row := range x.Export() {
		if s := strings.Join(row, ""); strings.Contains(s, "\x1b") {
			t.Errorf("exported %q", s)
		}
	}
}

func TestExport(t *testing.T) {
	x := New(theme.New(theme.Options{}), []Column{{Title: "NAME"}, {Title: "CPU"}, {Title: "ARN", Wide: true}}, Options{})
	x.Set([]Row{
		{ID: "2", Cells: []Cell{{Text: "web"}, {Text: "\x1b[32m▁▂ 42%\x1b[m", Styled: true, Plain: "42"}, {Text: "arn:web"}}},
		{ID: "1", Cells: []Cell{{Text: "api"}, {Text: "\x1b[32m7\x1b[m", Styled: true}}},
		{ID: "3", Cells: []Cell{{Text: "db"}}},
	})
	x.SetSort(Sort{})
	x.SetFilter(mustFilter(t, "!db"))
	var got []string
	for row := range x.Export() {
		got = append(got, strings.Join(row, ","))
	}
	if h := strings.Join(x.Header(), ","); h != "NAME,CPU,ARN" {
		t.Error(h)
	}
	if !slices.Equal(got, []string{"api,7,", "web,42,arn:web"}) {
		t.Errorf("%q", got)
	}
}

func TestVisible(t *testing.T) {
	var ids []string
	for i := range 200 {
		ids = append(ids, fmt.Sprint(i))
	}
	x := simple(Options{}, ids...)
	if got := x.Visible(5); len(got) != 55 {
		t.Errorf("before the first view: %d", len(got))
	}
	x.View(30, 11)
	if got := x.Visible(0); len(got) != 10 || got[0] != "0" {
		t.Errorf("%v", got)
	}
	x.SetCursor("100")
	x.View(30, 11)
	if got := x.Visible(3); len(got) != 16 || got[0] != "88" || got[15] != "103" {
		t.Errorf("%v", got)
	}
}

func TestFilterSeesWideColumnsInWideModeOnly(t *testing.T) {
	x := New(theme.New(theme.Options{}), []Column{{Title: "NAME"}, {Title: "ARN", Wide: true}}, Options{})
	x.Set([]Row{{ID: "a", Cells: []Cell{{Text: "web"}, {Text: "arn:prod"}}}})
	x.SetFilter(mustFilter(t, "web arn"))
	if x.Counts().Shown != 0 {
		t.Error("a hidden column matches")
	}
	x.SetWide(true)
	if x.Counts().Shown != 1 {
		t.Error("a wide column does not match in wide mode")
	}
	x.SetWide(false)
	x.SetFilter(mustFilter(t, "web"))
	x.Upsert(Row{ID: "a", Cells: []Cell{{Text: "api"}}})
	if x.Counts().Shown != 0 {
		t.Error("a row that changed is not matched again")
	}
}

func TestClear(t *testing.T) {
	x := simple(Options{Changes: true}, "a", "b")
	x.SetCursor("b")
	x.ToggleMark()
	x.Clear()
	if c := x.Counts(); c != (Counts{}) || x.Current() != nil || x.Generations() != 0 {
		t.Errorf("%+v", c)
	}
	x.Set(rowsOf("a", "b"))
	wantScreen(t, x, 20, 3, "   NAME   N", "▸  a      1", "   b      1")
}
