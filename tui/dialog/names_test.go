package dialog

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/theme"
)

// What is acted on can be read whole at every usual size, however long its name is.
func TestNamesAreShownWhole(t *testing.T) {
	arn := "arn:aws:ecs:eu-central-1:111122223333:service/a-cluster-with-a-long-name/a-service-with-a-name-that-is-longer-still-0123456789"
	for _, size := range [][2]int{{78, 22}, {118, 38}, {198, 48}} {
		s := stop()
		s.Names = []string{"a-service  " + arn, "b-service  " + arn + "b"}
		view := ansi.Strip(New(theme.New(theme.Options{}), s).View(size[0], size[1]))
		shown := strings.Map(func(r rune) rune {
			if strings.ContainsRune(" │\n", r) {
				return -1
			}
			return r
		}, view)
		if !strings.Contains(shown, arn) || !strings.Contains(shown, arn+"b") || strings.Contains(view, "…") {
			t.Errorf("at %dx%d a name is cut:\n%s", size[0], size[1], view)
		}
		for l := range strings.SplitSeq(view, "\n") {
			if w := ansi.StringWidth(l); w > size[0] {
				t.Errorf("at %dx%d a row of %d cells: %q", size[0], size[1], w, l)
			}
		}
	}
}
