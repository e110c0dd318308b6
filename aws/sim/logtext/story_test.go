package logtext

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"ecsole/aws/sim/world"
)

func read(s *Stream, from, to time.Time) []Event {
	return all(Forward([]*Stream{s}, from, to, to.Add(time.Hour), nil))
}

// Structured programs write what they say they write.
func TestJSONIsJSON(t *testing.T) {
	for _, app := range []world.App{world.API, world.Node} {
		s := testStream("a/app/1", app, 50, func(s *Stream) { s.Facts.Dependency = `db"x\y:1` })
		n := 0
		for _, e := range read(s, noon, noon.Add(30*time.Second)) {
			if !strings.HasPrefix(e.Message, "{") {
				continue
			}
			n++
			var doc map[string]any
			if err := json.Unmarshal([]byte(e.Message), &doc); err != nil {
				t.Fatalf("%v: %s", err, e.Message)
			}
		}
		if n < 500 {
			t.Errorf("%s: %d JSON lines", app, n)
		}
	}
}

// Each kind of program has lines that only it has.
func TestProgramsDiffer(t *testing.T) {
	for _, c := range []struct {
		program *Program
		want    string
	}{
		{&goJSON, `^\{"time":"2026-`}, {&goLogfmt, `^ts=2026-\S+ level=`}, {&goPlain, `^2026/11/22 \S+ \w+\.go:\d+: `},
		{&nodeJSON, `^\{"level":30,`}, {&nodeColour, "^\x1b\\[2m"}, {&spring, `--- \[orders-api\] \[`},
		{&gunicorn, `HTTP/1\.1" \d{3} \d+ "-" "`}, {&celery, `ForkPoolWorker-\d\] Task tasks\.`}, {&nginx, `HTTP/1\.1" 200 \d+ "-"`},
		{&envoy, `^\[2026-\S+\] "`}, {&redis, `^1:M 22 Nov 2026`}, {&fluentBit, `\] \[output:cloudwatch_logs`}, {&collector, `aws-otel-collector`}, {&agent, `scraped`},
	} {
		events := read(testStream("a/app/1", world.API, 5, func(s *Stream) { s.Program = c.program }), noon, noon.Add(time.Minute))
		re := regexp.MustCompile(c.want)
		n := 0
		for _, e := range events {
			if re.MatchString(e.Message) {
				n++
			}
		}
		if n < len(events)/8 {
			t.Errorf("%s: %d of %d lines match %s", c.program.Name, n, len(events), c.want)
		}
	}
}

func TestLeakIsHeard(t *testing.T) {
	for _, app := range []world.App{world.API, world.Java, world.Node, world.Python} {
		full := noon.Add(20 * time.Minute)
		s := testStream("a/app/1", app, 2, func(s *Stream) {
			s.Facts.Leak = &world.LeakFacts{Start: noon, Full: full, From: 40}
			s.Start, s.End = noon.Add(-time.Minute), full
		})
		heap := regexp.MustCompile(`heap_used_mb[=":]+ ?(\d+)`)
		var used []int
		events := read(s, noon, full.Add(time.Hour))
		for _, e := range events {
			if m := heap.FindStringSubmatch(e.Message); m != nil {
				n, _ := strconv.Atoi(m[1])
				used = append(used, n)
			}
		}
		if len(used) < 100 || used[0] > 450 || used[len(used)-1] < 1010 {
			t.Fatalf("%s: heap lines %v", app, used)
		}
		for i := 1; i < len(used); i++ {
			if used[i] < used[i-1] {
				t.Fatalf("%s: the heap shrank from %d to %d", app, used[i-1], used[i])
			}
		}
		last := events[len(events)-1]
		if last.Time > full.UnixMilli() {
			t.Errorf("%s: it spoke after it was killed", app)
		}
		if !contains(events, "emory") {
			t.Errorf("%s: nothing about memory at the end", app)
		}
	}
}

func TestCrashIsExplained(t *testing.T) {
	for _, app := range apps() {
		crash := &world.CrashFacts{At: noon.Add(3 * time.Second), Code: 1, Message: "required setting PAYMENTS_URL is not set"}
		s := testStream("a/app/1", app, 20, func(s *Stream) {
			s.Facts.Crash = crash
			s.Start, s.End = noon, crash.At
		})
		events := read(s, noon, noon.Add(time.Minute))
		if !contains(events, crash.Message) {
			t.Errorf("%s does not say why it died", app)
		}
		for _, e := range events {
			if e.Time > crash.At.UnixMilli() || strings.Contains(e.Message, "/v1/") {
				t.Errorf("%s served after all: %s", app, e.Message)
			}
		}
	}
}

func TestMinerAndTimeouts(t *testing.T) {
	since := noon.Add(10 * time.Second)
	s := testStream("a/app/1", world.Node, 1, func(s *Stream) {
		s.Facts.Miner = &world.MinerFacts{Since: since, Container: "app", Path: "/tmp/.x/xmrig", Pool: "pool.example:3333", PoolIP: "192.0.2.66"}
	})
	if contains(read(s, noon, since.Add(-time.Second)), "pool.example") {
		t.Error("the miner spoke before it came")
	}
	after := read(s, since, since.Add(5*time.Minute))
	for _, want := range []string{"stratum+tcp://pool.example:3333", "accepted (", "H/s max"} {
		if !contains(after, want) {
			t.Errorf("the miner says nothing of %q", want)
		}
	}
	sick := testStream("a/app/1", world.API, 1, func(s *Stream) { s.Facts.Unhealthy = since })
	if contains(read(sick, noon, since.Add(-time.Second)), "timed out after 5s") {
		t.Error("unhealthy before its time")
	}
	if !contains(read(sick, since, since.Add(time.Minute)), "timed out after 5s") {
		t.Error("no time-outs of the health check")
	}
	failing := testStream("a/app/1", world.Java, 5, func(s *Stream) { s.Facts.Dependency, s.Facts.ErrorRate = "payments-db:5432", 0.4 })
	if !contains(read(failing, noon, noon.Add(time.Minute)), "payments-db:5432") {
		t.Error("the dependency is not named")
	}
}

func TestHostileLines(t *testing.T) {
	s := testStream("a/app/1", world.Python, 1, func(s *Stream) { s.Hostile = true })
	events := read(s, noon, noon.Add(20*time.Minute))
	invalid, long := false, false
	for _, e := range events {
		invalid = invalid || !utf8.ValidString(e.Message)
		long = long || len(e.Message) > 10000
	}
	if !invalid || !long {
		t.Errorf("invalid UTF-8: %v, very long: %v", invalid, long)
	}
	for _, want := range []string{"\x1b[2J", "\x1b]52;", "\u202e", "\x1b[6n", "\r"} {
		if !contains(events, want) {
			t.Errorf("nothing with %q", want)
		}
	}
}

// A stack trace is one event per line, or one event where the driver joins lines.
func TestStackTraces(t *testing.T) {
	for _, joined := range []bool{false, true} {
		s := testStream("a/app/1", world.Java, 10, func(s *Stream) { s.Joined, s.Facts.ErrorRate = joined, 0.3 })
		events := read(s, noon, noon.Add(10*time.Second))
		inside := false
		for i, e := range events {
			if strings.HasPrefix(e.Message, "\tat ") {
				if joined {
					t.Fatal("a line of a trace stands alone")
				}
				if events[i-1].Time != e.Time {
					t.Fatal("the lines of a trace are torn apart")
				}
			}
			inside = inside || strings.Contains(e.Message, "\n\tat ")
		}
		if inside != joined {
			t.Errorf("joined %v: a trace of many lines in one event: %v", joined, inside)
		}
	}
}
