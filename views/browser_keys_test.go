package views

import (
	"slices"
	"testing"

	"ecsole/aws/ecs"
	"ecsole/tui/filter"
	"ecsole/tui/table"
	"ecsole/tui/theme"
)

// TestMarkedRowsThatAnActionLeavesAlone marks a running task, one that stops already,
// one that could not be read and one that the filter hides.
func TestMarkedRowsThatAnActionLeavesAlone(t *testing.T) {
	k := kinds["tasks"]
	b := &Browser{kind: k, table: table.New(theme.New(theme.Options{}), tableColumns(k, Scope{}), table.Options{})}
	task := func(id, desired string) table.Row {
		v := ecs.Task{ARN: id, ID: id, LastStatus: "RUNNING", DesiredStatus: desired}
		return table.Row{ID: id, Item: v, Cells: k.cells(v)}
	}
	b.table.Set([]table.Row{task("aa", "RUNNING"), task("bb", "STOPPED"), task("cc-hidden", "RUNNING")})
	b.table.Gap([]string{"dd"}, "denied")
	for _, id := range []string{"aa", "bb", "cc-hidden", "dd"} {
		b.table.SetCursor(id)
		b.table.ToggleMark()
	}
	f, err := filter.Parse("!hidden")
	if err != nil {
		t.Fatal(err)
	}
	b.table.SetFilter(f)
	stop := &k.actions[slices.IndexFunc(k.actions, func(a action) bool { return a.name == "stop" })]
	items, left := b.targets(stop, b.current())
	if len(items) != 1 || items[0].(ecs.Task).ID != "aa" {
		t.Errorf("acts on %v", items)
	}
	want := []string{
		"1 marked are left alone: hidden by the filter.",
		"1 marked are left alone: the task is stopped or stopping already.",
		"1 marked are left alone: they could not be read.",
	}
	if !slices.Equal(left, want) {
		t.Errorf("%q", left)
	}
	b.table.SetCursor("bb") // a dead row under the cursor does not keep the others
	if why := b.off(stop, b.current()); why != "" {
		t.Error(why)
	}
	b.table.ClearMarks()
	if why := b.off(stop, b.current()); why == "" {
		t.Error("the key is not dead on a stopping task")
	}
}
