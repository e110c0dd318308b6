package replay

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"ecsole/tui/vterm"
)

// long is a recording of some megabytes, with sizes that change and text in colours.
func long() Recording {
	var all []Event
	add := func(e Event) { all = append(all, e) }
	for i := range 20_000 {
		at := time.Duration(i) * 100 * time.Millisecond
		switch {
		case i%997 == 0:
			add(Event{At: at, Kind: Resize, Cols: 30 + i%50, Rows: 5 + i%7})
		case i%501 == 0:
			add(Event{At: at, Kind: Mark, Text: fmt.Sprint("mark ", i)})
		}
		add(Event{At: at, Kind: Output, Text: fmt.Sprintf("\x1b[3%dmline %d %s\r\n\x1b[", i%8, i, strings.Repeat("žluť漢", 20))})
		add(Event{At: at, Kind: Output, Text: "0m"}) // a sequence cut in two
	}
	return Recording{Cols: 40, Rows: 6}.Of(all...)
}

// straight is the screen at a time, played from the beginning.
func straight(rec Recording, to time.Duration) *vterm.Screen {
	s := vterm.New(rec.Cols, rec.Rows)
	for _, e := range rec.all() {
		if e.At > to {
			break
		}
		switch e.Kind {
		case Output:
			s.Write([]byte(e.Text))
		case Resize:
			s.Resize(e.Cols, e.Rows)
		}
	}
	return s
}

func TestSeekShowsWhatPlayingShows(t *testing.T) {
	rec := long()
	p := newPlayer(rec)
	r := rand.New(rand.NewPCG(1, 2))
	places := []time.Duration{rec.Length, 0, rec.Length / 2, 0, -time.Second, 2 * rec.Length}
	for range 8 {
		places = append(places, time.Duration(r.Int64N(int64(rec.Length))))
	}
	for _, at := range places {
		if err := p.seek(t.Context(), at); err != nil {
			t.Fatal(err)
		}
		want := straight(rec, at)
		for y := range 12 {
			if got, want := p.screen.Styled(y), want.Styled(y); got != want {
				t.Fatalf("at %v, row %d: %q, want %q", at, y, got, want)
			}
		}
	}
	if n := len(p.points); n < 8 || n > pointsKept {
		t.Errorf("%d screens are kept", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := newPlayer(rec).seek(ctx, rec.Length); err == nil {
		t.Error("a seek that was given up goes on")
	}
}

func TestFind(t *testing.T) {
	out := func(s int, text string) Event {
		return Event{At: time.Duration(s) * time.Second, Kind: Output, Text: text}
	}
	rec := Recording{Cols: 40, Rows: 4}.Of([]Event{
		out(1, "$ cat er"), out(2, "r.log\r\n"), out(3, "DROP TA"), out(4, "BLE users\r\n"), out(5, "\x1b[2J\x1b[H"),
		out(6, "drop table again\r\n"), out(7, "\x1b[31mDR\x1b[0mOP TABLE\r\n"),
	}...)
	hits, err := find(t.Context(), rec, regexp.MustCompile(`(?i)drop table`))
	if want := "[4s 6s 7s]"; err != nil || fmt.Sprint(hits) != want {
		t.Errorf("%v, %v; want %s", hits, err, want)
	}
}

func TestText(t *testing.T) {
	var all []Event
	for _, text := range []string{
		"$ ls\r\n", "\x1b[1;34mbin\x1b[0m  etc\r\n", "$ lx\b\x1b[Ks -l\r\n", "50%\r100%\r\n",
		"\x1b[?1049hvi paints\r\n\x1b[2Jthis\x1b[?1049l", "\x1b]52;c;aGk=\x07\x1bP+q\x1b\\after \u202etxt.exe\r\n", "no end",
	} {
		all = append(all, Event{Kind: Output, Text: text}, Event{Kind: Input, Text: "typed"})
	}
	rec := Recording{}.Of(append(all, Event{Kind: Mark, Text: "connected again"})...)
	var b strings.Builder
	if err := Text(&b, rec); err != nil {
		t.Fatal(err)
	}
	want := "$ ls\nbin  etc\n$ ls -l\n100%\n[a full-screen program]\nafter ⟨U+202E⟩txt.exe\nno end\n[connected again]\n"
	if b.String() != want {
		t.Errorf("%q\nwant\n%q", b.String(), want)
	}
}

// TestTextIsBounded prints what wants to be endless.
func TestTextIsBounded(t *testing.T) {
	rec := Recording{}.Of(Event{Kind: Output, Text: "x" + strings.Repeat("\r\x1b[99999@", 10_000) + strings.Repeat("\x1b[99999Cy", 1000) + "\x1b[99999G\x1b[K"})
	var b strings.Builder
	if err := Text(&b, rec); err != nil || b.Len() > 1000*(longestLine+2) {
		t.Errorf("%d bytes, %v", b.Len(), err)
	}
}

func FuzzText(f *testing.F) {
	f.Add("a\x1b[5Cb\x1b[3D\x1b[1K\x1b[2P\x1b[4@x\r\n\x1b[?1049hz\x1b[?1049l\tq")
	f.Fuzz(func(t *testing.T, text string) {
		var b strings.Builder
		if err := Text(&b, Recording{}.Of(Event{Kind: Output, Text: text})); err != nil {
			t.Fatal(err)
		}
		for _, r := range b.String() {
			if r != '\n' && (r < 0x20 || r >= 0x7f && r < 0xa0) {
				t.Fatalf("%q prints %q", text, b.String())
			}
		}
	})
}
