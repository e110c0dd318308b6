package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"strings"
	"time"

	"github.com/charmbracelet/colorprofile"
	"golang.org/x/term"

	"ecsole/aws/logs"
	"ecsole/lines"
	"ecsole/lines/field"
	"ecsole/lines/mask"
	"ecsole/lines/match"
	"ecsole/tui/clean"
	"ecsole/tui/logview"
	"ecsole/tui/theme"
)

// printer writes lines to a pipe or a terminal.
type printer struct {
	out   *bufio.Writer
	query *match.Query
	mask  *mask.Masker // nil: secrets are shown
	json  bool
	theme *theme.Theme // nil: without colours
	tasks map[string]int
	row   []byte
	lines int // printed
}

func newPrinter(w io.Writer, l *logsFlags, query *match.Query) *printer {
	p := &printer{out: bufio.NewWriterSize(w, 64<<10), query: query, json: l.json, tasks: map[string]int{}}
	if !l.unmask {
		p.mask = mask.New()
	}
	if f, ok := w.(*os.File); ok && !l.json && term.IsTerminal(int(f.Fd())) {
		if profile := colorprofile.Detect(f, os.Environ()); profile >= colorprofile.ANSI {
			p.theme = theme.New(theme.Options{})
			p.theme.SetProfile(profile)
		}
	}
	return p
}

// run prints until the end. A reader that has gone away ends the program as it ends
// others: by SIGPIPE.
func (p *printer) run(ctx context.Context, hub *logs.Hub, spec logs.Spec, follow bool, say func(string)) error {
	return hub.Once(ctx, spec, follow, func(page []lines.Line, stream func(lines.StreamID) lines.Stream) error {
		for i := range page {
			l := &page[i]
			if from := spec.Range.From; !from.IsZero() && l.Time < from.UnixMilli() {
				continue // what is read again for late events begins earlier
			}
			if !p.query.Match(l.Text, l.Level) {
				continue
			}
			if _, err := p.out.Write(p.line(l, stream(l.Stream))); err != nil {
				return own(err)
			}
			p.lines++
		}
		return own(p.out.Flush())
	}, say)
}

// line is one event as it is printed: JSON, or time, task, container and text.
func (p *printer) line(l *lines.Line, s lines.Stream) []byte {
	text := l.Text
	if p.mask != nil {
		text = p.mask.Line(text)
	}
	if p.json {
		p.row = logview.JSONLine(p.row[:0], l, s, text)
		return p.row
	}
	name := clean.Line(s.Label)
	if s.Container != "" {
		name += "/" + clean.Line(s.Container)
	}
	at := time.UnixMilli(l.Time).UTC().Format("2006-01-02T15:04:05.000Z")
	body := clean.Text(strings.TrimRight(string(text), "\r\n"), clean.Options{KeepNewlines: true})
	if p.theme != nil {
		at = theme.PenOf(p.theme.Logs.Time).Paint(at)
		name = theme.PenOf(p.theme.Task(p.number(name))).Paint(name)
		body = p.graded(l.Level, body)
	}
	p.row = append(p.row[:0], at...)
	p.row = append(append(p.row, ' '), name...)
	p.row = append(append(p.row, ' '), body...)
	return append(p.row, '\n')
}

// number counts names as they turn up, so that a colour stays with its name.
func (p *printer) number(name string) int {
	n, ok := p.tasks[name]
	if !ok {
		n = len(p.tasks)
		p.tasks[name] = n
	}
	return n
}

// graded colours a text by its level.
func (p *printer) graded(level field.Level, text string) string {
	style := p.theme.Logs.Message
	switch {
	case level >= field.Error:
		style = p.theme.Logs.Error
	case level == field.Warn:
		style = p.theme.Logs.Warn
	}
	rows := strings.Split(text, "\n")
	for i, r := range rows {
		rows[i] = theme.PenOf(style).Paint(r)
	}
	return strings.Join(rows, "\n")
}
