package chart

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"ecsole/tui/theme"
)

var nan = math.NaN()

func TestSpark(t *testing.T) {
	for _, c := range []struct {
		name   string
		values []float64
		width  int
		o      Options
		want   string
	}{
		{"none", nil, 4, Options{}, "    "},
		{"no width", []float64{1}, 0, Options{}, ""},
		{"scale", []float64{0, 12.5, 25, 37.5, 50, 62.5, 75, 87.5, 100}, 9, Options{}, "▁▁▂▃▄▅▆▇█"},
		{"small stays small", []float64{1, 2, 1, 2}, 4, Options{}, "▁▁▁▁"},
		{"above", []float64{100, 250}, 2, Options{}, "██"},
		{"below zero", []float64{-3}, 1, Options{}, "▁"},
		{"few stand right", []float64{50, 100}, 5, Options{}, "   ▄█"},
		{"gaps", []float64{nan, 50, nan, 50, nan}, 5, Options{}, " ▄·▄·"},
		{"only gaps", []float64{nan, nan}, 3, Options{}, "   "},
		{"peaks stay", []float64{1, 1, 100, 1, 1, 1}, 2, Options{}, "█▁"},
		{"a gap hides in its cell", []float64{nan, 50, nan, nan}, 2, Options{}, "▄·"},
		{"other scale", []float64{1, 2}, 2, Options{Max: 2}, "▄█"},
		{"ascii", []float64{0, 30, 60, 100, nan, 1}, 6, Options{ASCII: true}, "_.-# _"},
		{"infinite", []float64{math.Inf(1), math.Inf(-1)}, 2, Options{}, "█▁"},
	} {
		if got := Spark(c.values, c.width, c.o); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestSparkCell(t *testing.T) {
	for _, c := range []struct {
		values        []float64
		text, current string
	}{
		{nil, "", ""},
		{[]float64{nan}, "", ""},
		{[]float64{0}, "   ▁   0%", "0"},
		{[]float64{0.2}, "   ▁  <1%", "0.2"},
		{[]float64{42.4, nan}, "  ▄·  42%", "42.4"},
		{[]float64{69.9}, "   ▆  70%!", "69.9"},
		{[]float64{70}, "   ▆  70%!", "70"},
		{[]float64{95}, "   █  95%!!", "95"},
		{[]float64{100}, "   █ 100%!!", "100"},
		{[]float64{137}, "   █ +137%!!", "137"},
		{[]float64{math.Inf(1)}, "   █ +inf%!!", "+Inf"},
	} {
		text, current := SparkCell(c.values, 4, Options{})
		if text != c.text || current != c.current {
			t.Errorf("%v: %q %q, want %q %q", c.values, text, current, c.text, c.current)
		}
	}
}

func TestColoredSaysTheSame(t *testing.T) {
	th := theme.New(theme.Options{})
	values := []float64{nan, 10, 75, 95, nan, 20}
	p := PensOf(th)
	colored, _ := ColoredCell(values, 6, Options{}, p)
	text, _ := SparkCell(values, 6, Options{})
	if ansi.Strip(colored) != text {
		t.Errorf("%q differs from %q", ansi.Strip(colored), text)
	}
	if n := strings.Count(colored, "\x1b[m"); n < 5 {
		t.Errorf("only %d runs of colour in %q", n, colored)
	}
	th.SetProfile(colorprofile.NoTTY)
	if got := Colored([]float64{10}, 1, Options{}, PensOf(th)); got != "▁" {
		t.Errorf("without colours: %q", got)
	}
}

func FuzzSpark(f *testing.F) {
	f.Add(3.0, 50.0, nan, 7, 12, 100.0, false)
	f.Fuzz(func(t *testing.T, a, b, c float64, n, width int, scale float64, ascii bool) {
		n, width = n&63, width&63
		var values []float64
		for i := range n {
			values = append(values, []float64{a, b, c}[i%3])
		}
		o := Options{Max: scale, ASCII: ascii}
		s := Spark(values, width, o)
		if got := ansi.StringWidth(s); got != width {
			t.Fatalf("%q is %d wide, want %d", s, got, width)
		}
		if ascii && strings.ContainsFunc(s, func(r rune) bool { return r > 126 }) {
			t.Fatalf("%q is not ASCII", s)
		}
		text, current := SparkCell(values, width, o)
		if (text == "") != (current == "") || (current == "") != math.IsNaN(Current(values)) {
			t.Fatalf("%q %q", text, current)
		}
	})
}

func hist(cursor int, buckets ...Bucket) Histogram {
	return Histogram{Start: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Step: time.Minute, Buckets: buckets, Cursor: cursor}
}

func TestHistogram(t *testing.T) {
	th := theme.New(theme.Options{})
	buckets := []Bucket{{}, {Count: 1}, {Count: 8}, {Count: 16, Bad: 8}, {Count: 4}}
	for _, c := range []struct {
		name   string
		h      Histogram
		width  int
		height int
		want   []string
	}{
		{"without cursor", hist(-1, buckets...), 32, 3, []string{
			"                  ██████        ",
			"      ▁▁▁▁▁▁██████▒▒▒▒▒▒▄▄▄▄▄▄  ",
			"12:00:00Z              12:05:00Z",
		}},
		{"cursor, text at the left", hist(3, buckets...), 40, 2, []string{
			"        ▁▁▁▁▁▁▁▁▄▄▄▄▄▄▄▄▒▒▒▒▒▒▒▒▂▂▂▂▂▂▂▂",
			"      12:03:00Z  16 (8 bad) ▲           ",
		}},
		{"cursor, text at the right", hist(0, buckets...), 20, 1, []string{
			"  ▲ 12:00:00Z  0    ",
		}},
		{"narrow", hist(-1, buckets...), 3, 2, []string{" ▃▒", "12:"}},
		{"nothing", hist(-1), 4, 2, []string{"    ", "    "}},
	} {
		got := ansi.Strip(c.h.View(c.width, c.height, PensOf(th)))
		if want := strings.Join(c.want, "\n"); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, want)
		}
	}
	h := hist(-1, buckets...)
	h.ASCII = true
	if got := ansi.Strip(h.View(5, 2, PensOf(th))); got != " ##x#\n12:00" {
		t.Errorf("ASCII: %q", got)
	}
}

func TestHistogramMergesBuckets(t *testing.T) {
	var buckets []Bucket
	for i := range 100 {
		buckets = append(buckets, Bucket{Count: i})
	}
	h := hist(-1, buckets...)
	bars, most := h.bars(10)
	sum := 0
	for _, b := range bars {
		sum += b.Count
	}
	if len(bars) != 10 || sum != 4950 || most != 945 {
		t.Errorf("%d bars, sum %d, most %d", len(bars), sum, most)
	}
	for x := range 10 {
		if got := h.BucketAt(x, 10); got != x*10 {
			t.Errorf("BucketAt(%d) = %d", x, got)
		}
	}
	if h.BucketAt(10, 10) != -1 || h.BucketAt(-1, 10) != -1 {
		t.Error("beside the bars there is no bucket")
	}
}

func FuzzHistogram(f *testing.F) {
	f.Add(10, 40, 5, 3, int64(60), true)
	f.Fuzz(func(t *testing.T, n, width, height, cursor int, step int64, ascii bool) {
		n, width, height = n&127, width&127, height&15
		h := hist(cursor)
		h.Step = time.Duration(step % int64(100*time.Hour))
		h.ASCII = ascii
		for i := range n {
			h.Buckets = append(h.Buckets, Bucket{Count: i * i, Bad: i})
		}
		view := h.View(width, height, PensOf(theme.New(theme.Options{})))
		if width == 0 || height == 0 {
			return
		}
		lines := strings.Split(view, "\n")
		if len(lines) != height {
			t.Fatalf("%d lines, want %d", len(lines), height)
		}
		for _, l := range lines {
			if got := ansi.StringWidth(l); got != width {
				t.Fatalf("%q is %d wide, want %d", l, got, width)
			}
		}
	})
}

func BenchmarkSparkCell(b *testing.B) {
	values := make([]float64, 30)
	for i := range values {
		values[i] = float64(i * 3)
	}
	p := PensOf(theme.New(theme.Options{}))
	b.Run("plain", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			SparkCell(values, 10, Options{})
		}
	})
	b.Run("colored", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			ColoredCell(values, 10, Options{}, p)
		}
	})
}
