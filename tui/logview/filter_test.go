package logview_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/lines"
	"ecsole/tui/logview"
	"ecsole/tui/screen"
)

func TestFilterKeepsMatchingLinesAndStacks(t *testing.T) {
	r := newRig(t).put("aaa", 0, "apple pie").put("aaa", 1, "apple juice").put("aaa", 2, "pear pie")
	d := r.show(80, 24).Sees("pear pie")
	d.Type("/apple").Sees("apple pie", "apple juice").Not("pear pie").Press("enter").Sees("‹apple› 2 lines", "</apple>")
	d.Type("/pie\r").Sees("‹apple› ‹pie› 1 line", "apple pie").Not("juice")
	r.put("aaa", 3, "apple and another pie").put("aaa", 4, "pear again")
	d.Sees("apple and another pie").Not("pear again")
	d.Press("esc").Sees("juice").Not("pear").Press("esc").Sees("pear again")
}

func TestFilterBesideTheTrap(t *testing.T) {
	r := newRig(t).put("aaa", 0, "one").put("aaa", 1, "two words here").put("aaa", 2, "[odd]")
	d := r.show(100, 24).Sees("[odd]")
	d.Type("/two words\r").Sees("two words here").Not("one").Press("backspace").Sees("one")
	d.Type("/!one\r").Sees("two words", "[odd]").Not(" one ").Press("esc")
	d.Type("/o[").Sees(`filter "o["`).Press("esc").Sees("one", "[odd]").Not("filter")
	// A filter that cannot be read never shows everything.
	d.Type("/two").Not("[odd]").Type("[").Sees("bad expression").Not("[odd]").Press("enter").Sees("bad expression", "one")
	d.Type("/nothing like it\r").Sees("None of 3 lines matches")
}

func TestExcludeAndTakeOffOne(t *testing.T) {
	r := newRig(t).put("aaa", 0, "GET /health").put("aaa", 1, "GET /cart").put("aaa", 2, "PUT /cart")
	d := r.show(80, 24).Sees("PUT /cart").Type("x").Type("health\r").Sees("‹!health›").Not("GET /health")
	d.Type("/GET\r").Not("PUT").Type("X").Sees("Take off a filter").Press("enter").Sees("GET /health", "‹GET›").Not("PUT")
	d.Type("X").Press("k", "enter").Sees("PUT /cart").Not("‹")
}

func TestSearchKeepsAllLines(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 300).put("aaa", 5, "needle one").put("aaa", 15_000, "needle two").put("aaa", 40_000, "the end")
	d := r.show(80, 24).Sees("the end").Type("//needle\r")
	d.Sees("needle two", "line 00151", "2/2 hits").Press("N").Sees("needle one", "1/2 hits", "line 00001")
	d.Press("n").Sees("needle two", "2/2").Press("n").Sees("needle one", "went on at the other end")
	d.Type("//line 00250\r").Sees("line 00250", "line 00249")
	d.Type("//no such thing\r").Sees("is not found").Not("so far")
	d.Press("esc").Not("hits")
	r.set(func(s *lines.State) { s.Reading = "12:00–12:10" })
	d.Type("//nothing yet\r").Sees("is not found in what has been read so far")
}

func TestSearchWithinAFilter(t *testing.T) {
	r := newRig(t).put("aaa", 0, "GET cart").put("aaa", 1, "PUT cart").put("aaa", 2, "GET pay")
	r.show(80, 24).Sees("GET pay").Type("/GET\r").Not("PUT").Type("//cart\r").Sees("1/1 hit")
}

func TestContextLines(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 200)
	d := r.show(80, 24).Sees("line 00199").Type("/line 000[49]0\r").Sees("line 00040", "line 00090").Not("line 00041")
	d.Press("o").Sees("line 00038", "line 00042", "line 00088", "line 00092", "╌╌╌", "±2").Not("line 00043", "line 00087")
	d.Press("k", "k", "k", "k", "k").Sees("line 00042").Press("g").Sees("line 00038").Press("o", "o", "o").Not("line 00041")
}

func TestFieldConditions(t *testing.T) {
	r := newRig(t)
	for i, status := range []int{200, 404, 503} {
		r.put("aaa", i, fmt.Sprintf(`{"level":"info","msg":"request %d","status":%d,"user":{"id":"%d"}}`, i, status, i))
	}
	d := r.show(100, 24).Sees("request 2").Type("/status>=500\r").Sees("request 2").Not("request 1")
	d.Press("esc").Type(`/.user.id="1"` + "\r").Sees("request 1").Not("request 2").Press("esc")
	d.Type("v").Type("status user.id\r").Sees("STATUS", "USER.ID", "MESSAGE")
	if got := strings.Join(strings.Fields(d.Line("request 1")), " "); !strings.Contains(got, "404 1 request 1") {
		t.Fatalf("the fields are no columns: %q", got)
	}
}

func TestStructuredLinesAndRaw(t *testing.T) {
	r := story(t)
	d := r.show(120, 40).Sees("W slow checkout  ms=812  user={")
	d.Sees("E checkout failed, giving up  order=17  took=3s").Press("r").Sees(`"level":"warn","msg":"slow checkout"`, `level=error msg="checkout failed`)
}

func TestFolding(t *testing.T) {
	r := story(t)
	d := r.show(120, 40).Sees("health ok  ×5", "no checkout stock  +4 lines").Not("Stock.java:10")
	d.Press("z").Sees("Stock.java:10", "Stock.java:13").Not("×5")
}

func TestSecretsAreMasked(t *testing.T) {
	r := story(t)
	d := r.show(120, 40).Sees("the key is AKIA▒▒▒▒ ok").Not("IOSFODNN7EXAMPLE")
	d.Press("ctrl+s").Sees("saved to /saves/logs-prod/shop.log")
	if f := r.file("logs-prod/shop.log"); !strings.Contains(f, "AKIA▒▒▒▒") || strings.Contains(f, "IOSFODNN7EXAMPLE") {
		t.Fatalf("saved:\n%s", f)
	}
	d.Press("M").Sees("AKIAIOSFODNN7EXAMPLE", "Secrets:Shown")
	if r.shown != 1 {
		t.Fatalf("journalled %d times", r.shown)
	}
	d.Press("M").Not("IOSFODNN7EXAMPLE")
}

func TestSecretsStayMaskedOffTheRecord(t *testing.T) {
	r := story(t)
	r.refuse = errors.New("the disk is full")
	d := r.show(120, 40).Sees("the key is AKIA▒▒▒▒ ok")
	d.Press("M").Sees("secrets stay hidden", "the disk is full").Not("IOSFODNN7EXAMPLE")
}

func TestSaveTakesAllMatchingLines(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 5000)
	d := r.show(80, 24).Sees("line 04999").Type("/line 0[1-3]\r").Sees("3,000 lines").Press("ctrl+s").Sees("5,000 lines").Press("enter").Sees("3,000 lines saved")
	f := r.file("logs-prod/shop.log")
	if n := strings.Count(f, "\n"); n != 3000 || !strings.HasPrefix(f, "2026-11-23T12:01:40.000Z aaa line 01000\n") {
		t.Fatalf("%d lines, begins %.80q", n, f)
	}
	d.Press("S").Sees("all lines").Press("enter").Wait("for the file", func(string) bool { return r.file("logs-prod/shop.jsonl") != "" })
	first, _, _ := strings.Cut(r.file("logs-prod/shop.jsonl"), "\n")
	if want := `{"time":"2026-11-23T12:01:40.000Z","ingested":"2026-11-23T12:01:40.000Z","logGroup":"/ecs/shop","logStream":"web/web/aaa","container":"web","task":"aaa","message":"line 01000"}`; first != want {
		t.Fatalf("got  %s\nwant %s", first, want)
	}
}

func TestSavedTextIsHarmless(t *testing.T) {
	r := newRig(t).put("aaa", 0, "a\x1b]0;title\x07b\u009b2J")
	r.show(80, 24).Sees("title").Press("ctrl+s").Sees("saved")
	if f := r.file("logs-prod/shop.log"); strings.ContainsAny(f, "\x1b\x07\u009b") {
		t.Fatalf("%q", f)
	}
}

func TestCopy(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 30)
	d := r.show(80, 24).Sees("line 00029")
	copied := func(n int) string {
		t.Helper()
		d.Wait("for the copy", func(string) bool { return len(d.Copied()) >= n })
		return d.Copied()[n-1]
	}
	d.Press("k", "c").Sees("event")
	if got := copied(1); !strings.HasSuffix(got, "aaa line 00028") {
		t.Fatalf("%q", got)
	}
	d.Press("space", "k", "k")
	for _, l := range []string{"line 00028", "line 00027", "line 00026"} {
		if !strings.Contains(shaded(d.Styled(), l), "48;") {
			t.Errorf("%s is selected, and looks like the others", l)
		}
	}
	d.Press("c").Sees("3 lines")
	if got := copied(2); strings.Count(got, "\n") != 2 {
		t.Fatalf("%q", got)
	}
	d.Press("esc", "G", "c")
	if got := copied(3); strings.Count(got, "\n") < 12 {
		t.Fatalf("%q", got)
	}
}

func TestEventIsOpenedWhole(t *testing.T) {
	r := story(t)
	d := r.show(120, 40).Sees("slow checkout").Type("//slow\r").Sees("1/1").Press("enter")
	d.Sees("event(9c8d7e)", `"ms": 812`, "2026-11-23 12:00:00.100 UTC", "500ms later", "/ecs/shop", "web/web/9c8d7e", "warn")
	d.Press("esc").Type("//IllegalState\r").Sees("1/1 hit").Press("enter").Sees("Message, 5 lines", "Stock.java:10", "Stock.java:13")
	d.Press("esc").Type("//order=17\r").Sees("1/1 hit").Press("enter").Sees("order", "17", "checkout failed, giving up")
	// Frames that a filter has left out are part of the event.
	d.Press("esc").Type("/IllegalState\r").Sees("‹IllegalState› 1 line").Press("enter").Sees("Stock.java:13")
}

func TestPatterns(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 200).put("bbb", 19_990, "ERROR order 17 failed: 3f2a1b9c8d7e").put("bbb", 19_995, "ERROR order 18 failed: 99aa1b9c8d7e")
	d := r.show(120, 24).Sees("order 18").Press("P").Sees("patterns[2] of 202 lines", "line <n>", "order <n> failed: <hex>", "new")
	if got := strings.Fields(d.Line("order <n>")); len(got) < 3 || !strings.Contains(strings.Join(got, " "), "2 new error") {
		t.Fatalf("%q", got)
	}
	d.Press("j", "enter").Sees("order 17", "order 18", "2 lines").Not("line 00199")
	d.Press("esc", "P").Sees("line <n>").Press("x").Sees("order 17").Not("line 00199")
}

func TestHistogram(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 600).put("aaa", 30_000, "ERROR here")
	r.state.Following = false
	d := r.show(80, 24, func(o *logview.Options) {
		o.Happened = happened
	}).Sees("line 00599").Press("H").Sees("12:00:00Z", "12:01:0", "D  D: 1 deployment").Not("alarm", "task stop")
	d.Press("<").Sees("▲").Sees("Autoscroll:Off")
	for range 5 {
		d.Press("<")
	}
	d.Sees("12:00:5", "▲").Press(">").Sees("▲")
	for range 60 {
		if strings.Contains(d.Screen(), "deployment 7 started") {
			break
		}
		d.Press("<")
	}
	d.Sees("deployment 7 started", "12:00:30")
	d.Press("H").Not("▲", "deployment")
}

func TestHistogramSaysWhatIsNotKnown(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 600)
	r.show(80, 24, func(o *logview.Options) {
		o.Happened = func(context.Context, time.Time) ([]logview.Tick, error) { return nil, errors.New("alarms are denied") }
	}).Sees("line 00599").Press("H").Sees("some are not known: alarms are denied")
}

func TestHeadIsSaidAboveTheLines(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 600)
	reasons := []string{"aaa stopped 12:01: exit 137", "bbb stopped", "ccc stopped", "ddd stopped", "eee stopped", "fff stopped", "ggg stopped"}
	d := r.show(80, 24, func(o *logview.Options) { o.Head = reasons }).Sees("• aaa stopped 12:01: exit 137", "line 00599")
	if at := strings.Index(d.Screen(), "exit 137"); at > strings.Index(d.Screen(), "line 00599") {
		t.Errorf("the reason is not above the lines:\n%s", d.Screen())
	}
	d.Sees("and 4 more")
}

func TestToolsGetTheLinesThatMatch(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 20).put("aaa", 30_000, "key AKIAIOSFODNN7EXAMPLE \x1b[2Jhere")
	var got atomic.Value
	var with atomic.Int32 // the tools, as digits
	d := r.show(80, 24, func(o *logview.Options) {
		o.Tool = func(_ context.Context, tool logview.Tool, name string, write func(io.Writer) error) (tea.Cmd, error) {
			var b strings.Builder
			err := write(&b)
			got.Store(b.String())
			with.Store(10*with.Load() + int32(tool) + 1)
			return screen.Cmd(screen.Flash{Text: "opened " + name}), err
		}
	}).Sees("here").Type("/key\r").Sees("1 line").Press("V").Sees("opened logs-")
	if text := got.Load().(string); strings.Count(text, "\n") != 1 || strings.Contains(text, "AKIAIOSFODNN7EXAMPLE") || strings.Contains(text, "\x1b") {
		t.Errorf("%q", text)
	}
	d.Press("esc").Press("E").Wait("the editor", func(string) bool { return with.Load() == 12 })
	if text := got.Load().(string); strings.Count(text, "\n") != 21 {
		t.Errorf("%q", text)
	}
}

func TestSaveAsksWhetherToFilter(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 20)
	d := r.show(80, 24).Sees("line 00019").Type("/00019\r").Sees("‹00019› 1 line").Press("ctrl+s").Sees("lines that match", "20 lines").Press("2").Sees("20 lines saved")
	d.Press("S").Sees("lines that match").Press("enter").Sees("1 line saved")
}

func TestLive(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 3)
	d := r.show(120, 24).Sees("line 00002").Press("T").Sees("Live:starting", "about $0.01")
	d.Press("T").Not("Live:")
	if len(r.live) != 2 || !r.live[0] || r.live[1] {
		t.Fatalf("%v", r.live)
	}
}

func TestJump(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 600)
	d := r.show(80, 24).Sees("line 00599").Type("@").Type("12:00:30\r").Sees("line 00300", "Autoscroll:Off")
	d.Type("@").Type("11:00\r").Sees("[from 2026-11-23 11:00:00Z]")
}

func TestChunks(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 3000)
	d := r.show(80, 24).Sees("line 02999").Press("{").Not("line 02900").Press("}").Sees("line 02999")
	d.Press("}").Sees("Autoscroll:On")
}

func happened(_ context.Context, since time.Time) ([]logview.Tick, error) {
	if !since.Equal(noon) {
		return nil, fmt.Errorf("asked since %s", since)
	}
	return []logview.Tick{{Time: noon.Add(30 * time.Second), Kind: 'd', Text: "deployment 7 started"}, {Time: noon.Add(-time.Hour), Kind: 's'}, {Time: noon.Add(time.Hour), Kind: 'a'}}, nil
}

// shaded is the row of a styled screen that holds a text.
func shaded(screen, text string) string {
	for row := range strings.SplitSeq(screen, "\n") {
		if strings.Contains(row, text) {
			return row
		}
	}
	return ""
}
