package replay_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui"
	"ecsole/tui/replay"
	"ecsole/tui/screen"
	"ecsole/tui/tuitest"
)

// played is a short session with a long pause, in a terminal that grows.
func played() replay.Recording {
	at := func(s float64, text string) replay.Event {
		return replay.Event{At: time.Duration(s * float64(time.Second)), Kind: replay.Output, Text: text}
	}
	return replay.Recording{Title: "app", Cols: 30, Rows: 5, Begun: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}.Of([]replay.Event{
		at(0.5, "$ first\r\n"), at(1, "\x1b]52;c;aGk=\x07\x1b]2;gotcha\x07\x1b[5nalpha\r\n"),
		{At: 2 * time.Second, Kind: replay.Resize, Cols: 60, Rows: 8},
		{At: 2 * time.Second, Kind: replay.Mark, Text: "connected again"},
		at(3, "beta \u202eevil\r\n"), at(603, "after the pause\r\n"), at(604, "\x1b[41mALPHA\x1b[0m twice\r\n"), at(605, "the end"),
	}...)
}

func watch(t *testing.T, rec replay.Recording, o replay.Options, f func(d *tuitest.Driver)) {
	t.Helper()
	tuitest.Bubble(t, func(t *testing.T) {
		if o.Load == nil {
			o.Load = func(context.Context) (replay.Recording, error) { return rec, nil }
		}
		o.Scope, o.Leave = "shop/app", func() tea.Cmd { return screen.Cmd(screen.Quit{}) }
		model := tui.New(tui.Options{Home: func() screen.Screen { return replay.New(o) }, Compact: true})
		f(tuitest.New(t, model, 80, 24))
	})
}

func TestReplay(t *testing.T) {
	watch(t, played(), replay.Options{}, func(d *tuitest.Driver) {
		began := time.Now()
		d.Sees("replay(shop/app)[30x5]", "▶ playing 1x", "0:00 of 10:05", "$ first")
		d.Sees("alpha", "[60x8]", "connected again", "beta ⟨U+202E⟩evil")
		d.Sees("after the pause", "the end", "■ the end", "10:05 of 10:05", "2026-01-02 03:14:10Z")
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("with its pause cut short it took %v", took)
		}
		if styled := d.Styled(); strings.Contains(styled, "\x1b]") || strings.Contains(styled, "\x1b[5n") || !strings.Contains(styled, "41m") {
			t.Errorf("the screen holds %q", styled)
		}
		d.Press("left").Sees("10:00 of 10:05", "‖ paused").Not("after the pause")
		d.Press("home").Sees("0:00 of 10:05", "[30x5]").Not("$ first", "connected")
		d.Press(".").Sees("$ first").Not("alpha")
		d.Press(".").Sees("alpha")
		d.Press("pgdown").Sees("1:01 of 10:05", "evil")
		d.Press(">", ">", "<").Sees("2x")
	})
}

func TestReplayWithItsPauses(t *testing.T) {
	watch(t, played(), replay.Options{Speed: 4}, func(d *tuitest.Driver) {
		d.Sees("playing 4x", "first").Press("p").Sees("evil").Not("pauses cut", "after the pause")
		began := time.Now()
		for !strings.Contains(d.Screen(), "after the pause") {
			if time.Since(began) > time.Hour {
				t.Fatal(d.Screen())
			}
			time.Sleep(time.Second)
		}
		if took := time.Since(began); took < 145*time.Second || took > 155*time.Second {
			t.Errorf("ten minutes at four times the speed took %v", took)
		}
	})
}

func TestReplaySearch(t *testing.T) {
	watch(t, played(), replay.Options{}, func(d *tuitest.Driver) {
		d.Sees("first").Press("/").Type("alpha\r").Sees("1/2", `"alpha"`, "0:01 of", "‖ paused", "◆")
		d.Press("n").Sees("2/2", "10:04 of", "ALPHA twice")
		d.Press("n").Sees("no match to go to")
		d.Press("N").Sees("1/2", "0:01 of").Not("evil")
		d.Press("/").Type("Alpha\r").Sees("appears nowhere")
		d.Press("esc").Not(`"Alpha"`).Sees("paused")
		d.Press("esc").Ended()
	})
}

func TestReplayOfWhatIsWrong(t *testing.T) {
	rec := played()
	rec.Warning = "CHANGED: it is another file"
	watch(t, rec, replay.Options{}, func(d *tuitest.Driver) { d.Sees("! CHANGED: it is another file", "first") })
	watch(t, replay.Recording{Cols: 10, Rows: 2}, replay.Options{}, func(d *tuitest.Driver) {
		d.Sees("[10x2]", "0:00 of 0:00", "the end").Press("space", "right", ".", "/").Type("x\r").Sees("appears nowhere")
	})
	watch(t, rec, replay.Options{Load: func(context.Context) (replay.Recording, error) {
		return replay.Recording{}, errors.New("it is gone")
	}}, func(d *tuitest.Driver) { d.Sees("it is gone").Press("space").Sees("not read yet") })
}

// TestReplayOfALargeScreen follows the cursor, until a part is chosen.
func TestReplayOfALargeScreen(t *testing.T) {
	var text strings.Builder
	for i := range 60 {
		text.WriteString(strings.Repeat("-", i) + string(rune('A'+i%26)) + "\r\n")
	}
	rec := replay.Recording{Cols: 200, Rows: 62}.Of(replay.Event{At: time.Millisecond, Kind: replay.Output, Text: text.String() + strings.Repeat(">", 150) + "here"})
	watch(t, rec, replay.Options{}, func(d *tuitest.Driver) {
		d.Sees("the end", ">here")
		d.Press("/").Type("^A$\r").Sees("1/1").Sees("│A ")
		d.Press("esc").Sees(">here")
		d.Press("k", "k", "h", "h", "h", "h", "h", "h", "h", "h", "h", "h", "h").Not("here")
	})
}
