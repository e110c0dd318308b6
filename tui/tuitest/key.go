package tuitest

import (
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"
)

// Key is the key press whose String() is name.
func Key(name string) tea.KeyPressMsg {
	var k tea.Key
	base := name
	for _, m := range []struct {
		prefix string
		mod    tea.KeyMod
	}{{"ctrl+", tea.ModCtrl}, {"alt+", tea.ModAlt}, {"shift+", tea.ModShift}} {
		if rest, ok := strings.CutPrefix(base, m.prefix); ok && rest != "" {
			base, k.Mod = rest, k.Mod|m.mod
		}
	}
	if code, ok := codes()[base]; ok {
		k.Code = code
		if base == "space" && k.Mod == 0 {
			k.Text = " "
		}
		return tea.KeyPressMsg(k)
	}
	r := []rune(base)[0]
	k.Code = r
	if k.Mod == 0 {
		k.Text = base
		if unicode.IsUpper(r) {
			k.Code, k.ShiftedCode, k.Mod = unicode.ToLower(r), r, tea.ModShift
		}
	}
	return tea.KeyPressMsg(k)
}

func codes() map[string]rune {
	return map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "backspace": tea.KeyBackspace,
		"delete": tea.KeyDelete, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
		"home": tea.KeyHome, "end": tea.KeyEnd, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "space": tea.KeySpace,
		"insert": tea.KeyInsert, "f1": tea.KeyF1, "f2": tea.KeyF2, "f3": tea.KeyF3, "f4": tea.KeyF4, "f5": tea.KeyF5}
}
