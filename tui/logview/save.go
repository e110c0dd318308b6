package logview

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/lines"
	"ecsole/lines/match"
	"ecsole/tui/clean"
	"ecsole/tui/dialog"
	"ecsole/tui/screen"
)

// form is how lines are written to a file.
type form int

const (
	asText form = iota
	asJSON
)

// saveTimeout bounds the writing of a file.
const saveTimeout = 5 * time.Minute

// saved is what was written.
type saved struct {
	path  string
	lines int
}

// askSave saves at once where no filter is; else it asks whether the filter is to be
// applied.
func (v *View) askSave(f form) tea.Cmd {
	if v.filter() == nil {
		return v.save(f, false)
	}
	items := []dialog.Item{{Label: "lines that match"}, {Label: "all lines"}}
	if v.result != nil {
		if _, _, idle := v.result.Progress(); idle {
			items[0].Detail = plural(v.result.Len(), "line")
		}
	}
	items[1].Detail = plural(v.src.Store().All().Len(), "line")
	return screen.Cmd(screen.Ask{Overlay: dialog.Choose(v.o.Theme, "Save", items, 0, func(i int) tea.Cmd { return v.save(f, i == 1) })})
}

// writer is for all lines that match, or for all, not only those in sight.
func (v *View) writer(all bool) *writer {
	w := &writer{seq: v.src.Store().All(), floor: v.floor, line: v.textLine, mask: v.masker()}
	if !all {
		w.q = v.filter()
	}
	return w
}

// fileName is what a file of lines is called.
func (v *View) fileName() string {
	return "logs-" + strings.TrimSuffix(strings.TrimPrefix(v.o.Title, "logs("), ")") + ".log"
}

// save writes a file.
func (v *View) save(f form, all bool) tea.Cmd {
	w, name := v.writer(all), v.fileName()
	if f == asJSON {
		name, w.line = strings.TrimSuffix(name, ".log")+".jsonl", JSONLine
	}
	save := v.o.Save
	return screen.Do(v.work.Lane("save"), saveTimeout, func(ctx context.Context) (saved, error) {
		path, err := save(ctx, name, func(to io.Writer) error { return w.write(ctx, to) })
		return saved{path, w.n}, err
	})
}

func (v *View) tookSaved(r screen.Result[saved]) tea.Cmd {
	if r.Err != nil {
		return screen.Cmd(screen.Flash{Level: screen.Error, Text: "not saved", Err: r.Err})
	}
	return flash(screen.Info, fmt.Sprintf("%s saved to %s", plural(r.Value.lines, "line"), r.Value.path))
}

// masker hides secrets as the view does.
func (v *View) masker() func([]byte) []byte {
	if v.unmasked {
		return func(b []byte) []byte { return b }
	}
	return v.mask.Line
}

// writer writes a sequence, a part at a time, so that nothing waits for it.
type writer struct {
	seq   *lines.Sequence
	q     *match.Query
	floor lines.Key
	line  func(dst []byte, l *lines.Line, s lines.Stream, text []byte) []byte
	mask  func([]byte) []byte
	n     int
}

// atOnce is how many lines are read under one lock.
const atOnce = 2048

func (w *writer) write(ctx context.Context, to io.Writer) error {
	out := bufio.NewWriterSize(to, 64<<10)
	var row []byte
	err := each(ctx, w.seq, w.floor, func(part []lines.Line, streams []lines.Stream, _ int) error {
		for i := range part {
			l := &part[i]
			if w.q != nil && !w.q.Match(l.Text, l.Level) {
				continue
			}
			w.n++
			row = w.line(row[:0], l, streams[i], w.mask(l.Text))
			if _, err := out.Write(row); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

// each goes over the lines above a key, a part under one lock at a time. Lines that
// come meanwhile are taken along.
func each(ctx context.Context, seq *lines.Sequence, from lines.Key, f func(part []lines.Line, streams []lines.Stream, total int) error) error {
	var part []lines.Line
	var streams []lines.Stream
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		part, streams = part[:0], streams[:0]
		total := 0
		seq.Read(func(r lines.Reader) {
			i := 0
			if total = r.Len(); from != (lines.Key{}) {
				i = r.Find(after(from))
			}
			for ; i < r.Len() && len(part) < atOnce; i++ {
				l := r.Line(i)
				part, streams = append(part, l), append(streams, r.Stream(l.Stream))
			}
		})
		if len(part) == 0 {
			return nil
		}
		if err := f(part, streams, total); err != nil {
			return err
		}
		from = part[len(part)-1].Key
	}
}

// textLine is a line for reading: time, name, text.
func (v *View) textLine(dst []byte, l *lines.Line, s lines.Stream, text []byte) []byte {
	dst = time.UnixMilli(l.Time).UTC().AppendFormat(dst, "2006-01-02T15:04:05.000Z")
	dst = append(dst, ' ')
	if s.Label != "" {
		dst = append(dst, clean.Line(s.Label)...)
		dst = append(dst, ' ')
	}
	dst = append(dst, clean.Text(strings.TrimRight(string(text), "\r\n"), clean.Options{KeepNewlines: true})...)
	return append(dst, '\n')
}

// mostCopied bounds what goes onto the clipboard, in lines.
const mostCopied = 10_000

// copy puts the selected lines on the clipboard, or the cursor's, or those in sight.
func (v *View) copy() tea.Cmd {
	var b []byte
	mask := v.masker()
	n := 0
	take := func(l *lines.Line, s lines.Stream) {
		b = v.textLine(b, l, s, mask(l.Text))
		n++
	}
	from, to, one := v.chosen()
	cut := false
	v.read(func(w *walk) {
		i := w.at(from)
		for i >= 0 {
			l := w.r.Line(i)
			if l.Key.Compare(to) > 0 {
				break
			}
			if cut = n >= mostCopied; cut {
				break
			}
			take(&l, w.r.Stream(l.Stream))
			i = w.next(i)
		}
	})
	if n == 0 {
		return flash(screen.Warn, "there is nothing to copy")
	}
	what := plural(n, "line")
	switch {
	case one:
		what = "event"
	case cut:
		what = "only the first " + what
	}
	return screen.Cmd(screen.Copy{Text: strings.TrimSuffix(string(b), "\n"), What: what})
}

// chosen are the first and the last key of what copy takes.
func (v *View) chosen() (from, to lines.Key, one bool) {
	items := v.page.items
	switch {
	case len(items) == 0:
		return from, to, false
	case v.follow:
		for _, r := range v.page.rows {
			if r.item >= 0 {
				return items[r.item].Key, items[len(items)-1].last, false
			}
		}
		return from, to, false
	case v.page.at < 0:
		return from, to, false
	}
	it := &items[v.page.at]
	from, to, one = it.Key, it.last, true
	if s := v.selected; s != nil {
		one = false
		if s.Compare(from) < 0 {
			from = *s
		}
		if s.Compare(to) > 0 {
			to = *s
		}
	}
	return from, to, one
}
