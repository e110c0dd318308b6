package logs

import (
	"flag"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"ecsole/aws/sim"
	"ecsole/lines"
)

// probe notes how old events are when a feed first brings them.
type probe struct {
	after  int64 // events before this time may have been read before the probe was there
	mu     sync.Mutex
	seen   map[string]struct{}
	bytes  int
	onTime time.Duration // the oldest of those that arrived within a second
	late   time.Duration // the oldest of the others
}

func (p *probe) viewed() time.Time { return time.Now() }

func (p *probe) take(_ place, events []types.FilteredLogEvent, _ lines.Mode) {
	now := time.Now().UnixMilli()
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range events {
		e := &events[i]
		id := sdkaws.ToString(e.EventId)
		if _, ok := p.seen[id]; ok || *e.Timestamp < p.after {
			continue
		}
		p.seen[id] = struct{}{}
		p.bytes += len(*e.Message)
		age := time.Duration(now-*e.Timestamp) * time.Millisecond
		if *e.IngestionTime-*e.Timestamp < 1000 {
			p.onTime = max(p.onTime, age)
		} else {
			p.late = max(p.late, age)
		}
	}
}

// flooding is one run of the loss test: 20 streams and one more each second, a
// twentieth of the events up to ten seconds late, pages that are empty or come
// twice, every third call throttled.
type flooding struct {
	region   string
	rate     float64 // lines a second of all streams
	length   time.Duration
	throttle int
	lines    int // that were written
	calls    int // while they were
}

func (f *flooding) run(tb testing.TB) (p *probe, lag time.Duration, st lines.Stats) {
	r := newRig(tb, sim.Options{Region: f.region})
	r.sim.Faults().Latency(30 * time.Millisecond)
	begin := time.Now()
	n := 20 + int(f.length/time.Second)
	// What the simulator's program writes at a time, on average, at that hour.
	const linesPerUnit = 0.81
	// Nine tenths come from the 20; of the others ten live at any time.
	r.flood(n, func(i int) (from, to time.Time, rate float64) {
		if i < 20 {
			return begin.Add(-time.Minute), begin.Add(f.length), 0.9 * f.rate / 20 / linesPerUnit
		}
		at := begin.Add(time.Duration(i-20) * time.Second)
		return at, at.Add(min(10*time.Second, begin.Add(f.length).Sub(at))), 0.1 * f.rate / 10 / linesPerUnit
	})
	tail := r.hub.Tail(Spec{Sources: []Source{floodSource}, Range: Range{From: begin}})
	defer tail.Close()
	synctest.Wait()
	r.sim.Logs().EmptyPages(25)
	r.sim.Logs().DuplicatePages(25)
	r.sim.Faults().Throttle(f.throttle)
	p = &probe{seen: map[string]struct{}{}, after: begin.Add(time.Second).UnixMilli()}
	feed := r.hub.follow(floodSource.place(), p)
	defer r.hub.unfollow(feed, p)
	for time.Since(begin) < f.length {
		time.Sleep(time.Second)
		tail.Store().All().Read(func(lines.Reader) {}) // somebody looks
		lag = max(lag, tail.State().Lag)
	}
	end := time.Now()
	f.calls = r.sim.Faults().Calls("logs:FilterLogEvents")
	// Until all that was written by then has been read twice.
	for i := 0; !tail.State().Settled.After(end); i++ {
		if i > 600 {
			tb.Fatalf("ten minutes after the end this is not settled: %+v", tail.State())
		}
		time.Sleep(time.Second)
		tail.Store().All().Read(func(lines.Reader) {})
	}
	st = tail.Store().Stats()
	truth := r.truth(begin, end)
	f.lines = len(truth)
	compare(tb, truth, stored(tail.Store(), begin, end))
	return p, lag, st
}

var full = flag.Bool("full", false, "run the loss test at full size: 10,000 lines a second for 60 s")

// TestNothingIsLostOrDoubled is the loss test, at a small size unless -full is given.
func TestNothingIsLostOrDoubled(t *testing.T) {
	rate, length := 400.0, 20*time.Second
	if *full {
		rate, length = 10000, time.Minute
	}
	for name, f := range map[string]*flooding{
		"at 25 a second": {"us-east-1", rate, length, 3, 0, 0},
		"at 10 a second": {"us-west-2", rate, length, 3, 0, 0},
		"at 5 a second":  {"eu-central-1", rate, length, 3, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				p, lag, st := f.run(t)
				t.Logf("%.0f lines a second of %d bytes, %d late, %d doubles left out; on time after %v, late after %v, lag %v, %.1f calls a second",
					float64(f.lines)/length.Seconds(), p.bytes/len(p.seen), st.Late, st.Duplicates, p.onTime, p.late, lag, float64(f.calls)/length.Seconds())
				if float64(f.lines) < 0.9*rate*length.Seconds() || st.Late == 0 || st.Duplicates == 0 {
					t.Errorf("the run is no test: %+v", st)
				}
				if f.region != "eu-central-1" && (p.onTime > 3*time.Second || p.late > 14*time.Second || lag > 0) {
					t.Errorf("on time after %v, late after %v, lag %v", p.onTime, p.late, lag)
				}
			})
		})
	}
}
