package views

import (
	"context"
	"io"
	"strings"

	"ecsole/tui/screen"
	"ecsole/tui/textview"
)

// describe is the summary of an item for a human.
func (a *App) describe(k *Kind, s Scope, item any) Opening {
	on := a.on
	o := a.textOptions(on, "describe", singular(k.Name)+"/"+k.label(item))
	o.Load = func(ctx context.Context) (textview.Document, error) {
		d, err := k.describe(ctx, on, s, item)
		return d.view(), err
	}
	o.Wrap, o.FileName = true, singular(k.Name)+"-"+k.label(item)+".txt"
	return Opening{Screen: textview.New(o)}
}

// view turns a description into what the text screen shows.
func (d Document) view() textview.Document {
	var out textview.Document
	for _, s := range d.Sections {
		section := textview.Section{Title: s.Title, Err: s.Unknown, Table: len(s.Grid) > 0}
		for _, f := range s.Facts {
			section.Rows = append(section.Rows, textview.Row{Label: f.Label, Value: f.Value})
		}
		var b strings.Builder
		writeGrid(&b, s.Grid)
		section.Text = strings.TrimPrefix(strings.ReplaceAll(b.String(), "\n  ", "\n"), "  ")
		for _, line := range s.Lines {
			section.Text += line + "\n"
		}
		out.Sections = append(out.Sections, section)
	}
	return out
}

// textOptions are what all texts of the console have in common.
func (a *App) textOptions(on Clients, name, scope string) textview.Options {
	return textview.Options{
		Name: name, Scope: scope, Context: on.Account.Context(), Timeout: openTimeout,
		Save:    func(name, text string) (string, error) { return a.saveOn(on, name, text) },
		Explain: explain, Keymap: a.keys, Theme: a.theme, Now: a.now,
	}
}

func (a *App) saveText(name, text string) (string, error) {
	return a.saveOn(a.open.shown(), name, text)
}

func (a *App) saveOn(on Clients, name, text string) (string, error) {
	return a.save(on, "text.save", name, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

// copied journals what went onto the clipboard, outside the event loop.
func (a *App) copied(c screen.Copy) { a.recordCopy(a.open.shown(), c) }
