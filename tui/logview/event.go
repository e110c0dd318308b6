package logview

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/lines"
	"ecsole/lines/field"
	"ecsole/tui/clean"
	"ecsole/tui/screen"
	"ecsole/tui/textview"
)

// openEvent shows the event under the cursor whole: the newest where there is none.
func (v *View) openEvent() tea.Cmd {
	var k lines.Key
	v.read(func(w *walk) {
		i := w.end()
		if !v.follow {
			i = w.at(v.cur)
		}
		if i >= 0 {
			k = w.r.Line(w.start(i)).Key
		}
	})
	if k == (lines.Key{}) {
		return flash(screen.Info, "there is no line to open")
	}
	e := v.event(k)
	return screen.Cmd(screen.Push{Screen: textview.New(textview.Options{
		Name: "event", Scope: clean.Line(e.stream.Label), Context: v.work.Context(), Wrap: true,
		Load:     func(context.Context) (textview.Document, error) { return e.document(), nil },
		FileName: "event.txt", Save: v.saveText(), Actions: e.actions,
		Keymap: v.o.Keymap, Theme: v.o.Theme, Now: v.o.Now,
	})})
}

// saveText saves a text of a screen that the view has opened.
func (v *View) saveText() func(name, text string) (string, error) {
	save, ctx := v.o.Save, v.work.Context()
	if save == nil {
		return nil
	}
	return func(name, text string) (string, error) {
		return save(ctx, name, func(w io.Writer) error { _, err := io.WriteString(w, text); return err })
	}
}

// event is one event with all its lines.
type event struct {
	view   *View
	lines  []lines.Line
	stream lines.Stream
	mask   func([]byte) []byte
}

// event collects the lines of the event that a line belongs to, from all lines: what
// filters hide is part of it. Lines of other streams may stand between.
func (v *View) event(k lines.Key) event {
	e := event{view: v, mask: v.masker()}
	v.src.Store().All().Read(func(r lines.Reader) {
		i := r.Find(k)
		if i >= r.Len() {
			return
		}
		l := r.Line(i)
		e.stream = r.Stream(l.Stream)
		e.lines = []lines.Line{l}
		if l.Flags&lines.Notice != 0 {
			return
		}
		for j, n := i-1, 0; j >= 0 && n < longest && e.lines[0].Flags&lines.Continued != 0; j, n = j-1, n+1 {
			if b := r.Line(j); b.Stream == l.Stream {
				if e.lines[0].Time-b.Time > joinWithin {
					break
				}
				e.lines = append([]lines.Line{b}, e.lines...)
			}
		}
		for j, n := i+1, 0; j < r.Len() && n < longest; j, n = j+1, n+1 {
			if b := r.Line(j); b.Stream == l.Stream {
				if b.Flags&(lines.Continued|lines.Notice) != lines.Continued || b.Time-e.lines[len(e.lines)-1].Time > joinWithin {
					break
				}
				e.lines = append(e.lines, b)
			}
		}
	})
	return e
}

// text is the event as it was written, secrets hidden.
func (e *event) text() []byte {
	var all []byte
	for i, l := range e.lines {
		if i > 0 {
			all = append(all, '\n')
		}
		all = append(all, bytes.TrimRight(l.Text, "\r\n")...)
	}
	return e.mask(all)
}

func (e *event) document() textview.Document {
	var d textview.Document
	if len(e.lines) == 0 {
		d.Sections = []textview.Section{{Title: "Event", Text: "The line is gone: the memory for lines was used up."}}
		return d
	}
	l := &e.lines[0]
	at := time.UnixMilli(l.Time)
	s := textview.Section{Title: "Event"}
	row := func(label, value string) {
		if value != "" {
			s.Rows = append(s.Rows, textview.Row{Label: label, Value: value})
		}
	}
	when := at.UTC().Format("2006-01-02 15:04:05.000 UTC")
	if _, off := at.Local().Zone(); off != 0 {
		when += "  ·  " + at.Local().Format("15:04:05.000 MST")
	}
	row("Time", when)
	if l.Ingested != 0 {
		took := time.UnixMilli(l.Ingested).Sub(at).Round(time.Millisecond)
		row("Ingested", time.UnixMilli(l.Ingested).UTC().Format("2006-01-02 15:04:05.000 UTC")+"  ·  "+took.String()+" later")
	}
	if l.Flags&lines.Late != 0 {
		s.Rows = append(s.Rows, textview.Row{Label: "Late", Value: "it was stored after newer events of other streams", Tone: textview.Pending})
	}
	if l.Level != field.None {
		tone := textview.Normal
		switch {
		case l.Level >= field.Error:
			tone = textview.Bad
		case l.Level == field.Warn:
			tone = textview.Pending
		}
		s.Rows = append(s.Rows, textview.Row{Label: "Level", Value: l.Level.String(), Tone: tone})
	}
	row("Task", e.stream.Task)
	row("Container", e.stream.Container)
	row("Log group", e.stream.Group)
	row("Log stream", e.stream.Name)
	row("Stream ended", e.stream.Ended)
	if link := e.view.o.Link; link != nil {
		row("Console", link(*l, e.stream))
	}
	d.Sections = append(d.Sections, s)
	e.body(&d, l)
	return d
}

// body adds the text of the event: pretty where it is JSON, by fields where it has
// them.
func (e *event) body(d *textview.Document, l *lines.Line) {
	text := e.text()
	switch l.Format {
	case field.JSON:
		var pretty bytes.Buffer
		if json.Indent(&pretty, bytes.TrimSpace(text), "", "  ") == nil {
			d.Text, d.Language = pretty.String(), "json"
			return
		}
	case field.Logfmt:
		s := textview.Section{Title: "Fields"}
		field.EachPair(text, func(key []byte, v field.Value) bool {
			s.Rows = append(s.Rows, textview.Row{Label: string(key), Value: string(v.Text())})
			return len(s.Rows) < 500
		})
		d.Sections = append(d.Sections, s)
	}
	title := "Message"
	if n := len(e.lines); n > 1 {
		title += ", " + plural(n, "line")
	}
	d.Sections = append(d.Sections, textview.Section{Title: title, Text: string(text)})
}

// actions are the event's own keys.
func (e *event) actions() []screen.Action {
	v := e.view
	out := []screen.Action{{Name: "log.copy-message", Keys: v.o.Keys("log.copy-message", "m"), Label: "Copy message", Run: func() tea.Cmd {
		return screen.Cmd(screen.Copy{Text: strings.TrimSuffix(clean.Text(string(e.text()), clean.Options{KeepNewlines: true}), "\n"), What: "message"})
	}}}
	if v.o.Link != nil && len(e.lines) > 0 {
		if link := v.o.Link(e.lines[0], e.stream); link != "" {
			out = append(out, screen.Action{Name: "log.link", Keys: v.o.Keys("log.link", "y"), Label: "Copy link", Run: func() tea.Cmd {
				return screen.Cmd(screen.Copy{Text: clean.Line(link), What: "link"})
			}})
		}
	}
	return out
}
