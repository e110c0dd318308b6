// Package views is what the user sees of ECS: one file per resource kind, each a
// declared value of Resource[T], one table screen that drives them all, and the
// screens that are more than a table.
package views

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"ecsole/aws"
	"ecsole/tui/clean"
	"ecsole/tui/table"
)

// Scope narrows a kind to a part of the account. Empty fields do not narrow.
type Scope struct {
	Cluster string // ARN
	Service string // name
	Task    string // ARN
	Family  string // of task definitions
	// Instance is the ARN of a container instance.
	Instance string
	Stopped  bool // stopped tasks instead of running ones
	// Since is how far back what has ended is listed; 0 is the kind's own.
	Since time.Duration
}

// Health sorts rows for colour, glyph, faults-only and counts.
type Health = table.State

// Resource declares a kind. From it alone come the table, the ':' word and its
// completion, crumbs, menu, help, sort keys, export and `ecsole get`.
type Resource[T any] struct {
	Name    string   // plural, as typed after ':' and shown in titles
	Aliases []string // more words for it
	Noun    string   // plural, in sentences; Name where empty
	Every   time.Duration
	// List yields the items of a scope as they arrive.
	List func(context.Context, Clients, Scope) aws.Pages[T]
	// Again, where there is one, reads some items afresh: rows on screen, when a full
	// pass takes longer than a refresh.
	Again  func(context.Context, Clients, Scope, []T) aws.Pages[T]
	ID     func(T) string           // stable and unique within the kind: an ARN
	ARN    func(T) string           // for copying; ID where it is none
	Label  func(T) string           // short name, for titles, dialogs and 'c'
	Health func(T) (Health, string) // with the reason when it is not OK
	// Missing makes the label of a row of which only the id is known.
	Missing func(id string) string
	Columns []Column[T]
	// Sort is the title of the column that a list is sorted by at first; default: the
	// first column.
	Sort       string
	Descending bool
	Overlays   []Overlay[T]
	Actions    []Action[T]

	// ScopeTitle names the scope in the title; default: cluster, service or task.
	ScopeTitle func(Scope) string
	// Empty says, below a list without rows, what would put some there.
	Empty func(Scope) string
	// Needs says what the scope lacks for this kind ("a task"), or "".
	Needs func(Scope) string

	Describe func(context.Context, Clients, Scope, T) (Document, error)
	Raw      func(T) json.RawMessage
	// RawRead is Raw for kinds whose listing does not carry the item's own answer.
	RawRead func(context.Context, Clients, T) (json.RawMessage, error)
	// Up leads to the kind above, for the warp key.
	Up func(Scope, T) (kind string, scope Scope)
}

// Column declares one column: what it shows, how it sorts, and what a program
// that reads `get -o json` finds under Field.
type Column[T any] struct {
	Title string
	Field string // lower camel; empty: not exported as JSON
	// Value is the typed value: string, bool, int, float64, time.Time, []string or nil
	// for what is not known.
	Value func(T) any
	// Cell is what is shown; without it, Value is shown in the usual way.
	Cell func(T) table.Cell
	// Overlay names the overlay that fills this column instead.
	Overlay string
	// Export turns an overlay's cell into data; without it, what the cell sorts by.
	Export func(table.Cell) any
	Key    string // sort key: a letter, pressed with shift
	Wide   bool   // only in wide mode
	Exact  bool   // ids: digits in them are no numbers to sort by
	// When, in scopes for which it is false, makes the column a wide one.
	When     func(Scope) bool
	Align    table.Align
	Min, Max int
	// Priority: on narrow screens the column with the lowest goes first.
	Priority int
}

// Action declares what a key does to a row or, with Many, to the marked rows.
type Action[T any] struct {
	Name  string // in the keymap
	Label string
	Help  string
	// Changes: hidden and refused when read-only, and asks first.
	Changes bool
	Many    bool
	Hidden  bool
	// Rowless actions with Open work also where no row is under the cursor.
	Rowless bool
	// Off says why the key is dead for this row, or "".
	Off func(T) string
	// Open drills down.
	Open func(Scope, T) (kind string, scope Scope)
	// Show opens a screen of its own.
	Show func(*App, Scope, T) (Opening, error)
	// ShowAll is Show for all the rows that the action takes; left says which of the
	// marked rows it leaves alone.
	ShowAll func(a *App, s Scope, items []T, left []string) (Opening, error)
	// Ask declares the dialog of a changing action.
	Ask func(Scope, []T) Question
	// Run acts on one row; the answers are the dialog's fields.
	Run func(context.Context, Clients, Scope, T, map[string]string) (string, error)
}

// Question is the dialog before an act.
type Question struct {
	Title  string   // "Force a new deployment?"
	Lines  []string // what will happen, beyond the target
	Fields []Field
	OK     string // the button: "Deploy"
}

// Field is one input of a Question.
type Field struct {
	Name, Label, Value string
	Number             bool
}

// Overlay decorates rows with data of another API: made by Decorate.
type Overlay[T any] struct {
	name  string
	every time.Duration
	// whole overlays are loaded for all rows at once: they cost the same.
	whole bool
	// paid overlays stop some time after the terminal has lost the focus.
	paid  bool
	texts []string
	stamp func(T) string
	fetch func(context.Context, Clients, Scope, []T) (map[string]any, error)
	cells map[string]func(T, any, bool) table.Cell
}

// Decorate declares an overlay: fetch reads values by row id for the rows on
// screen, and cells, by column title, turn one into cells. A row without a value
// is shown as having none; a fetch that fails costs only the overlay's own cells.
func Decorate[T, V any](name string, every time.Duration, fetch func(context.Context, Clients, Scope, []T) (map[string]V, error), cells map[string]func(T, V) table.Cell) Overlay[T] {
	o := Overlay[T]{name: name, every: every, cells: map[string]func(T, any, bool) table.Cell{}}
	o.fetch = func(ctx context.Context, c Clients, s Scope, items []T) (map[string]any, error) {
		values, err := fetch(ctx, c, s, items)
		erased := make(map[string]any, len(values))
		for id, v := range values {
			erased[id] = v
		}
		return erased, err
	}
	for title, cell := range cells {
		o.cells[title] = func(item T, v any, ok bool) table.Cell {
			if !ok {
				return table.Cell{Text: table.Nothing, State: table.Dim}
			}
			return cell(item, v.(V))
		}
	}
	return o
}

// Whole marks an overlay that is read for all rows at once.
func (o Overlay[T]) Whole() Overlay[T] { o.whole = true; return o }

// Paid marks an overlay whose calls cost money.
func (o Overlay[T]) Paid() Overlay[T] { o.paid = true; return o }

// Stamped marks an overlay whose values follow from the item: one whose stamp has
// changed is asked for anew, without waiting for the overlay's clock.
func (o Overlay[T]) Stamped(stamp func(T) string) Overlay[T] { o.stamp = stamp; return o }

// Texts are what the overlay's cells may say: a filter that may mean one of them is a
// filter by this overlay.
func (o Overlay[T]) Texts(texts ...string) Overlay[T] { o.texts = texts; return o }

// text is the usual way to show a value.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return table.Nothing
	case string:
		return v
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case time.Time:
		return age(v)
	default:
		return fmt.Sprint(v)
	}
}

// valueCell is the usual cell of a value: it sorts by what it is, not by its text.
func valueCell(v any) table.Cell {
	c := table.Cell{Text: clean.Line(text(v))}
	switch v := v.(type) {
	case int, float64, bool:
		c.Sort = v
	case time.Time:
		if !v.IsZero() {
			c.Sort = v
		}
	}
	return c
}
