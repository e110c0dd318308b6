package views

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/aws/audit"
	"ecsole/tui/screen"
)

// saved is a file that was written.
type saved struct{ path string }

const saveTimeout = 30 * time.Second

// saveCSV writes the rows that are shown, with all columns. Values of overlays that
// are missing are read first; above a thousand rows the user decides that.
func (b *Browser) saveCSV() tea.Cmd {
	for i := range b.kind.columns {
		o := b.overlayOf(i)
		if o == nil || o.whole || o.all {
			continue
		}
		return b.needAll(i, func() tea.Cmd {
			o.all = true
			return b.saveCSV()
		})
	}
	b.saving = true
	return screen.Batch(b.decorate(), b.writeWhenRead())
}

// writeWhenRead writes the file once no value is missing any more, or cannot be had.
func (b *Browser) writeWhenRead() tea.Cmd {
	if !b.saving {
		return nil
	}
	for _, o := range b.overlays {
		if b.work.Lane("overlay:" + o.name).Busy() {
			return nil // its answer comes back here
		}
		if items, _ := b.lacking(o, b.now()); len(items) > 0 && o.err == nil {
			return nil
		}
	}
	b.saving = false
	sorted := b.overlayOf(b.table.Sorted().Column)
	for _, o := range b.overlays {
		o.all = o == sorted
	}
	return b.write()
}

func (b *Browser) write() tea.Cmd {
	header := b.table.Header()
	records := slices.Collect(b.table.Export())
	app, on, name := b.app, b.on, b.kind.Name+"-"+b.kind.scope(b.scope)+".csv"
	return screen.Do(b.work.Lane("save"), saveTimeout, func(context.Context) (saved, error) {
		path, err := app.save(on, "table.save", name, func(w io.Writer) error {
			out := csv.NewWriter(w)
			out.Write(header)
			for _, record := range records {
				for i := range record {
					record[i] = unformula(record[i])
				}
				out.Write(record)
			}
			out.Flush()
			return out.Error()
		})
		return saved{path}, err
	})
}

func (b *Browser) wasSaved(r screen.Result[saved]) tea.Cmd {
	switch {
	case !screen.Current(b.work, r):
		return nil
	case r.Err != nil:
		return flash(screen.Error, r.Err)
	}
	note := ""
	if !b.list.complete {
		note = " (the list is incomplete)"
	}
	return flashText(screen.Info, "saved to "+r.Value.path+note)
}

// recordCopy journals a copy: what it was of, how long, and its hash, not the text.
func (a *App) recordCopy(on Clients, c screen.Copy) {
	j := on.Account.Journal()
	if j == nil {
		return
	}
	sum := sha256.Sum256([]byte(c.Text))
	err := j.Note(audit.Record{
		Kind: audit.KindNote, Action: "copy", Target: c.What, Path: "clipboard", Bytes: int64(len(c.Text)), SHA256: hex.EncodeToString(sum[:]),
	})
	if err != nil {
		on.Account.Problems().Add(fmt.Errorf("journal: %w", err))
	}
}
