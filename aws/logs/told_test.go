package logs

import (
	"strings"
	"testing"
	"time"

	"ecsole/aws/sim"
	"ecsole/lines"
	"ecsole/lines/match"
)

// TestTranslationOfEscapes has slashes that are escaped already, as patterns write
// them, and levels that no line has.
func TestTranslationOfEscapes(t *testing.T) {
	for text, want := range map[string]string{
		`GET \/health`: `like /(?i)GET \/health/`, `GET /health`: `like /(?i)GET \/health/`, `a\\/b`: `like /(?i)a\\\/b/`,
		"level>fatal": `like /^\b\B/`, "level<trace": `like /^\b\B/`,
	} {
		q, err := match.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := InsightsQuery(q, nil); !strings.Contains(got, want+"\n") {
			t.Errorf("%s became %s", text, got)
		}
	}
}

// TestTheQuerysOwnLimitIsTold asks what a log view asks: 1,000 rows of more.
func TestTheQuerysOwnLimitIsTold(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		r.steady(3, 20)
		now := time.Now()
		q := Query{Groups: []string{floodGroup}, From: now.Add(-25 * time.Minute), To: now.Add(-10 * time.Minute), Text: InsightsQuery(nil, []Source{floodSource})}
		for text, more := range map[string]bool{q.Text: true, strings.Replace(q.Text, "limit 1000", "limit 100000", 1): false, "stats count(*) by @logStream | limit 3": false} {
			q.Text = text
			a, err := r.hub.Ask(t.Context(), q, nil)
			if err != nil || a.More != more {
				t.Errorf("%s: more %v, %s, %v", text, a.More, a.Describe(), err)
			}
		}
	})
}

// TestALateStreamOfAnEndedTask turns up when nobody asks about its task any more.
func TestALateStreamOfAnEndedTask(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sim.Options{})
		tail := newTail(r.hub, "x", Spec{}, lines.NewBudget(0))
		defer tail.cancel()
		defer tail.store.Close()
		first, second := tail.store.StreamID(lines.Stream{Name: "app/1"}), tail.store.StreamID(lines.Stream{Name: "proxy/1"})
		tail.tasks.met("1", first)
		tail.tasks.learn([]string{"1"}, map[string]Task{"1": {Ended: "exit code 137", At: time.Now()}})
		tail.tasks.met("1", second)
		for _, s := range tail.store.Streams() {
			if s.Ended != "exit code 137" {
				t.Errorf("%s ended: %q", s.Name, s.Ended)
			}
		}
		if n := tail.store.All().Len(); n != 2 {
			t.Errorf("%d notices for two streams", n)
		}
	})
}
