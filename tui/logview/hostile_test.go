package logview_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"go.uber.org/goleak"

	"ecsole/lines"
	"ecsole/tui/logview"
	"ecsole/tui/screen"
	"ecsole/tui/tuitest"
)

// press gives a view a key as the shell would.
func press(v *logview.View, key string) {
	for _, a := range v.Actions() {
		for _, k := range a.Keys {
			if k == key {
				screen.Settle(a.Run())
				return
			}
		}
	}
}

// checkFrame fails where a picture is not exactly the size, or holds a control byte
// other than those of colours.
func checkFrame(t testing.TB, what, frame string, width, height int) {
	t.Helper()
	rows := strings.Split(frame, "\n")
	if len(rows) != height {
		t.Fatalf("%s: %d rows, want %d", what, len(rows), height)
	}
	for _, row := range rows {
		if n := ansi.StringWidth(row); n != width {
			t.Fatalf("%s: a row of %d cells, want %d: %q", what, n, width, row)
		}
		for i := 0; i < len(row); i++ {
			switch c := row[i]; {
			case c == 0x1b:
				end := strings.IndexByte(row[i:], 'm')
				if end < 0 || strings.Trim(row[i+1:i+end], "[0123456789;:") != "" || row[i+1] != '[' {
					t.Fatalf("%s: a sequence that is no colour: %q", what, row)
				}
				i += end
			case c < 0x20 || c == 0x7f:
				t.Fatalf("%s: control byte %#x in %q", what, c, row)
			}
		}
		if plain := ansi.Strip(row); strings.ContainsAny(plain, "\u202e\u2066\u0085\u009b\u200f") {
			t.Fatalf("%s: %q", what, plain)
		}
	}
}

func FuzzView(f *testing.F) {
	f.Add("plain", "\x1b[31mred\x1b[0m \x1b]0;x\x07 \xff\xfe \u202e日本", "a", uint8(40), uint8(8))
	f.Add(`{"level":"error","msg":"a\u001b[2Jb\nc","k":{"x":[1,2]}}`, "level=warn msg=\"x\ty\" a=b", "b|x", uint8(80), uint8(20))
	f.Add("\tat x(y)", "\u0301\u0301e👩‍👩‍👧🏽 ก็", "-f e", uint8(3), uint8(3))
	f.Add("k=\x1b[8mhidden", "AKIAIOSFODNN7EXAMPLE\r\n\r", "!k", uint8(1), uint8(1))
	f.Add("0", "0", "0", uint8(0), uint8(37))
	f.Fuzz(func(t *testing.T, one, two, query string, width, height uint8) {
		w, h := int(width%130)+1, int(height%40)+1
		r := newRig(t)
		for i := range 4 {
			r.put("aa\x1b[2J"+one[:min(len(one), 3)], i, one).put("bbb", i, two)
		}
		r.state.Notes = []string{two}
		o := r.options()
		o.Title = "logs(" + one + ")"
		v := logview.New(context.Background(), o)
		v.Init()
		defer v.Close()
		checkFrame(t, "follow", v.View(w, h), w, h)
		for _, k := range []string{"k", "w", "t", "z", "w", "l", "A", "M", "r", "k", "pgup", "f", "H", "g", "j", "m", "G"} {
			press(v, k)
			checkFrame(t, "after "+k, v.View(w, h), w, h)
		}
		for _, a := range v.Actions() {
			if a.Name != "filter" {
				continue
			}
			now, _ := screen.Settle(a.Run())
			p := now[0].(screen.Prompt)
			p.Changed(query)
			checkFrame(t, "typing", v.View(w, h), w, h)
			p.Done(query)
			checkFrame(t, "filtered", v.View(w, h), w, h)
		}
		if strings.ContainsAny(ansi.Strip(v.Title()), "\x1b\n\x07") {
			t.Fatalf("title %q", v.Title())
		}
	})
}

func FuzzRange(f *testing.F) {
	for _, s := range []string{"-15m", "14:05..14:20", "2026-11-22T14:00Z", "..12:00", "3d", "9999999w", "-1ns..", "24:00", "x"} {
		f.Add(s)
	}
	now := noon
	f.Fuzz(func(t *testing.T, s string) {
		r, err := logview.ParseRange(s, now, time.UTC)
		if err != nil {
			if strings.TrimSpace(err.Error()) == "" {
				t.Fatal("an error without a word")
			}
			return
		}
		if !r.To.IsZero() && !r.To.After(r.From) || r.Last < 0 || r.From.After(now) {
			t.Fatalf("%q is %+v", s, r)
		}
	})
}

func TestParseRange(t *testing.T) {
	at := func(s string) time.Time {
		x, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for text, want := range map[string]logview.Range{
		"-15m":                     {Last: 15 * time.Minute, Name: "15m"},
		"2h30m":                    {Last: 150 * time.Minute, Name: "2h30m"},
		"-3d":                      {Last: 72 * time.Hour, Name: "3d"},
		"head":                     {Head: true, Name: "head"},
		"tail":                     {Name: "tail"},
		"11:05..11:20":             {From: at("2026-11-23T11:05:00Z"), To: at("2026-11-23T11:20:00Z"), Name: "11:05..11:20"},
		"22:00..23:30":             {From: at("2026-11-22T22:00:00Z"), To: at("2026-11-22T23:30:00Z"), Name: "22:00..23:30"},
		"2026-11-22T14:00Z":        {From: at("2026-11-22T14:00:00Z"), Name: "2026-11-22T14:00Z"},
		"2026-11-22 .. 2026-11-23": {From: at("2026-11-22T00:00:00Z"), To: at("2026-11-23T00:00:00Z"), Name: "2026-11-22 .. 2026-11-23"},
		"-2h..-1h":                 {From: at("2026-11-23T10:00:00Z"), To: at("2026-11-23T11:00:00Z"), Name: "-2h..-1h"},
		"..11:00":                  {To: at("2026-11-23T11:00:00Z"), Name: "..11:00"},
		"2026-11-22T14:00+01:00..": {From: at("2026-11-22T13:00:00Z"), Name: "2026-11-22T14:00+01:00.."},
		"11:00:30..now":            {From: at("2026-11-23T11:00:30Z"), Name: "11:00:30..now"},
	} {
		got, err := logview.ParseRange(text, noon, time.UTC)
		if err != nil || !got.From.Equal(want.From) || !got.To.Equal(want.To) || got.Last != want.Last || got.Head != want.Head || got.Name != want.Name {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "..", "soon", "11:20..11:05", "2027-01-01", "-0s", "25:00", "-99999d"} {
		if r, err := logview.ParseRange(text, noon, time.UTC); err == nil {
			t.Errorf("%q is taken for %+v", text, r)
		}
	}
}

func TestCloseEndsAllGoroutines(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 3000)
	r.hold = make(chan struct{})
	v := logview.New(context.Background(), r.options())
	ended := make(chan struct{})
	_, watch := screen.Settle(v.Init())
	go func() { defer close(ended); drain(watch) }()
	v.View(80, 24)
	for _, a := range v.Actions() {
		if a.Name == "filter" {
			now, _ := screen.Settle(a.Run())
			now[0].(screen.Prompt).Done("line 0[0-9]")
		}
	}
	press(v, "g")
	var older func()
	for _, a := range v.Actions() {
		if a.Name == "page.up" {
			cmd := a.Run()
			done := make(chan struct{})
			go func() { defer close(done); cmd() }()
			older = func() { <-done }
		}
	}
	v.Close()
	older()
	<-ended
	if r.closed != 1 {
		t.Fatalf("the source was closed %d times", r.closed)
	}
	v.Close()
	v.View(80, 24)
	v.Update(screen.Shown{})
	goleak.VerifyNone(t, tuitest.Ticks()...)
}

// drain runs a Cmd, and those of its batch one after the other.
func drain(cmd tea.Cmd) {
	if batch, ok := cmd().(tea.BatchMsg); ok {
		for _, c := range batch {
			drain(c)
		}
	}
}

func TestManyIdenticalLines(t *testing.T) {
	r := newRig(t)
	id := r.stream("aaa")
	events := make([]lines.Event, 100_000)
	for i := range events {
		events[i] = lines.Event{Time: noon.UnixMilli() + int64(i), Stream: id, Text: "the same again", ID: fmt.Sprint(i)}
	}
	r.store.Append(events, lines.Mode{})
	d := r.show(80, 24).Sees("the same again  ×2000+").Press("k", "k", "pgup", "g", "j").Sees("×2000+")
	r.put("aaa", 200_000, "another")
	d.Press("G").Sees("another")
}
