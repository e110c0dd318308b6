package journeys

import (
	"slices"
	"strings"
	"testing"

	"ecsole/aws/audit"
	"ecsole/tui/keymap"
)

// TestEveryKeyOfInsights presses each of them, those that work while a query is
// typed and their letters beside it, and fails when one is added that it does not press.
func TestEveryKeyOfInsights(t *testing.T) {
	sizes(t, setting{command: ":insights /ecs/prod/checkout"}, func(j *journey) {
		pressed := map[string][]string{}
		press := func(name string, which int) *journey {
			j.t.Helper()
			keys := keymap.Default().For(name)
			if which >= len(keys) {
				j.t.Fatalf("%s has no key %d", name, which)
			}
			pressed[name] = append(pressed[name], keys[which])
			j.Press(keys[which])
			return j
		}
		const typing, looking = 0, 1
		query(j, "stats count(*) as n by bin(5m)")
		press("insights.groups", typing).Press("ctrl+u").Sees("log groups, up to 50").Press("esc")
		press("insights.range", typing).Press("ctrl+u").Type("-30m\r").Sees("[30m]", "scans about")
		press("insights.run", typing).Sees("✓", "bin(5m)")
		j.Not("tab completes")
		press("insights.run", looking).Sees("◌").Sees("✓")
		j.Press("?").Sees("INSIGHTS").Press("G").Sees("Page down", "Pick the column to the left").Not("page.down").Press("esc")
		for _, name := range []string{"down", "bottom", "up", "top", "page.down", "page.up", "right", "left"} {
			press(name, 0)
		}
		press("sort.next", 0)
		press("sort.next", 0)
		press("sort.previous", 0)
		press("sort.column", 0).Wait("the order", func(screen string) bool {
			return strings.Contains(screen, "(5m)↑") || strings.Contains(screen, "(5m)↓")
		})
		j.Press("esc")
		press("filter", 0).Type("no such row\r").Sees("</no such row>").Press("esc").Not("</no such row>")
		press("copy", 0).Sees("row copied")
		press("save", 0).Sees("rows saved to")
		press("enter", 0).Sees("row", "bin(5m)").Press("esc").Sees("✓")
		press("insights.unmask", 0).Sees("secrets are shown; this was journalled")
		j.recorded("that secrets were shown", func(r audit.Record) bool { return r.Action == "secrets.unmask" })
		press("insights.unmask", 0).Sees("secrets are hidden")
		press("insights.edit", 0).Sees("tab completes").Press("esc")
		press("insights.edit", 1).Sees("tab completes")
		press("insights.history", typing).Sees("Queries asked before").Press("esc")
		press("insights.saved", typing).Sees("Queries saved in the account").Press("esc", "esc").Not("tab completes")
		press("insights.history", looking).Sees("Queries asked before").Press("esc")
		press("insights.saved", looking).Sees("Queries saved in the account").Press("esc")
		press("insights.groups", looking).Press("ctrl+u").Sees("log groups, up to 50").Press("esc")
		press("insights.range", looking).Press("ctrl+u").Type("-7d\r").Sees("[7d]")
		for _, key := range []int{typing, looking} {
			press("insights.run", looking).Sees("◌", "esc stops it")
			press("insights.stop", key).Sees("stopped, here and at AWS")
		}
		for _, b := range keymap.Default().Table() {
			if b.Scope&keymap.Query == 0 || b.Name == "insights.chart" { // which needs room: TestInsightsChartsAndSaves
				continue
			}
			if len(pressed[b.Name]) == 0 {
				j.t.Errorf("%s (%s) is not pressed", b.Name, b.Keys)
			}
			for _, k := range b.Keys {
				if strings.HasPrefix(b.Name, "insights.") && !slices.Contains(pressed[b.Name], k) {
					j.t.Errorf("%s of %s is not pressed", k, b.Name)
				}
			}
		}
	})
}
