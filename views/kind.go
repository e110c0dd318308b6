package views

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"ecsole/aws"
	"ecsole/aws/ecs"
	"ecsole/tui/table"
)

// Kind is a Resource with its type erased: what the browser, the command line and
// `get` work on.
type Kind struct {
	Name     string
	Aliases  []string
	noun     string // plural, in sentences
	every    time.Duration
	list     func(context.Context, Clients, Scope) iter.Seq[rows]
	again    func(context.Context, Clients, Scope, []any) iter.Seq[rows]
	id       func(any) string
	arn      func(any) string
	label    func(any) string
	missing  func(string) string
	columns  []column
	sort     table.Sort // at first
	overlays []overlay
	actions  []action
	scope    func(Scope) string
	needs    func(Scope) string
	hint     func(Scope) string // what would fill an empty list
	describe func(context.Context, Clients, Scope, any) (Document, error)
	raw      func(context.Context, Clients, any) (json.RawMessage, error)
	up       func(Scope, any) (string, Scope)
}

// rows is a page with its items turned into table rows.
type rows struct {
	Rows        []table.Row
	Gaps        []aws.Gap
	Seen, Total int
}

type column struct {
	title, field, overlay, key string
	value                      func(any) any
	cell                       func(any) table.Cell
	export                     func(table.Cell) any
	wide, exact                bool
	when                       func(Scope) bool
	align                      table.Align
	min, max, priority         int
}

type overlay struct {
	name        string
	every       time.Duration
	whole, paid bool
	texts       []string
	stamp       func(item any) string // nil: values follow from another API alone
	fetch       func(context.Context, Clients, Scope, []any) (map[string]any, error)
	cells       map[string]func(item any, v any, ok bool) table.Cell
}

type action struct {
	name, label, help     string
	changes, many, hidden bool
	rowless               bool
	off                   func(any) string
	open                  func(Scope, any) (string, Scope)
	show                  func(*App, Scope, any) (Opening, error)
	showAll               func(*App, Scope, []any, []string) (Opening, error)
	ask                   func(Scope, []any) Question
	run                   func(context.Context, Clients, Scope, any, map[string]string) (string, error)
}

// kinds is the registry, filled while the package's variables are made.
var kinds = map[string]*Kind{}

// Kinds lists the registered kinds by name.
func Kinds() []*Kind {
	var all []*Kind
	for name, k := range kinds {
		if name == k.Name {
			all = append(all, k)
		}
	}
	slices.SortFunc(all, func(a, b *Kind) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// KindNamed finds a kind by its name or an alias.
func KindNamed(word string) (*Kind, bool) {
	k, ok := kinds[strings.ToLower(word)]
	return k, ok
}

// register erases a resource's type and puts it into the registry.
func register[T any](r Resource[T]) *Kind {
	k := &Kind{
		Name: r.Name, Aliases: r.Aliases, noun: orDefault(r.Noun, r.Name), every: r.Every, missing: r.Missing, scope: r.ScopeTitle, needs: r.Needs,
		id:    func(v any) string { return r.ID(v.(T)) },
		arn:   func(v any) string { return r.ID(v.(T)) },
		label: func(v any) string { return r.Label(v.(T)) },
		sort:  table.Sort{Column: 0},
	}
	for i, c := range r.Columns {
		if c.Title == r.Sort {
			k.sort = table.Sort{Column: i, Descending: r.Descending}
		}
	}
	if r.ARN != nil {
		k.arn = func(v any) string { return r.ARN(v.(T)) }
	}
	if k.missing == nil {
		k.missing = lastPart
	}
	if k.scope == nil {
		k.scope = scopeTitle
	}
	if k.hint = r.Empty; k.hint == nil {
		k.hint = func(Scope) string { return "" }
	}
	if k.needs == nil {
		k.needs = func(Scope) string { return "" }
	}
	k.list = func(ctx context.Context, c Clients, s Scope) iter.Seq[rows] {
		return erase(k, r.Health, r.List(ctx, c, s))
	}
	if r.Again != nil {
		k.again = func(ctx context.Context, c Clients, s Scope, items []any) iter.Seq[rows] {
			return erase(k, r.Health, r.Again(ctx, c, s, typed[T](items)))
		}
	}
	if r.Describe != nil {
		k.describe = func(ctx context.Context, c Clients, s Scope, v any) (Document, error) {
			return r.Describe(ctx, c, s, v.(T))
		}
	}
	if r.Raw != nil {
		k.raw = func(_ context.Context, _ Clients, v any) (json.RawMessage, error) { return r.Raw(v.(T)), nil }
	}
	if r.RawRead != nil {
		k.raw = func(ctx context.Context, c Clients, v any) (json.RawMessage, error) { return r.RawRead(ctx, c, v.(T)) }
	}
	if r.Up != nil {
		k.up = func(s Scope, v any) (string, Scope) { return r.Up(s, v.(T)) }
	}
	for _, c := range r.Columns {
		k.columns = append(k.columns, eraseColumn(c))
	}
	for _, o := range r.Overlays {
		k.overlays = append(k.overlays, eraseOverlay(o))
	}
	for _, a := range r.Actions {
		k.actions = append(k.actions, eraseAction(a))
	}
	for _, word := range append([]string{r.Name}, r.Aliases...) {
		if other := kinds[word]; other != nil {
			k.clash(word, other)
		}
		kinds[word] = k
	}
	return k
}

// clash ends the program while it starts: two kinds of one name are a defect that
// every test run meets.
func (k *Kind) clash(word string, other *Kind) {
	panic(fmt.Sprintf("views: the word %s belongs to %s and to %s", word, other.Name, k.Name))
}

func typed[T any](items []any) []T {
	all := make([]T, len(items))
	for i, v := range items {
		all[i] = v.(T)
	}
	return all
}

func erase[T any](k *Kind, health func(T) (Health, string), pages aws.Pages[T]) iter.Seq[rows] {
	return func(yield func(rows) bool) {
		for p := range pages {
			page := rows{Gaps: p.Gaps, Seen: p.Seen, Total: p.Total, Rows: make([]table.Row, 0, len(p.Items))}
			for _, v := range p.Items {
				row := table.Row{ID: k.id(v), Item: v, Cells: k.cells(v)}
				row.Health, row.Note = health(v)
				page.Rows = append(page.Rows, row)
			}
			if !yield(page) {
				return
			}
		}
	}
}

// decoratedBy reports whether an overlay of that name is among the kind's.
func (k *Kind) decoratedBy(name string) bool {
	return slices.ContainsFunc(k.overlays, func(o overlay) bool { return o.name == name })
}

// cells makes the cells of an item; those of overlays stay empty until they come.
func (k *Kind) cells(v any) []table.Cell {
	cells := make([]table.Cell, len(k.columns))
	for i, c := range k.columns {
		if c.overlay == "" {
			cells[i] = c.cell(v)
		}
	}
	return cells
}

func eraseColumn[T any](c Column[T]) column {
	e := column{title: c.Title, field: c.Field, overlay: c.Overlay, export: c.Export, key: c.Key, wide: c.Wide, exact: c.Exact, when: c.When, align: c.Align, min: c.Min, max: c.Max, priority: c.Priority}
	if c.Value != nil {
		e.value = func(v any) any { return c.Value(v.(T)) }
	}
	switch {
	case c.Cell != nil:
		e.cell = func(v any) table.Cell { return c.Cell(v.(T)) }
	case c.Value != nil:
		e.cell = func(v any) table.Cell { return valueCell(c.Value(v.(T))) }
	default:
		e.cell = func(any) table.Cell { return table.Cell{} }
	}
	return e
}

func eraseOverlay[T any](o Overlay[T]) overlay {
	e := overlay{name: o.name, every: o.every, whole: o.whole, paid: o.paid, texts: o.texts, cells: map[string]func(any, any, bool) table.Cell{}}
	e.fetch = func(ctx context.Context, c Clients, s Scope, items []any) (map[string]any, error) {
		return o.fetch(ctx, c, s, typed[T](items))
	}
	if o.stamp != nil {
		e.stamp = func(item any) string { return o.stamp(item.(T)) }
	}
	for title, f := range o.cells {
		e.cells[title] = func(item, v any, ok bool) table.Cell { return f(item.(T), v, ok) }
	}
	return e
}

func eraseAction[T any](a Action[T]) action {
	e := action{name: a.Name, label: a.Label, help: a.Help, changes: a.Changes, many: a.Many, hidden: a.Hidden, rowless: a.Rowless}
	if a.Off != nil {
		e.off = func(v any) string { return a.Off(v.(T)) }
	}
	if a.Open != nil {
		e.open = func(s Scope, v any) (string, Scope) {
			item, _ := v.(T) // none, where the action needs no row
			return a.Open(s, item)
		}
	}
	if a.Show != nil {
		e.show = func(app *App, s Scope, v any) (Opening, error) { return a.Show(app, s, v.(T)) }
	}
	if a.ShowAll != nil {
		e.showAll = func(app *App, s Scope, items []any, left []string) (Opening, error) {
			return a.ShowAll(app, s, typed[T](items), left)
		}
	}
	if a.Ask != nil {
		e.ask = func(s Scope, items []any) Question { return a.Ask(s, typed[T](items)) }
	}
	if a.Run != nil {
		e.run = func(ctx context.Context, c Clients, s Scope, v any, answers map[string]string) (string, error) {
			return a.Run(ctx, c, s, v.(T), answers)
		}
	}
	return e
}

// lastPart is the name at the end of an ARN, or the text itself.
func lastPart(arn string) string {
	if i := strings.LastIndexByte(arn, '/'); i >= 0 {
		return arn[i+1:]
	}
	return arn
}

func scopeTitle(s Scope) string {
	switch {
	case s.Task != "":
		return shortID(lastPart(s.Task))
	case s.Instance != "":
		return lastPart(s.Cluster) + "/host " + shortID(lastPart(s.Instance))
	case s.Service != "":
		return lastPart(s.Cluster) + "/" + s.Service
	case s.Cluster != "":
		return lastPart(s.Cluster)
	case s.Family != "":
		return s.Family
	}
	return "all"
}

// shortID is the beginning of a task's id: enough to tell tasks apart.
func shortID(id string) string {
	if len(id) > 8 {
		return id[:8]
	}
	return id
}

func age(t time.Time) string {
	if t.IsZero() {
		return table.Nothing
	}
	return short(time.Since(t))
}

// short writes a duration as k9s does: 45s, 12m, 3h20m, 5d4h.
func short(d time.Duration) string {
	s := int(d.Seconds())
	switch {
	case s < 0:
		return "0s"
	case s < 120:
		return fmt.Sprintf("%ds", s)
	case s < 600:
		return fmt.Sprintf("%dm%ds", s/60, s%60)
	case s < 3*3600:
		return fmt.Sprintf("%dm", s/60)
	case s < 8*3600:
		return fmt.Sprintf("%dh%dm", s/3600, s/60%60)
	case s < 48*3600:
		return fmt.Sprintf("%dh", s/3600)
	case s < 8*86400:
		return fmt.Sprintf("%dd%dh", s/86400, s/3600%24)
	}
	return fmt.Sprintf("%dd", s/86400)
}

// health turns a verdict of the domain into a row's.
func health(v ecs.Verdict) (Health, string) {
	switch v.Grade {
	case ecs.OK:
		return table.OK, v.Reason
	case ecs.Pending:
		return table.Pending, v.Reason
	case ecs.Failed:
		return table.Failed, v.Reason
	}
	return table.Unknown, v.Reason
}
