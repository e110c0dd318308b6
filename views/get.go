package views

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"go.yaml.in/yaml/v3"

	"ecsole/aws"
	"ecsole/tui/table"
)

// GetRequest says what `get` is to print.
type GetRequest struct {
	Kind   string
	Names  []string // labels or ids; none means all
	Scope  Scope
	Output string // table, wide, json, yaml, csv
}

// IncompleteError says what `get` could not read; what it could has been printed.
type IncompleteError struct{ Problems []string }

func (e *IncompleteError) Error() string {
	return "not everything could be read: " + strings.Join(e.Problems, "; ")
}

// Get prints a kind's items, complete and sorted. What could not be read makes an
// IncompleteError, after the output of all that could.
func Get(ctx context.Context, c Clients, r GetRequest, w io.Writer) error {
	k, ok := KindNamed(r.Kind)
	if !ok {
		return fmt.Errorf("there is no kind %q; kinds are %s", r.Kind, strings.Join(kindNames(), ", "))
	}
	if why := k.needs(r.Scope); why != "" {
		return fmt.Errorf("%s needs %s", k.Name, why)
	}
	write := map[string]func(io.Writer, *Kind, []got) error{
		"": writeTable, "table": writeTable, "wide": writeWide, "json": writeJSON, "yaml": writeYAML, "csv": writeCSV,
	}[r.Output]
	if write == nil {
		return fmt.Errorf("output %q is none of table, wide, json, yaml, csv", r.Output)
	}
	incomplete := &IncompleteError{}
	items := readAll(aws.Foreground(ctx), c, k, r, incomplete)
	if r.Output != "" && r.Output != "table" {
		decorateAll(ctx, c, k, r.Scope, items, incomplete)
	}
	slices.SortStableFunc(items, func(a, b got) int { return strings.Compare(a.label+"\x00"+a.id, b.label+"\x00"+b.id) })
	if err := write(w, k, items); err != nil {
		return err
	}
	if len(incomplete.Problems) > 0 {
		return incomplete
	}
	return nil
}

func kindNames() []string {
	var names []string
	for _, k := range Kinds() {
		names = append(names, k.Name)
	}
	return names
}

// got is one item with the cells of all its columns.
type got struct {
	id, label string
	item      any
	cells     []table.Cell
}

func readAll(ctx context.Context, c Clients, k *Kind, r GetRequest, incomplete *IncompleteError) []got {
	var items []got
	seen, found := map[string]bool{}, map[string]bool{}
	for page := range k.list(ctx, c, r.Scope) {
		for _, row := range page.Rows {
			label := k.label(row.Item)
			if seen[row.ID] || !wanted(r.Names, label, row.ID, found) {
				continue
			}
			seen[row.ID] = true
			items = append(items, got{row.ID, label, row.Item, row.Cells})
		}
		for _, g := range page.Gaps {
			what := "a part of the " + k.Name
			if len(g.IDs) > 0 {
				what = fmt.Sprintf("%d %s", len(g.IDs), k.Name)
			}
			incomplete.Problems = append(incomplete.Problems, what+": "+problem(g.Err))
		}
	}
	for _, name := range r.Names {
		if !found[name] {
			incomplete.Problems = append(incomplete.Problems, "no "+singular(k.Name)+" "+name)
		}
	}
	if err := ctx.Err(); err != nil {
		incomplete.Problems = append(incomplete.Problems, err.Error())
	}
	return items
}

func wanted(names []string, label, id string, found map[string]bool) bool {
	if len(names) == 0 {
		return true
	}
	for _, n := range names {
		if n == label || n == id || n == lastPart(id) {
			found[n] = true
			return true
		}
	}
	return false
}

// decorateAll fills the columns of overlays, in batches; what it cannot fill is
// null, and said to be missing.
func decorateAll(ctx context.Context, c Clients, k *Kind, s Scope, items []got, incomplete *IncompleteError) {
	for _, o := range k.overlays {
		if o.name == "findings" {
			waitForFindings(ctx, c.Findings)
		}
		for batch := range slices.Chunk(items, 200) {
			all := make([]any, len(batch))
			for i, g := range batch {
				all[i] = g.item
			}
			values, err := o.fetch(ctx, c, s, all)
			if err != nil {
				incomplete.Problems = append(incomplete.Problems, o.name+": "+problem(err))
			}
			for i := range batch {
				v, ok := values[batch[i].id]
				for title, cell := range o.cells {
					if !ok && err != nil {
						continue
					}
					batch[i].cells[k.columnNamed(title)] = cell(batch[i].item, v, ok)
				}
			}
		}
	}
}

func (k *Kind) columnNamed(title string) int {
	return slices.IndexFunc(k.columns, func(c column) bool { return c.title == title })
}

// fields are an item's exported values by name.
func (k *Kind) fields(g got) map[string]any {
	out := map[string]any{}
	for i, c := range k.columns {
		if c.field == "" {
			continue
		}
		var v any
		switch {
		case c.export != nil:
			v = c.export(g.cells[i])
		case c.overlay != "":
			v = g.cells[i].Sort
			if v == nil && g.cells[i].State != table.Dim && g.cells[i].Text != "" {
				v = g.cells[i].Text
			}
		case c.value != nil:
			v = c.value(g.item)
		}
		if t, ok := v.(time.Time); ok {
			if v = nil; !t.IsZero() {
				v = t.UTC().Format(time.RFC3339)
			}
		}
		out[c.field] = v
	}
	return out
}

func writeJSON(w io.Writer, k *Kind, items []got) error {
	all := make([]json.RawMessage, len(items))
	for i, g := range items {
		b, err := k.object(g)
		if err != nil {
			return err
		}
		all[i] = b
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(all)
}

// object is an item as a JSON object with its fields in the order of the columns.
func (k *Kind) object(g got) (json.RawMessage, error) {
	values := k.fields(g)
	var b bytes.Buffer
	b.WriteByte('{')
	for _, c := range k.columns {
		if c.field == "" {
			continue
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		v, err := json.Marshal(values[c.field])
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%q:%s", c.field, v)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func writeYAML(w io.Writer, k *Kind, items []got) error {
	all := make([]map[string]any, len(items))
	for i, g := range items {
		all[i] = k.fields(g)
	}
	e := yaml.NewEncoder(w)
	defer e.Close()
	e.SetIndent(2)
	return e.Encode(all)
}

func writeCSV(w io.Writer, k *Kind, items []got) error {
	out := csv.NewWriter(w)
	var head []string
	for _, c := range k.columns {
		head = append(head, c.title)
	}
	out.Write(head)
	for _, g := range items {
		record := make([]string, len(k.columns))
		for i := range k.columns {
			record[i] = plain(g.cells[i])
		}
		out.Write(record)
	}
	out.Flush()
	return out.Error()
}

// plain is a cell's text for a file; names and reasons come from others.
func plain(c table.Cell) string {
	text := c.Text
	if c.Plain != "" {
		text = c.Plain
	}
	if c.Sort != nil {
		return text
	}
	return unformula(text)
}

// unformula quotes a text that a spreadsheet would run as a formula.
func unformula(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

func writeTable(w io.Writer, k *Kind, items []got) error { return writeGridOf(w, k, items, false) }
func writeWide(w io.Writer, k *Kind, items []got) error  { return writeGridOf(w, k, items, true) }

func writeGridOf(w io.Writer, k *Kind, items []got, wide bool) error {
	var columns []int
	for i, c := range k.columns {
		if wide || !c.wide && c.overlay == "" {
			columns = append(columns, i)
		}
	}
	grid := [][]string{nil}
	for _, i := range columns {
		grid[0] = append(grid[0], k.columns[i].title)
	}
	for _, g := range items {
		var line []string
		for _, i := range columns {
			text := g.cells[i].Text
			if g.cells[i].Plain != "" && k.columns[i].overlay == "" {
				text = g.cells[i].Plain
			}
			line = append(line, text)
		}
		grid = append(grid, line)
	}
	widths := make([]int, len(columns))
	for _, line := range grid {
		for i, cell := range line {
			widths[i] = max(widths[i], ansi.StringWidth(cell))
		}
	}
	var b strings.Builder
	for _, line := range grid {
		for i, cell := range line {
			fill := strings.Repeat(" ", widths[i]-ansi.StringWidth(cell))
			switch {
			case k.columns[columns[i]].align == table.Right:
				b.WriteString(fill + cell)
			case i == len(line)-1:
				b.WriteString(cell)
			default:
				b.WriteString(cell + fill)
			}
			if i < len(line)-1 {
				b.WriteString("  ")
			}
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}
