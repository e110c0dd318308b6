package views

import (
	"fmt"
	"testing"

	tea "charm.land/bubbletea/v2"

	"ecsole/aws/ecs"
	"ecsole/tui/screen"
	"ecsole/tui/table"
	"ecsole/tui/theme"
)

// asked is the dialog that a Cmd opens.
func asked(t *testing.T, cmd tea.Cmd) screen.Overlay {
	t.Helper()
	ready, _ := screen.Settle(cmd)
	for _, msg := range ready {
		if ask, ok := msg.(screen.Ask); ok {
			return ask.Overlay
		}
	}
	t.Fatal("nothing is asked")
	return nil
}

// Who agrees to read one column for a file, and not the next, has no file, and goes on
// reading neither.
func TestASaveThatIsRefusedHalfway(t *testing.T) {
	k, th := kinds["tasks"], theme.New(theme.Options{})
	b := &Browser{app: &App{theme: th}, kind: k, hidden: true, table: table.New(th, tableColumns(k, Scope{}), table.Options{}), work: screen.NewWork(t.Context())}
	for i := range k.overlays {
		b.overlays = append(b.overlays, newOverlayState(&k.overlays[i], k))
	}
	for i := range askAbove + 1 {
		v := ecs.Task{ARN: fmt.Sprint(i), LastStatus: "RUNNING"}
		b.table.Upsert(table.Row{ID: v.ARN, Item: v, Cells: k.cells(v)})
	}
	first := asked(t, b.saveCSV())
	first.Update(tea.KeyPressMsg{Code: tea.KeyTab})
	cmd, done := first.Update(tea.KeyPressMsg{Code: tea.KeyEnter})
	if !done {
		t.Fatal("enter on the button does not answer")
	}
	if _, done := asked(t, cmd).Update(tea.KeyPressMsg{Code: tea.KeyEscape}); !done {
		t.Fatal("esc does not answer")
	}
	for _, o := range b.overlays {
		if o.all || b.saving {
			t.Errorf("%s is read for all rows (saving: %v)", o.name, b.saving)
		}
	}
}
