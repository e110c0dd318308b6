package main

import (
	"encoding/json"
	"os"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// modeBare makes this program the floor: a bare Bubble Tea program that draws a
// screen it was given and moves a cursor line over it.
const modeBare = "draw-bare"

// picture is a screen as another program drew it: its lines, and those that the
// cursor was on also as they look then.
type picture struct {
	Lines    []string
	Selected map[int]string
	Cursor   int
}

// frameRate is that of the console.
const frameRate = 120

func runBare(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var p picture
	if err := json.Unmarshal(data, &p); err != nil {
		return err
	}
	_, err = tea.NewProgram(&bare{picture: p}, tea.WithFPS(frameRate)).Run()
	return err
}

type bare struct {
	picture
	shown []string
}

func (b *bare) Init() tea.Cmd { return nil }

func (b *bare) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if key, ok := msg.(tea.KeyPressMsg); ok {
		to := b.Cursor
		switch key.String() {
		case "j":
			to++
		case "k":
			to--
		case "q":
			return b, tea.Quit
		}
		if b.Selected[to] != "" {
			b.Cursor = to
		}
	}
	return b, nil
}

func (b *bare) View() tea.View {
	b.shown = append(b.shown[:0], b.Lines...)
	b.shown[b.Cursor] = b.Selected[b.Cursor]
	v := tea.NewView(strings.Join(b.shown, "\n"))
	v.AltScreen, v.ReportFocus = true, true
	return v
}
