package table

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/filter"
	"ecsole/tui/theme"
)

// model is the table in its plainest form: everything is worked out from the list
// of rows at each question.
type model struct {
	rows   []modelRow // in order of arrival
	gen    int
	ends   int
	filter string
	faults bool
	wide   bool
	sort   Sort
	cursor string
	last   string
	moved  bool
	before []string // what was shown when the cursor was last looked at
}

type modelRow struct {
	id     string
	cells  [3]string // name, number or nothing, wide text
	fault  bool
	marked bool
	gen    int
}

func (m *model) find(id string) *modelRow {
	for i := range m.rows {
		if m.rows[i].id == id {
			return &m.rows[i]
		}
	}
	return nil
}

func (m *model) shown() []string {
	rows := slices.Clone(m.rows)
	if c := m.sort.Column; c >= 0 {
		slices.SortStableFunc(rows, func(a, b modelRow) int {
			x, y := a.cells[c], b.cells[c]
			if (x == "") != (y == "") {
				if x == "" {
					return 1
				}
				return -1
			}
			v := 0
			if c == 1 && x != "" {
				var p, q int
				fmt.Sscan(x, &p)
				fmt.Sscan(y, &q)
				v = cmp.Compare(p, q)
			} else {
				v = strings.Compare(x, y)
			}
			if m.sort.Descending {
				v = -v
			}
			if v == 0 {
				v = strings.Compare(a.id, b.id)
			}
			return v
		})
	} else if m.sort.Descending {
		slices.Reverse(rows)
	}
	var out []string
	for _, r := range rows {
		text := r.cells[0] + " " + r.cells[1]
		if m.wide {
			text += " " + r.cells[2]
		}
		text = strings.Join(strings.Fields(text), " ")
		if (!m.faults || r.fault) && strings.Contains(text, m.filter) {
			out = append(out, r.id)
		}
	}
	return out
}

// look works out where the cursor is now.
func (m *model) look() []string {
	now := m.shown()
	defer func() { m.before, m.last = now, cmp.Or(m.cursor, m.last) }()
	switch {
	case len(now) == 0:
		m.cursor = ""
	case !m.moved && m.ends == 0:
		m.cursor = now[0]
	case m.cursor == "" && slices.Contains(now, m.last):
		m.cursor = m.last
	case m.cursor == "":
		m.cursor = now[0]
	case !slices.Contains(now, m.cursor):
		at := slices.Index(m.before, m.cursor)
		heirs := slices.Clone(m.before[at+1:])
		above := slices.Clone(m.before[:at])
		slices.Reverse(above)
		m.cursor = now[0]
		for _, id := range append(heirs, above...) {
			if slices.Contains(now, id) {
				m.cursor = id
				break
			}
		}
	}
	return now
}

func (m *model) goTo(i int) {
	now := m.look()
	if len(now) > 0 {
		m.moved = true
		m.cursor = now[max(0, min(i, len(now)-1))]
		m.last = m.cursor
	}
}

func (m *model) markRange() {
	now := m.look()
	at := slices.Index(now, m.cursor)
	if at < 0 {
		return
	}
	from := at
	for i := range now { // the nearest mark, of equals the one above
		if i != at && m.find(now[i]).marked {
			d, best := abs(i-at), abs(from-at)
			if from == at || d < best {
				from = i
			}
		}
	}
	for i := min(at, from); i <= max(at, from); i++ {
		m.find(now[i]).marked = true
	}
}

func (m *model) remove(gone func(modelRow) bool) { m.rows = slices.DeleteFunc(m.rows, gone) }

// pair drives both with the same operations.
type pair struct {
	t             *testing.T
	x             *Table
	m             model
	r             *rand.Rand
	width, height int
	log           []string
}

func newPair(t *testing.T, seed uint64) *pair {
	x := New(theme.New(theme.Options{}), []Column{
		{Title: "NAME", Key: "N"},
		{Title: "COUNT", Key: "C", Align: Right, Min: 4, Priority: 2},
		{Title: "ARN", Key: "A", Wide: true, Max: 30},
	}, Options{Changes: seed%2 == 0})
	return &pair{t: t, x: x, m: model{sort: Sort{Column: -1}}, r: rand.New(rand.NewPCG(seed, 7)), width: 40, height: 8}
}

func (p *pair) id() string { return fmt.Sprintf("id%02d", p.r.IntN(30)) }

func (p *pair) put() {
	var rows []Row
	for range p.r.IntN(6) {
		id := p.id()
		c := [3]string{string(rune('a' + p.r.IntN(5))), "", "arn" + id}
		if p.r.IntN(3) > 0 {
			c[1] = fmt.Sprint(p.r.IntN(20))
		}
		fault := p.r.IntN(3) == 0
		health := OK
		if fault {
			health = Failed
		}
		rows = append(rows, Row{ID: id, Health: health, Cells: []Cell{{Text: c[0]}, {Text: c[1]}, {Text: c[2]}}})
		if old := p.m.find(id); old != nil {
			old.cells, old.fault, old.gen = c, fault, p.m.gen
		} else {
			p.m.rows = append(p.m.rows, modelRow{id: id, cells: c, fault: fault, gen: p.m.gen})
		}
	}
	p.x.Upsert(rows...)
}

func (p *pair) step() {
	m, x := &p.m, p.x
	do := p.r.IntN(20)
	p.log = append(p.log, fmt.Sprint(do))
	switch do {
	case 0, 1, 2:
		p.put()
	case 3:
		m.gen++
		x.BeginGeneration()
	case 4:
		complete := p.r.IntN(2) == 0
		x.EndGeneration(complete)
		m.ends++
		if complete {
			m.remove(func(r modelRow) bool { return r.gen != m.gen })
		}
	case 5:
		id := p.id()
		x.Remove(id, "nobody")
		m.remove(func(r modelRow) bool { return r.id == id })
	case 6:
		id, text := p.id(), fmt.Sprint(p.r.IntN(20))
		if got, want := x.SetCell(id, 1, Cell{Text: text}), m.find(id) != nil; got != want {
			p.t.Errorf("SetCell of %s: %v", id, got)
		}
		if r := m.find(id); r != nil {
			r.cells[1] = text
		}
	case 7:
		m.filter = []string{"", "", "a", "b", "1", "arnid0", "zz"}[p.r.IntN(7)]
		f, _ := filter.Parse(m.filter)
		x.SetFilter(f)
	case 8:
		m.faults = p.r.IntN(3) == 0
		x.SetFaults(m.faults)
	case 9:
		m.wide = p.r.IntN(2) == 0
		x.SetWide(m.wide)
	case 10:
		m.sort = Sort{Column: p.r.IntN(4) - 1, Descending: p.r.IntN(2) == 0}
		x.SetSort(m.sort)
	case 11:
		key := p.r.IntN(3)
		m.sort = Sort{Column: key, Descending: m.sort.Column == key && !m.sort.Descending}
		x.SortByKey([]string{"N", "C", "A"}[key])
	case 12, 13:
		n := p.r.IntN(9) - 4
		now := m.look()
		m.goTo(max(0, slices.Index(now, m.cursor)) + n)
		x.Move(n)
	case 14:
		if p.r.IntN(2) == 0 {
			m.goTo(0)
			x.Top()
		} else {
			m.goTo(1 << 20)
			x.Bottom()
		}
	case 15:
		m.look()
		if r := m.find(m.cursor); r != nil {
			r.marked = !r.marked
		}
		x.ToggleMark()
	case 16:
		m.markRange()
		x.MarkRange()
	case 17:
		if p.r.IntN(4) == 0 {
			for i := range m.rows {
				m.rows[i].marked = false
			}
			x.ClearMarks()
		}
	case 18:
		p.width, p.height = p.r.IntN(60), p.r.IntN(12)
	case 19:
		x.Scroll(p.r.IntN(3) - 1)
		x.Pick(p.r.IntN(5) - 2)
	}
}

func (p *pair) check() {
	now := p.m.look()
	want, hidden := Counts{Total: len(p.m.rows), Shown: len(now)}, 0
	var marked []string
	for _, id := range now {
		if p.m.find(id).marked {
			marked = append(marked, id)
		}
	}
	for _, r := range p.m.rows {
		if r.marked {
			hidden++
		}
	}
	want.Marked, want.Hidden = len(marked), hidden-len(marked)
	var gotMarked []string
	for _, r := range p.x.MarkedVisible() {
		gotMarked = append(gotMarked, r.ID)
	}
	switch {
	case shown(p.x) != strings.Join(now, " "):
		p.fail("shown", shown(p.x), now)
	case p.x.CursorID() != p.m.cursor:
		p.fail("cursor", p.x.CursorID(), p.m.cursor)
	case p.x.Index() != slices.Index(now, p.m.cursor):
		p.fail("index", p.x.Index(), slices.Index(now, p.m.cursor))
	case p.x.Counts() != want:
		p.fail("counts", p.x.Counts(), want)
	case !slices.Equal(gotMarked, marked):
		p.fail("marked", gotMarked, marked)
	}
	p.checkScreen(now)
}

// checkScreen holds the picture against its size, against what has to be in it, and
// against the same picture drawn without what was kept from earlier ones.
func (p *pair) checkScreen(now []string) {
	view := p.x.View(p.width, p.height)
	if p.width == 0 || p.height == 0 {
		if view != "" {
			p.fail("no room", view, "")
		}
		return
	}
	lines := strings.Split(view, "\n")
	if len(lines) != p.height {
		p.fail("lines", len(lines), p.height)
	}
	for _, l := range lines {
		if ansi.StringWidth(l) != p.width {
			p.fail("line width", ansi.StringWidth(l), p.width)
		}
	}
	onScreen := p.x.Visible(0)
	rows := min(p.height-1, len(now))
	if len(onScreen) != rows || rows > 0 && !slices.Contains(onScreen, p.m.cursor) {
		p.fail("on screen", onScreen, p.m.cursor)
	}
	for _, e := range p.x.all {
		e.line = cached{}
	}
	p.x.layout, p.x.paint.drawn, p.x.paint.stale = layout{}, nil, true
	p.x.layout.key.width = p.width
	if again := p.x.View(p.width, p.height); again != view {
		p.fail("kept picture", view, again)
	}
}

func (p *pair) fail(what string, got, want any) {
	p.t.Helper()
	p.t.Fatalf("%s: got %v\nwant %v\nsteps %s", what, got, want, strings.Join(p.log, " "))
}

func TestAgainstModel(t *testing.T) {
	seeds := uint64(300)
	if testing.Short() {
		seeds = 30
	}
	for seed := range seeds {
		p := newPair(t, seed)
		for range 150 {
			p.step()
			if p.r.IntN(3) > 0 { // not always: several changes before a look
				p.check()
			}
		}
		if t.Failed() {
			return
		}
	}
}

func FuzzOperations(f *testing.F) {
	f.Add(uint64(1), 50)
	f.Fuzz(func(t *testing.T, seed uint64, steps int) {
		p := newPair(t, seed)
		for range steps & 255 {
			p.step()
			p.check()
		}
	})
}
