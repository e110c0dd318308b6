package views

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"go.yaml.in/yaml/v3"

	"ecsole/tui/clean"
	"ecsole/tui/table"
)

// outputs are the forms of `get`.
var outputs = []output{
	{"table", writeTable}, {"wide", writeWide}, {"json", writeJSON}, {"yaml", writeYAML}, {"csv", writeCSV},
}

type output struct {
	name  string
	write func(io.Writer, *Kind, Scope, []got) error
}

// GetOutputs are the names of get's forms of output.
func GetOutputs() []string {
	var names []string
	for _, o := range outputs {
		names = append(names, o.name)
	}
	return names
}

func outputNamed(name string) (output, error) {
	if i := slices.IndexFunc(outputs, func(o output) bool { return o.name == name }); i >= 0 {
		return outputs[i], nil
	}
	return output{}, fmt.Errorf("output %q is none of %s", name, strings.Join(GetOutputs(), ", "))
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
		switch x := v.(type) {
		case time.Time:
			if v = nil; !x.IsZero() {
				v = x.UTC().Format(time.RFC3339)
			}
		case float64:
			v = math.Round(x*100) / 100
		}
		out[c.field] = v
	}
	return out
}

func writeJSON(w io.Writer, k *Kind, _ Scope, items []got) error {
	all := make([]json.RawMessage, len(items))
	for i, g := range items {
		b, err := k.object(g)
		if err != nil {
			return err
		}
		all[i] = b
	}
	b, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(clean.JSON(b), '\n'))
	return err
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

// writeYAML writes what writeJSON does, with the fields in the same order.
func writeYAML(w io.Writer, k *Kind, _ Scope, items []got) error {
	all := &yaml.Node{Kind: yaml.SequenceNode}
	for _, g := range items {
		values, object := k.fields(g), &yaml.Node{Kind: yaml.MappingNode}
		for _, c := range k.columns {
			if c.field == "" {
				continue
			}
			var value yaml.Node
			if err := value.Encode(values[c.field]); err != nil {
				return err
			}
			quoteUnseen(&value)
			object.Content = append(object.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: c.field}, &value)
		}
		all.Content = append(all.Content, object)
	}
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := errors.Join(e.Encode(all), e.Close()); err != nil {
		return err
	}
	_, err := w.Write(clean.YAML(b.Bytes()))
	return err
}

// quoteUnseen double-quotes the strings in which something has to be escaped.
func quoteUnseen(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && (!clean.Seen(n.Value) || blankBlock(n.Value)) {
		n.Style = yaml.DoubleQuotedStyle
	}
	for _, c := range n.Content {
		quoteUnseen(c)
	}
}

// blankBlock reports whether a text of several lines begins with a blank: as a block it
// needs a hint at its indent, which the encoder gets wrong within a list.
func blankBlock(s string) bool {
	return s != "" && strings.IndexByte(" \t\n", s[0]) >= 0 && strings.IndexByte(s, '\n') >= 0
}

func writeCSV(w io.Writer, k *Kind, _ Scope, items []got) error {
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
	text = clean.Line(text)
	if c.Sort != nil {
		return text
	}
	return unformula(text)
}

// unformula quotes a text that a spreadsheet would run as a formula. A number is none,
// also below zero.
func unformula(text string) string {
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return text
	}
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

func writeTable(w io.Writer, k *Kind, s Scope, items []got) error {
	return writeGridOf(w, k, items, func(c column) bool {
		return !c.wide && c.overlay == "" && (c.when == nil || c.when(s))
	})
}

func writeWide(w io.Writer, k *Kind, _ Scope, items []got) error {
	return writeGridOf(w, k, items, func(column) bool { return true })
}

// emptyCell stands for nothing in a table, so that columns can be cut at blanks.
const emptyCell = table.Nothing

func writeGridOf(w io.Writer, k *Kind, items []got, shown func(column) bool) error {
	var columns []int
	for i, c := range k.columns {
		if shown(c) {
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
			line = append(line, orDefault(clean.Line(text), emptyCell))
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
