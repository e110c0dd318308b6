package views

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
		return b.needAll(i, "save", func() tea.Cmd {
			o.all = true
			return b.saveCSV()
		}, b.onlySorted) // what was agreed to for the same file, too
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
	b.onlySorted()
	return b.write()
}

func (b *Browser) write() tea.Cmd {
	header, records := b.records()
	app, on, name := b.app, b.on, b.kind.Name+"-"+b.kind.scope(b.scope)
	if !b.list.complete {
		name += "-incomplete"
	}
	name += ".csv"
	return screen.Do(b.work.Lane("save"), saveTimeout, func(context.Context) (saved, error) {
		return app.saveRows(on, "table.save", name, header, records)
	})
}

// saveRows writes a table of the user's own, as CSV.
func (a *App) saveRows(on Clients, action, name string, header []string, records [][]string) (saved, error) {
	path, err := a.save(on, action, name, func(w io.Writer) error {
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
}

// records are the rows that are shown. Where some could not be read, a column says so:
// the file must not look complete when the list was not.
func (b *Browser) records() (header []string, records [][]string) {
	header, records = b.table.Header(), slices.Collect(b.table.Export())
	missing := map[string]bool{}
	for _, g := range b.list.gaps {
		for _, id := range g.IDs {
			missing[id] = true
		}
	}
	if len(missing) == 0 {
		return header, records
	}
	at := 0
	for r := range b.table.Shown() {
		note := ""
		if missing[r.ID] {
			note = orDefault(r.Note, "not read")
		}
		records[at] = append(records[at], note)
		at++
	}
	return append(header, "UNREAD"), records
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
	var sum audit.Sum
	_, _ = io.WriteString(&sum, c.Text) // a sum takes everything
	err := j.Copyout("copy", c.What, "clipboard", &sum)
	if err != nil {
		on.Account.Problems().Add(fmt.Errorf("journal: %w", err))
	}
}

// save writes a file of the user's own and journals it: path, bytes, SHA-256. A file
// that is not whole, or that cannot be recorded, is taken away again. It runs outside
// the event loop.
func (a *App) save(on Clients, action, name string, write func(io.Writer) error) (string, error) {
	dir := orDefault(a.cfg.SaveDir, a.paths.Saves())
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	path := filepath.Join(dir, fmt.Sprintf("%s-%s", a.now().UTC().Format("20060102-150405.000"), fileName(name)))
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	var sum audit.Sum
	err = errors.Join(write(io.MultiWriter(f, &sum)), f.Close())
	if j := on.Account.Journal(); err == nil && j != nil {
		err = j.Copyout(action, name, path, &sum)
	}
	if err != nil {
		return "", errors.Join(err, os.Remove(path))
	}
	return path, nil
}

// longestName is what of a name goes into a file's, in bytes: file systems take 255, and
// the time stands before it.
const longestName = 200

// fileName keeps of a name what is safe in a file's; of a long one the beginning and the
// extension.
func fileName(name string) string {
	safe := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-', r == '_':
			return r
		}
		return '-'
	}, name)
	if over := len(safe) - longestName; over > 0 {
		ext := filepath.Ext(safe)
		ext = ext[max(len(ext)-20, 0):]
		safe = safe[:longestName-len(ext)] + ext
	}
	return safe
}
