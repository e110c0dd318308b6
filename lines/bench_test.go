package lines_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"ecsole/lines"
)

var words = strings.Fields(`request completed user session order payment checkout cart item upstream response status cache miss hit
	database query connection pool worker queue message retry backoff timeout latency bytes sent received handler route path method GET POST
	started stopped ready health check token refreshed signature verified invoice shipped region bucket object uploaded deleted`)

// logLine makes a line of about 200 bytes.
func logLine(r *rand.Rand, i int) string {
	var b strings.Builder
	level := "INFO"
	switch n := r.IntN(100); {
	case n == 0:
		level = "ERROR"
	case n < 5:
		level = "WARN"
	}
	fmt.Fprintf(&b, "2026-11-22T14:%02d:%02d.%03dZ %s req=%08x ", i/60000%60, i/1000%60, i%1000, level, r.Uint32())
	for b.Len() < 175 {
		b.WriteString(words[r.IntN(len(words))])
		b.WriteByte(' ')
	}
	if r.IntN(5000) == 0 {
		b.WriteString("NullPointer")
	}
	for b.Len() < 200 {
		b.WriteString(words[r.IntN(len(words))])
		b.WriteByte(' ')
	}
	s := b.String()
	return s[:min(len(s), 200)]
}

// events makes n lines from 20 streams in pages of 1,000, one page at a time, so
// that what is measured is the store and not the input.
func events(n int, ids []lines.StreamID, f func([]lines.Event)) {
	r := rand.New(rand.NewPCG(1, 2))
	page := make([]lines.Event, 0, 1000)
	for i := range n {
		page = append(page, lines.Event{Time: int64(i / 10), Ingested: int64(i/10 + 500), Stream: ids[r.IntN(len(ids))],
			ID: fmt.Sprintf("3%055d", i), Text: logLine(r, i)})
		if len(page) == cap(page) || i == n-1 {
			f(page)
			page = page[:0]
		}
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestMemoryPerLine holds the live heap to 1.3 times the text.
func TestMemoryPerLine(t *testing.T) {
	const n = 200_000
	before := heap()
	s := lines.New(lines.NewBudget(512 << 20))
	text := 0
	events(n, streams(s, 20), func(page []lines.Event) {
		for _, e := range page {
			text += len(e.Text)
		}
		s.Append(page, lines.Mode{})
	})
	live := heap() - before
	if ratio := float64(live) / float64(text); ratio > 1.3 {
		t.Errorf("%d bytes of text take %d bytes of heap: %.2f times", text, live, ratio)
	}
	if st := s.Stats(); st.Lines != n || float64(st.Bytes) < 0.8*float64(live) || float64(st.Bytes) > 1.2*float64(live) {
		t.Errorf("the budget is charged %d bytes for %d lines, the heap holds %d", st.Bytes, st.Lines, live)
	}
	s.Close()
}

// BenchmarkMillion stores 1,000,000 lines of 200 bytes and reports the memory, with
// the collector fitted to what is alive as the console does it.
func BenchmarkMillion(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	for b.Loop() {
		before := heap()
		s := lines.New(lines.NewBudget(512 << 20))
		text, took, pages := 0, time.Duration(0), 0
		events(1_000_000, streams(s, 20), func(page []lines.Event) {
			if pages++; pages%50 == 0 {
				metrics.Read(live)
				debug.SetGCPercent(lines.CollectorPercent(live[0].Value.Uint64()))
			}
			for _, e := range page {
				text += len(e.Text)
			}
			from := time.Now()
			s.Append(page, lines.Mode{})
			took += time.Since(from)
		})
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.HeapSys-m.HeapReleased)/float64(text), "peak/text")
		b.ReportMetric(float64(heap()-before)/float64(text), "live/text")
		b.ReportMetric(1e6/took.Seconds(), "lines/s")
		s.Close()
	}
}

// BenchmarkIngest stores pages in order, and pages of 20 streams that interleave.
func BenchmarkIngest(b *testing.B) {
	var pages [][]lines.Event
	ids := make([]lines.StreamID, 20)
	for i := range ids {
		ids[i] = lines.StreamID(i)
	}
	events(200_000, ids, func(p []lines.Event) { pages = append(pages, append([]lines.Event(nil), p...)) })
	mixed := make([][]lines.Event, len(pages))
	for i := range pages { // every tenth page comes ten pages late
		mixed[i] = pages[i/10*10+(i%10+3)%10]
	}
	for name, in := range map[string][][]lines.Event{"ordered": pages, "mixed": mixed, "twice": append(append([][]lines.Event(nil), pages...), pages...)} {
		b.Run(name, func(b *testing.B) {
			n := 0
			for b.Loop() {
				s := lines.New(lines.NewBudget(512 << 20))
				streams(s, 20)
				for _, p := range in {
					s.Append(p, lines.Mode{})
					n += len(p)
				}
				s.Close()
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "lines/s")
		})
	}
}

// BenchmarkFilter looks through 1,000,000 lines of 200 bytes, beside grep -c on
// the same text where there is one.
func BenchmarkFilter(b *testing.B) {
	s := lines.New(lines.NewBudget(512 << 20))
	defer s.Close()
	file := filepath.Join(b.TempDir(), "log")
	out, err := os.Create(file)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(out)
	events(1_000_000, streams(s, 20), func(page []lines.Event) {
		s.Append(page, lines.Mode{})
		for _, e := range page {
			fmt.Fprintln(w, e.Text)
		}
	})
	w.Flush()
	out.Close()
	for _, c := range []struct{ name, query, grep string }{
		{"literal", "nullpointer", "-ci nullpointer"},
		{"literalDense", "timeout", "-ci timeout"},
		{"alternation", "nullpointer|deadlock|sigsegv", "-ciE nullpointer|deadlock|sigsegv"},
		{"alternationDense", "timeout|backoff|refreshed", "-ciE timeout|backoff|refreshed"},
		{"regexLiteral", `nullp\w+ter`, `-ciE nullp\w+ter`},
		{"regexOpen", `\b[0-9a-f]{4}[789]{4}\b`, `-ciE \b[0-9a-f]{4}[789]{4}\b`},
		{"inverse", "!a", "-civ a"},
		{"field", "req=00000*", "-ciE req=00000"},
		{"level", "level>=error", "-c ERROR"},
	} {
		b.Run(c.name, func(b *testing.B) {
			q := query(b, c.query)
			hits, first := 0, time.Duration(0)
			for b.Loop() {
				from, shown := time.Now(), false
				ctx, cancel := context.WithCancel(context.Background())
				r := s.Filter(ctx, q)
				for {
					if !shown && r.Len() > 0 {
						shown = true
						first = max(first, time.Since(from))
					}
					if _, _, idle := r.Progress(); idle {
						break
					}
					time.Sleep(200 * time.Microsecond)
				}
				hits = r.Len()
				cancel()
				<-r.Ended()
			}
			b.ReportMetric(float64(hits), "hits")
			b.ReportMetric(float64(first.Microseconds())/1000, "first-ms")
			if grep, err := exec.LookPath("grep"); err == nil {
				from := time.Now()
				n, _ := exec.Command(grep, append(strings.Fields(c.grep), file)...).Output()
				b.ReportMetric(float64(time.Since(from).Microseconds())/1000, "grep-ms")
				b.Logf("grep counts %s", n)
			}
		})
	}
}
