package views

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	tea "charm.land/bubbletea/v2"
	"go.yaml.in/yaml/v3"

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
		section := textview.Section{Title: s.Title, Err: s.Unknown}
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

// rawView is the wire's own answer, as YAML at first; a key turns it into JSON.
func (a *App) rawView(on Clients, k *Kind, item any) tea.Cmd {
	return screen.Cmd(screen.Push{Screen: a.rawScreen(on, k, item, false)})
}

func (a *App) rawScreen(on Clients, k *Kind, item any, asJSON bool) screen.Screen {
	language := "yaml"
	if asJSON {
		language = "json"
	}
	o := a.textOptions(on, language, singular(k.Name)+"/"+k.label(item))
	o.FileName = fmt.Sprintf("%s-%s.%s", singular(k.Name), k.label(item), language)
	o.Load = func(ctx context.Context) (textview.Document, error) {
		raw, err := k.raw(ctx, on, item)
		if err != nil {
			return textview.Document{}, err
		}
		text, err := pretty(raw, asJSON)
		return textview.Document{Text: text, Language: language}, err
	}
	other := map[bool]string{false: "JSON", true: "YAML"}[asJSON]
	o.Actions = func() []screen.Action {
		return []screen.Action{{
			Name: "raw", Keys: a.keys.For("raw"), Label: other,
			Run: func() tea.Cmd { return screen.Cmd(screen.Replace{Screen: a.rawScreen(on, k, item, !asJSON)}) },
		}}
	}
	return textview.New(o)
}

// pretty lays the wire's bytes out; it neither adds nor drops a field nor changes
// their order.
func pretty(raw json.RawMessage, asJSON bool) (string, error) {
	if len(raw) == 0 {
		return "", nil
	}
	if asJSON {
		var b bytes.Buffer
		err := json.Indent(&b, raw, "", "  ")
		return b.String(), err
	}
	var node yaml.Node
	if err := yaml.Unmarshal(raw, &node); err != nil {
		return "", err
	}
	plainStyle(&node)
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(&node); err != nil {
		return "", err
	}
	return b.String(), nil
}

// plainStyle takes JSON's brackets and quotes off; the encoder quotes what needs it.
func plainStyle(n *yaml.Node) {
	n.Style = 0
	for _, c := range n.Content {
		plainStyle(c)
	}
}

func (a *App) saveText(name, text string) (string, error) { return a.saveOn(a.on, name, text) }

func (a *App) saveOn(on Clients, name, text string) (string, error) {
	return a.save(on, "text.save", name, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

// copied journals what went onto the clipboard, outside the event loop.
func (a *App) copied(c screen.Copy) { a.recordCopy(a.on, c) }
