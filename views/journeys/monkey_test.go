package journeys

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"ecsole/aws/sim"
)

// Whatever is pressed, at whatever size: nothing breaks, and every frame has exactly
// the size of the screen.
func TestNoKeysBreakAFrame(t *testing.T) {
	for seed := range uint64(monkeys) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			run(t, setting{sim: sim.Options{Scale: sim.Scale{Services: 12, Tasks: 40}}}, func(j *journey) {
				j.Sees("clusters")
				switch seed % 3 {
				case 1:
					j.Type(":svc prod\r").Sees("services(prod)")
					j.Press("l")
				case 2:
					j.Type(":insights /ecs/prod/checkout\r")
				}
				m := monkey{j, rand.New(rand.NewPCG(seed, 7)), 120, 40, seed % 3}
				for range presses {
					m.press()
					m.fits()
				}
			})
		})
	}
}

const monkeys, presses = 9, 150

type monkey struct {
	*journey
	r             *rand.Rand
	width, height int
	kind          uint64 // 1: in a log view, 2: in Logs Insights
}

// press does something at random, but what leaves the program or opens another one.
func (j *monkey) press() {
	j.t.Helper()
	r := j.r
	keys := strings.Fields("j k g G enter enter enter esc esc q space ctrl+space ctrl+\\ ctrl+w ctrl+z / ? ! [ ] - ctrl+a ctrl+e ctrl+g ctrl+f ctrl+b " +
		"h l left right up down d y e p t r i z v D f u o J w n N 0 1 2 3 4 5 6 tab shift+tab shift+left shift+right O A C M R H < > { } @ X x c m T P I S ctrl+r ctrl+s ctrl+k ctrl+d " +
		"a b ctrl+l alt+m backspace delete home end pgup pgdown ctrl+t ctrl+u ctrl+x")
	switch j.kind {
	case 1:
		keys = strings.Fields("j k g G enter esc / / n N s w t f m C c e x backspace X o z r A M v P R @ { } H < > space T p I S ctrl+s 0 1 2 3 4 5 6 h l a b . up down pgup pgdown tab enter enter { ctrl+b")
	case 2:
		keys = strings.Fields("j k g G enter esc / ctrl+r ctrl+x ctrl+o ctrl+t ctrl+p ctrl+y e i L R P Q H M x r s t a | space tab enter up down left right backspace c ctrl+s shift+left O y")
	}
	commands := []string{"svc", "tasks", "services shop", "findings", "alarms", "api", "journal", "ctx", "region eu-west-1", "insights", "td", "runs", "sessions", "pf", "aliases", "in", "ssm", "svc /web", "svc -f ch", "nonsense", "messages", "help"}
	switch n := r.IntN(100); {
	case n < 70:
		if k := keys[r.IntN(len(keys))]; k != "s" || strings.Contains(j.Screen(), "logs(") {
			j.Press(k)
		}
	case n < 80:
		size := [][2]int{{1, 1}, {2, 2}, {10, 3}, {20, 5}, {3, 60}, {200, 1}, {40, 10}, {80, 24}, {120, 40}, {200, 50}, {21, 8}, {7, 9}}[r.IntN(12)]
		j.width, j.height = size[0], size[1]
		j.Resize(size[0], size[1])
	case n < 86 && (j.kind == 0 || r.IntN(8) == 0):
		j.Type(":" + commands[r.IntN(len(commands))] + "\r")
	case n < 88:
		x, y := r.IntN(j.width+2), r.IntN(j.height+2)
		j.Send([]tea.Msg{tea.MouseWheelMsg{X: x, Y: y, Button: tea.MouseWheelUp}, tea.MouseWheelMsg{X: x, Y: y, Button: tea.MouseWheelDown}, tea.MouseClickMsg{X: x, Y: y}}[r.IntN(3)])
	case n < 90:
		j.Paste([]string{"a(b", "日本語\u0301\u200d", "\x1b[31mred\nline", strings.Repeat("x", 300), "!w", "-f ab"}[r.IntN(6)])
	case n < 92:
		j.Send([]any{blur(), focus()}[r.IntN(2)])
	default:
		j.pass([]time.Duration{time.Millisecond, 100 * time.Millisecond, time.Second, 7 * time.Second}[r.IntN(4)])
	}
}

// fits fails unless the frame has the size of the screen.
func (j *monkey) fits() {
	j.t.Helper()
	w, h := j.width, j.height
	lines := strings.Split(j.Styled(), "\n")
	if len(lines) != h {
		j.t.Fatalf("%d lines on a screen of %dx%d:\n%s", len(lines), w, h, j.Screen())
	}
	for _, l := range lines {
		if n := ansi.StringWidth(l); n != w {
			j.t.Fatalf("a line of %d cells on a screen of %dx%d: %q\n%s", n, w, h, ansi.Strip(l), j.Screen())
		}
	}
}
