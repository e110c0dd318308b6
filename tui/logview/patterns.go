package logview

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/lines"
	"ecsole/lines/field"
	"ecsole/lines/pattern"
	"ecsole/tui/clean"
	"ecsole/tui/screen"
	"ecsole/tui/table"
)

// group is lines of one pattern.
type group struct {
	text        string
	count       int
	first, last int64
	level       lines.Level // the highest
}

// groups is what was found so far.
type groups struct {
	all         []group
	seen, total int
	from, to    int64
}

// maxPatterns bounds the groups; what comes after is counted as other.
const maxPatterns = 5000

// other stands for lines beyond the last pattern that is kept.
const other = "(other patterns)"

// patterns is the screen that shows lines by pattern.
type patterns struct {
	view  *View
	work  *screen.Work
	table *table.Table
	have  groups
	done  bool
	err   error
}

// openPatterns groups the lines that are shown by pattern.
func (v *View) openPatterns() tea.Cmd {
	p := &patterns{view: v, work: screen.NewWork(v.work.Context())}
	p.table = table.New(v.o.Theme, []table.Column{
		{Title: "COUNT", Align: table.Right, Key: "C", Priority: 90, Min: 6},
		{Title: "NEW", Priority: 80, Min: 3},
		{Title: "LEVEL", Priority: 60, Min: 5},
		{Title: "FIRST", Key: "F", Priority: 50, Min: 8},
		{Title: "LAST", Key: "A", Priority: 40, Min: 8},
		{Title: "PATTERN", Key: "N", Priority: 100, Min: 24, Max: 60, Flex: true},
	}, table.Options{})
	p.table.SetSort(table.Sort{Column: 0, Descending: true})
	p.table.SetEmpty("Reading lines …")
	return screen.Cmd(screen.Push{Screen: p})
}

// Init begins to read.
func (p *patterns) Init() tea.Cmd { return p.read() }

func (p *patterns) read() tea.Cmd {
	v := p.view
	p.done, p.err = false, nil
	seq := v.src.Store().All()
	if v.result != nil {
		seq = &v.result.Sequence
	}
	floor, mask := v.floor, v.masker()
	return screen.Stream(p.work.Lane("read"), saveTimeout, func(ctx context.Context, emit func(groups)) error {
		return collect(ctx, seq, floor, mask, emit)
	})
}

// collect goes over the lines a part at a time.
func collect(ctx context.Context, seq *lines.Sequence, floor lines.Key, mask func([]byte) []byte, emit func(groups)) error {
	index := map[string]int{}
	var g groups
	var key []byte
	said := time.Now()
	err := each(ctx, seq, floor, func(part []lines.Line, _ []lines.Stream, total int) error {
		g.total = total
		for i := range part {
			l := &part[i]
			g.seen++
			if g.from == 0 {
				g.from = l.Time
			}
			g.to = l.Time
			if l.Flags&(lines.Continued|lines.Notice) != 0 {
				continue
			}
			key = pattern.Append(key[:0], mask(message(l)))
			g.add(index, key, l)
		}
		if time.Since(said) > 200*time.Millisecond {
			said = time.Now()
			emit(g.clone())
		}
		return nil
	})
	if err == nil {
		emit(g.clone())
	}
	return err
}

func (g *groups) clone() groups {
	out := *g
	out.all = append([]group(nil), g.all...)
	return out
}

func (g *groups) add(index map[string]int, key []byte, l *lines.Line) {
	i, ok := index[string(key)]
	if !ok {
		if len(g.all) >= maxPatterns {
			key = []byte(other)
			i, ok = index[other]
		}
		if !ok {
			i = len(g.all)
			g.all = append(g.all, group{text: string(key), first: l.Time})
			index[string(key)] = i
		}
	}
	x := &g.all[i]
	x.count++
	x.last = l.Time
	x.level = max(x.level, level(l.Level))
}

// message is what of a line its pattern is made of: the message, where the line has
// fields.
func message(l *lines.Line) []byte {
	text := bytes.TrimRight(l.Text, "\r\n")
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		text = text[:i]
	}
	text = text[:min(len(text), enough)]
	var found []byte
	take := func(key []byte, m field.Value) bool {
		if field.IsMessageKey(key) && m.Kind == field.String {
			found = m.Text()
		}
		return found == nil
	}
	switch l.Format {
	case field.JSON:
		field.EachJSON(bytes.TrimLeft(text, " \t"), take)
	case field.Logfmt:
		field.EachPair(text, take)
	}
	if len(found) > 0 {
		return found
	}
	return text[min(l.Body, len(text)):]
}

// Update takes what was found.
func (p *patterns) Update(msg tea.Msg) tea.Cmd {
	r, ok := msg.(screen.Result[groups])
	if !ok || !screen.Current(p.work, r) {
		return nil
	}
	if r.More {
		p.have = r.Value
		p.show()
		return r.Next
	}
	p.done, p.err = true, r.Err
	p.table.SetEmpty("There are no lines.")
	p.show()
	return nil
}

// fresh reports whether a pattern was first seen in the last tenth of the time.
func (p *patterns) fresh(g *group) bool {
	return p.have.to > p.have.from && g.first-p.have.from > (p.have.to-p.have.from)*9/10
}

func (p *patterns) show() {
	rows := make([]table.Row, 0, len(p.have.all))
	for i := range p.have.all {
		g := &p.have.all[i]
		r := table.Row{ID: g.text, Item: g, Cells: []table.Cell{
			{Text: count(g.count), Sort: g.count}, {}, {Text: g.level.String(), Sort: int(g.level)},
			{Text: p.time(g.first), Sort: int(g.first)}, {Text: p.time(g.last), Sort: int(g.last)}, {Text: clean.Line(g.text)},
		}}
		switch {
		case g.level >= field.Error:
			r.Health = table.Failed
		case g.level == field.Warn:
			r.Health = table.Warn
		}
		if p.fresh(g) {
			r.Cells[1] = table.Cell{Text: "new", State: table.Info, Sort: 1}
		}
		rows = append(rows, r)
	}
	p.table.Set(rows)
}

func (p *patterns) time(ms int64) string {
	layout := "15:04:05"
	if p.view.location() == time.UTC {
		layout = "15:04:05Z"
	}
	return time.UnixMilli(ms).In(p.view.location()).Format(layout)
}

// View draws the table.
func (p *patterns) View(width, height int) string { return p.table.View(width, height) }

// Crumb is the screen's name.
func (p *patterns) Crumb() string { return "patterns" }

// Title tells how many patterns, of how many lines.
func (p *patterns) Title() string {
	pens := &p.view.pens
	s := pens.title.Paint("patterns[") + pens.counter.Paint(count(len(p.have.all))) + pens.title.Paint("]")
	s += pens.muted.Paint(" of " + plural(p.have.seen, "line"))
	switch {
	case p.err != nil:
		s += pens.bad.Paint(" ✗ " + clean.Line(p.err.Error()))
	case !p.done && p.have.total > 0:
		s += pens.info.Paint(fmt.Sprintf(" %d %%", 100*p.have.seen/max(p.have.total, 1)))
	}
	return s
}

// WorkID makes answers find the screen.
func (p *patterns) WorkID() screen.ID { return p.work.ID() }

// Close gives up reading.
func (p *patterns) Close() { p.work.Close() }

// narrow filters the lines by the pattern under the cursor, and goes back to them.
func (p *patterns) narrow(not string) tea.Cmd {
	r := p.table.Current()
	if r == nil || r.ID == other {
		return nil
	}
	p.view.include(not + expression(r.ID))
	return screen.Cmd(screen.Pop{})
}

// expression is a filter for the lines of a pattern. It never reads as anything but
// an expression.
func expression(of string) string {
	return "(?:" + strings.ReplaceAll(pattern.Expression(of), "&&", "&[&]") + ")"
}

// Actions are the keys of the screen.
func (p *patterns) Actions() []screen.Action {
	keys := p.view.o.Keys
	do := func(f func()) func() tea.Cmd { return func() tea.Cmd { f(); return nil } }
	out := []screen.Action{
		{Name: "enter", Keys: keys("enter", "enter"), Label: "Show lines", Run: func() tea.Cmd { return p.narrow("") }},
		{Name: "log.exclude", Keys: keys("log.exclude", "x"), Label: "Exclude", Run: func() tea.Cmd { return p.narrow("!") }},
		{Name: "refresh", Keys: keys("refresh", "ctrl+r"), Label: "Count again", Run: p.read},
	}
	for i, c := range p.table.Columns() {
		if c.Key != "" {
			out = append(out, screen.Action{Name: "sort." + strings.ToLower(c.Title), Keys: []string{c.Key},
				Label: "Sort by " + strings.ToLower(c.Title), Hidden: true, Run: do(func() { p.table.SortBy(i) })})
		}
	}
	for _, m := range []struct {
		name, label string
		run         func()
		keys        []string
	}{
		{"up", "Up", func() { p.table.Move(-1) }, []string{"k", "up"}}, {"down", "Down", func() { p.table.Move(1) }, []string{"j", "down"}},
		{"page.up", "Page up", func() { p.table.Page(-1) }, []string{"ctrl+b", "pgup"}}, {"page.down", "Page down", func() { p.table.Page(1) }, []string{"ctrl+f", "pgdown"}},
		{"top", "Top", p.table.Top, []string{"g", "home"}}, {"bottom", "Bottom", p.table.Bottom, []string{"G", "end"}},
	} {
		out = append(out, screen.Action{Name: m.name, Keys: keys(m.name, m.keys...), Label: m.label, Section: "navigation", Hidden: true, Run: do(m.run)})
	}
	return out
}
