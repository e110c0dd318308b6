package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/screen"
	"ecsole/tui/theme"
)

// TestNewsKeepTheirEnd holds that a narrow screen shows what came of an act, and the
// beginning of what went wrong.
func TestNewsKeepTheirEnd(t *testing.T) {
	th := theme.New(theme.Options{})
	text := "forward to " + strings.Repeat("x", 60) + ": 127.0.0.1:39479"
	got := ansi.Strip((&flash{level: screen.Info, text: text}).view(th, 60))
	if !strings.HasPrefix(got, " › forward to xxx") || !strings.HasSuffix(got, "x: 127.0.0.1:39479") || ansi.StringWidth(got) != 60 {
		t.Errorf("%q", got)
	}
	if got := ansi.Strip((&flash{level: screen.Error, text: text}).view(th, 60)); got != " ✗ "+text {
		t.Errorf("%q", got)
	}
}
