package views

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	tea "charm.land/bubbletea/v2"
	"go.yaml.in/yaml/v3"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/tui/screen"
	"ecsole/tui/textview"
)

// rawForm is how a raw answer is shown.
type rawForm struct {
	json bool // else YAML
	bare bool // with its secrets
}

// rawView is the wire's own answer, as YAML at first, without its secrets; keys turn
// it into JSON, and show what is hidden.
func (a *App) rawView(on Clients, k *Kind, item any) tea.Cmd {
	return screen.Cmd(screen.Push{Screen: a.rawScreen(on, k, item, rawForm{})})
}

func (a *App) rawScreen(on Clients, k *Kind, item any, f rawForm) screen.Screen {
	language, other := "yaml", "JSON"
	if f.json {
		language, other = "json", "YAML"
	}
	o := a.textOptions(on, language, singular(k.Name)+"/"+k.label(item))
	o.FileName = fmt.Sprintf("%s-%s.%s", singular(k.Name), k.label(item), language)
	o.Load = func(ctx context.Context) (textview.Document, error) {
		raw, err := k.raw(ctx, on, item)
		if err != nil {
			return textview.Document{}, err
		}
		return rawDocument(raw, f, func() error {
			return unmasked(on, k.id(item), "the raw answer of "+singular(k.Name)+" "+k.label(item))
		})
	}
	unmask := "Show secrets"
	if f.bare {
		unmask = "Hide secrets"
	}
	change := func(f rawForm) func() tea.Cmd {
		return func() tea.Cmd { return screen.Cmd(screen.Replace{Screen: a.rawScreen(on, k, item, f)}) }
	}
	o.Actions = func() []screen.Action {
		return []screen.Action{
			{Name: "raw", Keys: a.keys.For("raw"), Label: other, Run: change(rawForm{!f.json, f.bare})},
			{Name: "unmask", Keys: a.keys.For("unmask"), Label: unmask, Help: unmask + "; showing them is journalled", Run: change(rawForm{f.json, !f.bare})},
		}
	}
	return textview.New(o)
}

// rawDocument lays an answer out. Before secrets are shown, record is called; what it
// cannot record is not shown.
func rawDocument(raw json.RawMessage, f rawForm, record func() error) (textview.Document, error) {
	d := textview.Document{Language: "yaml"}
	if f.json {
		d.Language = "json"
	}
	if len(raw) == 0 {
		return d, nil
	}
	tree, err := parseJSON(raw)
	if err != nil {
		return d, err
	}
	switch n := hideSecrets(tree); {
	case n > 0 && f.bare:
		if err := record(); err != nil {
			return d, err
		}
		if tree, err = parseJSON(raw); err != nil {
			return d, err
		}
		d.Note = "secrets in sight"
	case n == 1:
		d.Note = "1 value hidden"
	case n > 1:
		d.Note = fmt.Sprintf("%d values hidden", n)
	}
	if f.json {
		d.Text = string(appendJSON(nil, tree, "\n")) + "\n"
		return d, nil
	}
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	err = e.Encode(tree)
	d.Text = b.String()
	return d, err
}

// unmasked journals that secrets are about to be seen. It writes to the disk, so it runs
// outside the event loop.
func unmasked(on Clients, target, what string) error {
	err := on.Account.Journal().Note(audit.Record{Action: "secrets.unmask", Target: target, After: what})
	if err == nil {
		return nil
	}
	return &aws.Error{Class: aws.Denied, Err: err, Text: "secrets are not shown: that cannot be recorded: " + err.Error(), Hint: "the journal must be writable"}
}

const stringTag = "!!str"

// parseJSON reads an answer as a tree that keeps the order of its fields and the
// letters of its numbers. It neither adds nor drops a field. (The YAML parser reads
// JSON too, but not all of it: it refuses control characters and long keys.)
func parseJSON(raw []byte) (*yaml.Node, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	n, err := parseValue(d)
	if err != nil {
		return nil, fmt.Errorf("the answer is no JSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the answer is no JSON: something follows it")
	}
	return n, nil
}

func parseValue(d *json.Decoder) (*yaml.Node, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	scalar := func(tag, value string) (*yaml.Node, error) {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value}, nil
	}
	switch t := t.(type) {
	case json.Delim:
		n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		if t == '[' {
			n = &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		}
		for d.More() { // keys come as strings between the values
			child, err := parseValue(d)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, child)
		}
		_, err := d.Token()
		return n, err
	case string:
		n, err := scalar(stringTag, t)
		if blankBlock(t) {
			n.Style = yaml.DoubleQuotedStyle
		}
		return n, err
	case json.Number:
		if strings.ContainsAny(t.String(), ".eE") {
			return scalar("!!float", t.String())
		}
		return scalar("!!int", t.String())
	case bool:
		return scalar("!!bool", fmt.Sprint(t))
	}
	return scalar("!!null", "null")
}

// appendJSON writes a tree as JSON; newline is a line end and the indent at this depth.
func appendJSON(b []byte, n *yaml.Node, newline string) []byte {
	open, shut, step := byte('['), byte(']'), 1
	switch n.Kind {
	case yaml.MappingNode:
		open, shut, step = '{', '}', 2
	case yaml.ScalarNode:
		if n.Tag == stringTag {
			return appendString(b, n.Value)
		}
		return append(b, n.Value...)
	}
	b = append(b, open)
	for i := 0; i+step <= len(n.Content); i += step {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, newline+"  "...)
		if step == 2 {
			b = append(appendString(b, n.Content[i].Value), ": "...)
		}
		b = appendJSON(b, n.Content[i+step-1], newline+"  ")
	}
	if len(n.Content) > 0 {
		b = append(b, newline...)
	}
	return append(b, shut)
}

func appendString(b []byte, s string) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string can always be written
	return append(b, bytes.TrimSuffix(out.Bytes(), []byte{'\n'})...)
}
