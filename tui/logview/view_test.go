package logview_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"ecsole/lines"
	"ecsole/tui/logview"
	"ecsole/tui/tuitest"
)

func TestFollowsAtTheBottomAndPausesAbove(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 100)
	d := r.show(80, 24).Sees("line 00099", "Autoscroll:On")
	r.fill("aaa", 100, 1)
	d.Sees("line 00100")
	d.Press("k").Sees("Autoscroll:Off", "line 00100")
	r.fill("aaa", 101, 123)
	d.Sees("+123 new")
	if strings.Contains(d.Screen(), "line 00101") {
		t.Fatalf("the view has moved:\n%s", d.Screen())
	}
	d.Press("G").Sees("line 00223", "Autoscroll:On").Not("new")
	// Down on the last line follows again, too.
	d.Press("k", "k").Sees("Autoscroll:Off").Press("j", "j", "j").Sees("Autoscroll:On")
	// And so does a page down that reaches the end.
	d.Press("ctrl+b").Sees("Autoscroll:Off").Not("line 00223").Press("ctrl+f").Sees("line 00223").Press("ctrl+f").Sees("Autoscroll:On")
}

func TestTopAndOlder(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 100)
	r.hold = make(chan struct{})
	n := 0
	r.back = func(r *rig) error {
		if n++; n == 3 {
			r.set(func(s *lines.State) { s.AtStart = true })
			return nil
		}
		r.fill("aaa", -50*n, 50)
		return nil
	}
	d := r.show(80, 24).Sees("line 00099").Press("g").Sees("line 00000", "Autoscroll:Off")
	d.Press("pgup").Sees("reading older…").Press("j").Sees("line 00000") // no key waits
	r.hold <- struct{}{}
	d.Not("reading older").Sees("line 00000")
	d.Press("g").Sees("line -0050")
	close(r.hold)
	d.Press("pgup").Sees("line -0055") // what was read is scrolled to
	d.Press("g", "k").Sees("this is the first line there is")
}

func TestOlderThatFailsSaysSo(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 3)
	r.back = func(*rig) error { return errors.New("no way back") }
	r.show(80, 24).Sees("line 00002").Press("g", "pgup").Sees("older lines could not be read")
}

func TestLateLinesGoWhereTheyBelongAndAreCounted(t *testing.T) {
	r := newRig(t).put("aaa", 0, "first").put("bbb", 2000, "third")
	d := r.show(80, 24).Sees("first", "third")
	r.add(lines.Mode{Late: true}, "aaa", 1000, "second")
	d.Sees("1 came late").Wait("for the order", func(s string) bool {
		a, b, c := strings.Index(s, "first"), strings.Index(s, "second"), strings.Index(s, "third")
		return a >= 0 && a < b && b < c
	})
	d.Wait("for its sign, and for that alone", func(s string) bool {
		for l := range strings.SplitSeq(s, "\n") {
			inside := strings.TrimLeft(l, "│")
			if marked := strings.HasPrefix(inside, "+"); marked != strings.Contains(l, "second") && strings.Contains(l, "aaa") {
				return false
			}
		}
		return true
	})
}

func TestRangesAreOpenedAgain(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 3)
	d := r.show(80, 24).Sees("line 00002", "[tail]")
	d.Press("3").Sees("[5m]", "No lines yet")
	r.put("bbb", 0, "of the last minutes")
	d.Sees("of the last minutes").Press("1").Sees("[head]")
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.opened) != 3 || r.opened[1].Last != 5*time.Minute || !r.opened[2].Head || r.closed != 2 {
		t.Fatalf("opened %+v, closed %d", r.opened, r.closed)
	}
}

func TestHeadBeginsAtTheTop(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 100)
	r.show(80, 24, func(o *logview.Options) { o.Range = logview.Range{Head: true, Name: "head"} }).
		Sees("line 00000", "Autoscroll:Off").Not("line 00099")
}

func TestRangePrompt(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 3)
	d := r.show(80, 24).Sees("line 00002").Type("R").Type("12:05..12:20\r").Sees("[12:05..12:20]")
	r.mu.Lock()
	got := r.opened[1]
	r.mu.Unlock()
	if !got.From.Equal(noon.Add(5*time.Minute)) || !got.To.Equal(noon.Add(20*time.Minute)) {
		t.Fatalf("%+v", got)
	}
	d.Type("R").Type("yesterday\r").Sees("no time: yesterday")
}

func TestWrapTimestampsFullScreen(t *testing.T) {
	long := strings.Repeat("abcdefghi ", 12) + "END"
	r := newRig(t).put("aaa", 1234, long)
	d := r.show(80, 24).Sees("abcdefghi").Not("END")
	d.Press("w").Sees("END", "Wrap:On").Press("w").Not("END")
	d.Press("t").Sees("12:00:01.234Z", "Timestamps:UTC").Press("t").Sees("Timestamps:Local").Press("t").Sees("Timestamps:Off")
	d.Press("f").Sees("FullScreen:On").Not("┌").Press("esc").Sees("┌")
	for range 6 {
		d.Press("l")
	}
	d.Sees("END").Press("h", "h", "h", "h", "h", "h").Not("END")
}

func TestNamesAndColours(t *testing.T) {
	r := newRig(t).put("aaa", 0, "one").put("bbb", 10, "two")
	d := r.show(80, 24).Sees("aaa", "bbb")
	a, b := styleBefore(d.Styled(), "aaa"), styleBefore(d.Styled(), "bbb")
	if a == b || a == "" || b == "" {
		t.Fatalf("the names have the styles %q and %q", a, b)
	}
	r2 := newRig(t).put("aaa", 0, "alone")
	r2.show(80, 24).Sees("alone").Not("aaa")
}

// styleBefore is the sequence that stands right before a text.
func styleBefore(screen, text string) string {
	i := strings.Index(screen, text)
	if i < 0 {
		return ""
	}
	j := strings.LastIndex(screen[:i], "\x1b[")
	if j < 0 || !strings.HasSuffix(screen[j:i], "m") {
		return ""
	}
	return screen[j:i]
}

func TestColoursOfTheApplication(t *testing.T) {
	r := newRig(t).put("aaa", 0, "plain \x1b[35mmagenta\x1b[0m \x1b[2Jnot cleared")
	d := r.show(80, 24).Sees("plain magenta not cleared")
	if got := styleBefore(d.Styled(), "magenta"); got != "\x1b[35m" {
		t.Fatalf("style %q", got)
	}
	d.Press("A").Sees("magenta")
	if got := styleBefore(d.Styled(), "magenta"); got == "\x1b[35m" {
		t.Fatal("the colour stays")
	}
}

func TestLevels(t *testing.T) {
	r := newRig(t).put("aaa", 0, "INFO fine").put("aaa", 1, "WARN careful").put("aaa", 2, "ERROR broken")
	d := r.show(80, 24).Sees("fine", "careful", "broken")
	if a, b := styleBefore(d.Styled(), "WARN careful"), styleBefore(d.Styled(), "ERROR broken"); a == b {
		t.Fatalf("both are %q", a)
	}
	d.Press("e").Sees("‹level>=warn›", "careful", "broken").Not("fine")
	d.Press("e").Sees("‹level>=error›").Not("careful").Press("e").Sees("fine").Not("level>=")
}

func TestMarkClear(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 3)
	d := r.show(80, 24).Sees("line 00002").Press("m").Sees("── 2026-11-23 13:00:00Z ──")
	r.fill("aaa", 3, 1)
	d.Wait("for the mark above the new line", func(s string) bool {
		return strings.Contains(s, "line 00003") && strings.Index(s, "13:00:00Z") < strings.Index(s, "line 00003")
	})
	d.Press("C").Sees("Cleared").Not("line 00003")
	r.fill("aaa", 4, 1)
	d.Sees("line 00004").Not("line 00003")
	d.Press("pgup").Sees("line 00000", "shown again")
}

func TestStates(t *testing.T) {
	for name, c := range map[string]struct {
		state lines.State
		sees  []string
	}{
		"reading":   {lines.State{Following: true}, []string{"Reading …"}},
		"none":      {lines.State{Following: true, Read: noon, Oldest: noon}, []string{"No lines yet, back to 2026-11-23 12:00:00Z"}},
		"elsewhere": {lines.State{Ended: "none of the containers logs to CloudWatch", Notes: []string{"container web: driver none: not kept"}}, []string{"none of the containers logs to CloudWatch", "driver none"}},
		"denied": {lines.State{Following: true, Problems: []lines.Problem{{Source: "/ecs/shop", Class: "denied", Action: "logs:FilterLogEvents", Hint: "ask for it"}}},
			[]string{"✗ denied: logs:FilterLogEvents is missing (ask for it) · /ecs/shop"}},
		"lag": {lines.State{Following: true, Read: noon, Lag: 14 * time.Second}, []string{"lag 14 s"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.state = c.state
			r.show(120, 24).Sees(c.sees...)
		})
	}
}

func TestProblemsComeAndGo(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 3)
	d := r.show(80, 24).Sees("line 00002")
	r.set(func(s *lines.State) {
		s.Problems = []lines.Problem{{Source: "/ecs/shop", Class: "throttled", Text: "Rate exceeded"}}
	})
	d.Sees("✗ throttled: Rate exceeded · /ecs/shop", "line 00002")
	r.set(func(s *lines.State) { s.Problems = nil })
	d.Not("throttled")
}

func TestEndedStreamsSayWhy(t *testing.T) {
	r := newRig(t).put("aaa", 0, "working")
	d := r.show(80, 24).Sees("working")
	r.add(lines.Mode{Notice: true}, "aaa", 10, "exit code 137: OutOfMemory")
	d.Sees("── exit code 137: OutOfMemory ──")
}

func TestDroppedLinesAreCounted(t *testing.T) {
	r := newRig(t)
	r.budget = lines.NewBudget(1 << 20)
	r.fill("aaa", 0, 40_000)
	d := r.show(100, 24).Sees("line 39999", "dropped")
	d.Press("g").Wait("for the first line there is", func(s string) bool { return !strings.Contains(s, "line 39999") })
}

func TestHiddenViewsDoNotDraw(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 3)
	d := r.show(80, 24).Sees("line 00002").Press("?").Sees("Full screen")
	frames := d.Frames()
	for i := range 50 {
		r.fill("aaa", 10+i, 1)
	}
	if n := d.Press("j").Frames() - frames; n > 12 {
		t.Fatalf("%d frames while hidden", n)
	}
	d.Press("esc").Sees("line 00059")
}

func TestFullScreenReleasesTheWholeScreen(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 100)
	d := r.show(80, 24).Sees("line 00099").Press("f").Sees("line 00077")
	if first := strings.SplitN(d.Screen(), "\n", 3)[1]; !strings.HasPrefix(first, "line 000") {
		t.Fatalf("there is a margin: %q", first)
	}
}

func TestGolden(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {40, 10}} {
		t.Run(fmt.Sprintf("follow/%dx%d", size[0], size[1]), func(t *testing.T) {
			story(t).show(size[0], size[1]).Sees("exit code 1").Golden()
		})
		t.Run(fmt.Sprintf("paused/%dx%d", size[0], size[1]), func(t *testing.T) {
			r := story(t)
			d := r.show(size[0], size[1], func(o *logview.Options) { o.Timestamps = true }).Sees("exit code 1").Press("k", "k", "k")
			r.put("3f2a1b", 9000, "INFO later")
			d.Sees("+1 new").Golden()
		})
		t.Run(fmt.Sprintf("wrapped/%dx%d", size[0], size[1]), func(t *testing.T) {
			story(t).show(size[0], size[1], func(o *logview.Options) { o.Wrap = true }).Sees("exit code 1").Golden()
		})
		t.Run(fmt.Sprintf("filtered/%dx%d", size[0], size[1]), func(t *testing.T) {
			story(t).show(size[0], size[1]).Sees("exit code 1").Type("/checkout\r").Sees("‹checkout› 3 lines").Golden()
		})
	}
	t.Run("styled", func(t *testing.T) {
		story(t).show(80, 24).Sees("exit code 1").GoldenStyled()
	})
}

// story are lines of every kind.
func story(t testing.TB) *rig {
	r := newRig(t)
	r.put("3f2a1b", 0, "2026-11-23T12:00:00.000Z INFO starting up")
	r.put("9c8d7e", 100, `{"time":"2026-11-23T12:00:00.1Z","level":"warn","msg":"slow checkout","ms":812,"user":{"id":"7"}}`)
	for i := range 5 {
		r.put("3f2a1b", 200+i, fmt.Sprintf("2026-11-23T12:00:00.20%dZ INFO health ok", i))
	}
	r.put("9c8d7e", 300, `time=2026-11-23T12:00:00.3Z level=error msg="checkout failed, giving up" order=17 took=3s`)
	r.put("3f2a1b", 400, "java.lang.IllegalStateException: no checkout stock")
	for i := range 4 {
		r.put("3f2a1b", 401+i, fmt.Sprintf("\tat com.example.Stock.take(Stock.java:%d)", 10+i))
	}
	r.put("3f2a1b", 500, "the key is AKIAIOSFODNN7EXAMPLE ok")
	r.put("9c8d7e", 600, "日本語 and \x1b[31mred\x1b[0m and \x1b]52;c;aGk=\x07 clipboard, \u202eturned")
	r.add(lines.Mode{Notice: true}, "9c8d7e", 700, "exit code 1: Essential container in task exited")
	return r
}

var _ = tuitest.Deadline
