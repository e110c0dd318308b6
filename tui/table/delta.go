package table

import (
	"strings"

	"ecsole/tui/clean"
)

// note compares a row's new cells with those it has, for the signs of change. They
// stand until the row is put again in a later refresh; put twice in the same one it
// keeps those of the first time.
func (t *Table) note(e *entry, cells []Cell) {
	again := e.gen == t.gen
	var delta []byte
	for i := range t.columns {
		if t.columns[i].Quiet || t.columns[i].Overlay || i >= len(cells) || i >= len(e.row.Cells) {
			continue
		}
		d := change(e.row.Cells[i].plain(), cells[i].plain())
		if d == unchanged && again && i < len(e.delta) {
			d = e.delta[i]
		}
		if d == unchanged {
			continue
		}
		if delta == nil {
			delta = make([]byte, len(t.columns))
		}
		delta[i] = d
	}
	added := e.added && again
	if e.added != added || string(delta) != string(e.delta) {
		e.version++
	}
	e.delta, e.added = delta, added
}

func change(before, after string) byte {
	if before == after || before == "" {
		return unchanged
	}
	a, aIs := number(before)
	b, bIs := number(after)
	switch {
	case !aIs || !bIs:
		return other
	case b > a:
		return risen
	case b < a:
		return fallen
	}
	return other
}

// tidy makes a cell safe to draw: its text may come from anybody.
func tidy(c *Cell) {
	if c.Styled {
		c.Text = clean.Text(c.Text, clean.Options{Colors: true})
	} else {
		c.Text = clean.Line(c.Text)
	}
	c.Plain = clean.Line(c.Plain)
	if c.Sort != nil && rank(c.Sort) == strange {
		c.Sort = nil // it may not even be comparable
	}
	if c.State >= states {
		c.State = None
	}
}

func tidyText(s string) string { return clean.Line(s) }

// lastPart is what follows the last slash of an ARN, or all of another id.
func lastPart(id string) string {
	if i := strings.LastIndexByte(strings.TrimRight(id, "/"), '/'); i >= 0 {
		return id[i+1:]
	}
	return id
}
