package views

import (
	"testing"

	"ecsole/tui/keymap"
	"ecsole/tui/screen"
)

// TestKindsHoldTogether checks what the registry cannot: within a kind no key and no
// field has two meanings, and each overlay's column exists.
func TestKindsHoldTogether(t *testing.T) {
	keys := keymap.Default()
	for _, k := range Kinds() {
		fields, overlays := map[string]bool{}, map[string]bool{}
		for _, o := range k.overlays {
			overlays[o.name] = true
			for title := range o.cells {
				if i := k.columnNamed(title); i < 0 || k.columns[i].overlay != o.name {
					t.Errorf("%s: the overlay %s fills a column %q that does not name it", k.Name, o.name, title)
				}
			}
		}
		var actions []screen.Action
		for _, a := range k.actions {
			bound := keys.For(a.name)
			if len(bound) == 0 {
				t.Errorf("%s: no key is bound to %q", k.Name, a.name)
			}
			if (a.open != nil) == (a.run != nil || a.show != nil || a.showAll != nil) {
				t.Errorf("%s: %q must either open, show or act", k.Name, a.name)
			}
			if a.run != nil && !a.changes {
				t.Errorf("%s: %q acts without saying that it changes something", k.Name, a.name)
			}
			actions = append(actions, screen.Action{Name: a.name, Keys: bound})
		}
		for _, c := range keymap.Clashes(actions) {
			t.Errorf("%s: %v", k.Name, c)
		}
		sort := map[string]string{}
		for _, c := range k.columns {
			if c.field != "" && fields[c.field] {
				t.Errorf("%s: two columns are exported as %q", k.Name, c.field)
			}
			fields[c.field] = true
			if c.overlay != "" && !overlays[c.overlay] {
				t.Errorf("%s: column %s wants an overlay %q that there is not", k.Name, c.title, c.overlay)
			}
			if c.key != "" && sort[c.key] != "" {
				t.Errorf("%s: %s and %s sort by the same key %s", k.Name, sort[c.key], c.title, c.key)
			}
			sort[c.key] = c.title
		}
	}
}
