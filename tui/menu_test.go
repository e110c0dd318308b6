package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/theme"
)

// TestALongLabelGivesWayToTheNext holds that one label without room does not keep the
// keys behind it out of the menu, and that help is always there.
func TestALongLabelGivesWayToTheNext(t *testing.T) {
	items := []menuItem{{key: "y", label: "JSON"}, {key: "M", label: "Show or hide all secrets"},
		{key: "c", label: "Copy"}, {key: "w", label: "Wrap"}, {key: "?", label: "Help"}}
	for _, c := range []struct {
		width int
		want  string
	}{
		{60, "<c> Copy  <M> Show or hide all secrets\n<?> Help  <w> Wrap\n<y> JSON"},
		{20, "<c> Copy  <w> Wrap\n<?> Help\n<y> JSON"},
		{9, "<c> Copy\n<?> Help\n<y> JSON"},
	} {
		var got []string
		for _, l := range menuLines(theme.New(theme.Options{}), items, c.width, 3) {
			got = append(got, strings.TrimRight(ansi.Strip(l), " "))
		}
		if got := strings.Join(got, "\n"); got != c.want {
			t.Errorf("width %d:\n%s\nwant\n%s", c.width, got, c.want)
		}
	}
}
