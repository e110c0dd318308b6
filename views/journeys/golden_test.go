package journeys

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"
)

// callRate is the one value on the screen that depends on how fast the machine is.
var callRate = regexp.MustCompile(`(Calls: +)\S+/s(, \d+ waiting)?`)

// TestScreens holds the main screens to the letter, at four sizes. The world and its
// clock are the same at each run.
func TestScreens(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 50}, {40, 10}} {
		for _, c := range []struct {
			name, command string
			keys          []string
			shows         string // on the screen when it is complete
		}{
			{"clusters", ":clusters", nil, `▸`},
			{"services", ":services prod", nil, `▸`},
			{"describe", ":alarms", []string{"d"}, `Alarm +`},
			{"alarms", ":alarms", nil, `▸`},
		} {
			t.Run(fmt.Sprintf("%s/%dx%d", c.name, size[0], size[1]), func(t *testing.T) {
				run(t, setting{width: size[0], height: size[1], command: c.command}, func(j *journey) {
					if c.keys != nil {
						j.Wait("a row under the cursor", func(s string) bool { return strings.Contains(s, "▸") })
						j.Press(c.keys...)
					}
					complete := regexp.MustCompile(c.shows)
					j.Wait(c.shows, complete.MatchString)
					last, same := "", 0
					j.Wait("the screen to rest", func(s string) bool {
						s = callRate.ReplaceAllString(s, "${1}…")
						if s != last || strings.Contains(s, "…]") {
							last, same = s, 0
							return false
						}
						same++
						return same > 20
					})
					var b strings.Builder
					for line := range strings.SplitSeq(last, "\n") {
						b.WriteString(strings.TrimRight(line, " ") + "\n")
					}
					golden.RequireEqual(j.t, []byte(b.String()))
				})
			})
		}
	}
}
