package journeys

import (
	"encoding/json"
	"flag"
	"io"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/aws/sim"
	"ecsole/lines/mask"
)

// holder keeps the terminal, as a shell does, until it is released.
type holder struct{ begun, release chan struct{} }

func (h *holder) Run() error          { close(h.begun); <-h.release; return nil }
func (h *holder) SetStdin(io.Reader)  {}
func (h *holder) SetStdout(io.Writer) {}
func (h *holder) SetStderr(io.Writer) {}

var fullHold = flag.Bool("full", false, "hold the terminal at full rate: 5,000 log lines a second")

// While a program holds the terminal, the event loop stands still for a minute. The
// tail goes on: nothing of that minute is missing afterwards, and nothing is there
// twice.
func TestTailsGoOnWhileTheTerminalIsAway(t *testing.T) {
	rate, late := 400.0, 20*time.Second
	if *fullHold { // late lines make way for new ones while those are behind
		rate, late = 5000, 80*time.Second
	}
	const away = time.Minute
	run(t, setting{
		command: ":services", config: "logs: {budgetMB: 512}",
		sim: sim.Options{Scale: sim.Scale{Clusters: 1, Services: 1, Tasks: 10}, LogRate: rate},
	}, func(j *journey) {
		c := j.sim.World().Clusters()[0]
		s := j.sim.World().Services(c.Name)[0]
		j.Sees(s.Name).Press("l").Sees("logs("+c.Name+"/"+s.Name+")", "Autoscroll:On")
		j.pass(15 * time.Second) // until what came before has been read
		h := &holder{make(chan struct{}), make(chan struct{})}
		j.Post(tea.Exec(h, nil)())
		<-h.begun
		from := time.Now()
		time.Sleep(away)
		to := time.Now()
		close(h.release)
		// Nobody looked, so at that rate reading may be behind, which the view says.
		j.Wait("no lag", func(screen string) bool { return !strings.Contains(screen, " lag ") })
		j.pass(late) // until late lines have been read, too
		j.Sees("Autoscroll:On").Press("S").Sees("saved to")
		// What the groups hold, as the view writes it.
		hide := mask.New()
		want, got, groups := map[string]int{}, map[string]int{}, map[string]bool{}
		for _, text := range j.saved() {
			for line := range strings.Lines(text) {
				var l struct {
					Time, LogGroup, LogStream, Message string
					Notice                             bool // of the console, not of the application
				}
				if err := json.Unmarshal([]byte(line), &l); err != nil {
					j.t.Fatal(err)
				}
				groups[l.LogGroup] = true
				if !l.Notice && l.Time >= stamp(from) && l.Time < stamp(to) {
					got[l.LogStream+" "+l.Time+" "+l.Message]++
				}
			}
		}
		for group := range groups {
			all := j.sim.Logs().Events(group, from, to.Add(-time.Millisecond))
			for e, ok := all.Next(); ok; e, ok = all.Next() {
				want[e.Stream.Name+" "+stamp(time.UnixMilli(e.Time))+" "+strings.TrimRight(string(hide.Line([]byte(e.Message))), "\r\n")]++
			}
		}
		n, wrong := 0, 0
		for e, times := range want {
			n += times
			if got[e] != times {
				if wrong++; wrong < 4 {
					j.t.Errorf("%d times instead of %d: %s", got[e], times, e)
				}
			}
			delete(got, e)
		}
		if wrong+len(got) > 0 {
			j.t.Errorf("of %d lines %d are not there as often as they were written; %d others are", n, wrong, len(got))
		}
		for e := range got {
			j.t.Errorf("nobody wrote %s", e)
			break
		}
		if float64(n) < 0.7*rate*away.Seconds() {
			j.t.Errorf("the run is no test: %d lines", n)
		}
		j.t.Logf("%d lines while the terminal was away", n)
	})
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }
