package views

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/theme"
)

// What keeps its account when the console shows another is named with that account,
// and guarded as it is there.
func TestAnActElsewhereNamesItsPlace(t *testing.T) {
	a := &App{theme: theme.New(theme.Options{})}
	k := &Kind{label: func(v any) string { return v.(shell).place.profile }, id: func(any) string { return "ecs-1" }}
	act := &action{label: "End"}
	prod := shell{place: place{profile: "shop-prod", account: "111122223333", region: "eu-central-1", guarded: true}}
	dev := shell{place: place{profile: "shop-dev", account: "444455556666", region: "eu-west-1"}}
	box := func(items ...any) string {
		return ansi.Strip(asked(t, a.confirm(Clients{}, k, Scope{}, act, items, nil, nil)).View(100, 30))
	}
	one := box(prod)
	for _, want := range []string{"Account 111122223333 · region eu-central-1 · profile shop-prod", "Type shop-prod to go on"} {
		if !strings.Contains(one, want) {
			t.Errorf("no %q in\n%s", want, one)
		}
	}
	if plain := box(dev); strings.Contains(plain, "Type ") || !strings.Contains(plain, "444455556666") {
		t.Errorf("a shell of another place asks\n%s", plain)
	}
	two := box(dev, prod)
	for _, want := range []string{"444455556666", "111122223333", "Type shop-prod to go on", "ecs-1  in shop-dev/eu-west-1", "ecs-1  in shop-prod/eu-central-1"} {
		if !strings.Contains(two, want) {
			t.Errorf("no %q in\n%s", want, two)
		}
	}
}
