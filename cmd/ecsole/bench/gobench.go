package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// hot are the Go benchmarks of what runs per key, per page, per line or per frame of
// the wire.
var hot = []struct{ pkg, bench, time string }{
	{"./tui", "^BenchmarkFrame", "200ms"},
	{"./tui/table", "^Benchmark(FrameAtRest10k|Down10k|Page10k|Refresh2000|Filter10k)$", "200ms"},
	{"./tui/clean", "^BenchmarkLine", "100ms"},
	{"./tui/vterm", "^BenchmarkWrite", "200ms"},
	{"./aws/ecs", "^BenchmarkRawByKey$", "200ms"},
	{"./aws/exec/channel", "^BenchmarkFrame$", "100ms"},
}

// measured is one line of `go test -bench`: its figures by unit.
type measured struct {
	name  string
	units map[string]float64
}

// benchmarks runs the benchmarks of the hot paths.
func (b *bench) benchmarks(ctx context.Context) error {
	var failed error
	for _, h := range hot {
		all, err := goBench(ctx, h.pkg, h.bench, h.time)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", h.pkg, err))
		}
		for _, m := range all {
			text := ms(time.Duration(m.units["ns/op"]))
			if m.units["ns/op"] < 1e6 {
				text = strconv.FormatFloat(m.units["ns/op"]/1e3, 'f', 1, 64) + " µs"
			}
			if rate, ok := m.units["MB/s"]; ok {
				text += fmt.Sprintf(", %.0f MB/s", rate)
			}
			text += fmt.Sprintf(", %.0f allocs", m.units["allocs/op"])
			b.sheet.put("go "+strings.TrimPrefix(h.pkg, "./")+" "+m.name, b.programs[0].name, text)
		}
	}
	return errors.Join(failed, b.frames(ctx))
}

// frames measures the drawing of the log view alone while 10,000 lines a second come.
func (b *bench) frames(ctx context.Context) error {
	all, err := goBench(ctx, "./tui/logview", "^BenchmarkFrame$", "150x")
	for _, m := range all {
		name := "frame of the log view, 10,000 lines/s, p99: " + strings.TrimPrefix(m.name, "Frame/")
		p99 := time.Duration(m.units["p99-ms"] * float64(time.Millisecond))
		b.sheet.within(name, b.programs[0], p99, 17*time.Millisecond)
	}
	return err
}

// goBench runs benchmarks of one package of this module.
func goBench(ctx context.Context, pkg, bench, benchtime string) ([]measured, error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", bench, "-benchtime", benchtime, "-benchmem", pkg)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	var all []measured
	in := bufio.NewScanner(out)
	for in.Scan() {
		if m, ok := parseBench(in.Text()); ok {
			all = append(all, m)
		}
	}
	io.Copy(io.Discard, out)
	err = cmd.Wait()
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("no benchmark matches %s", bench)
	}
	return all, err
}

// parseBench reads "BenchmarkName-2  100  123 ns/op  4 B/op …".
func parseBench(line string) (measured, bool) {
	fields := strings.Fields(line)
	if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
		return measured{}, false
	}
	name := strings.TrimPrefix(fields[0], "Benchmark")
	if i := strings.LastIndexByte(name, '-'); i > 0 {
		name = name[:i]
	}
	m := measured{name: name, units: map[string]float64{}}
	for i := 2; i+1 < len(fields); i += 2 {
		v, err := strconv.ParseFloat(fields[i], 64)
		if err != nil {
			return m, false
		}
		m.units[fields[i+1]] = v
	}
	return m, true
}

// storeLines measures the store of log lines on a million lines of 200 bytes: how
// fast it takes them, what they weigh, and how fast a filter goes through them, beside
// `grep -c` on the same text.
func (b *bench) storeLines(ctx context.Context) error {
	own := b.programs[0].name
	taken, err := goBench(ctx, "./lines", "^BenchmarkMillion$", "1x")
	for _, m := range taken {
		const rate, weight, peak = "log lines taken in, per second", "  their live heap by their text, 1,000,000 of 200 bytes", "  the process's peak by their text"
		b.sheet.put(rate, own, strconv.FormatFloat(m.units["lines/s"]/1e3, 'f', 0, 64)+" k")
		b.sheet.aim(rate, "≥ 300 k", m.units["lines/s"] >= 300e3)
		b.sheet.put(weight, own, fmt.Sprintf("%.2f ×", m.units["live/text"]))
		b.sheet.aim(weight, "≤ 1.3 ×", m.units["live/text"] <= 1.3)
		b.sheet.put(peak, own, fmt.Sprintf("%.2f ×", m.units["peak/text"]))
		b.sheet.aim(peak, "≤ 2 ×", m.units["peak/text"] <= 2)
	}
	filtered, failed := goBench(ctx, "./lines", "^BenchmarkFilter$/^(literal|literalDense|alternation|alternationDense|regexLiteral|regexOpen|field|level)$", "2x")
	for _, m := range filtered {
		took := time.Duration(m.units["ns/op"])
		name := "filter 1,000,000 lines: " + strings.TrimPrefix(m.name, "Filter/")
		b.sheet.put(name, own, ms(took))
		grep := m.units["grep-ms"]
		if grep == 0 {
			continue
		}
		ratio := took.Seconds() * 1e3 / grep
		b.sheet.put("  grep -c on the same text: "+strings.TrimPrefix(m.name, "Filter/"), own, ms(time.Duration(grep*float64(time.Millisecond))))
		switch kind := strings.TrimPrefix(m.name, "Filter/"); kind {
		case "literal", "literalDense", "alternation", "alternationDense":
			b.sheet.aim(name, fmt.Sprintf("≤ 400 ms, ≤ 3 × grep -c (is %.1f)", ratio), took <= 400*time.Millisecond && ratio <= 3)
		case "regexOpen":
			b.sheet.aim(name, "≤ 5 s", took <= 5*time.Second)
			first := time.Duration(m.units["first-ms"] * float64(time.Millisecond))
			b.sheet.put("  its first lines", own, ms(first))
			b.sheet.aim("  its first lines", "≤ 50 ms", first <= 50*time.Millisecond)
		}
	}
	return errors.Join(err, failed)
}
