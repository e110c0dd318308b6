package logview_test

import (
	"strings"
	"testing"
)

// A switch that is on holds for the range that is read next.
func TestLiveTailStaysOnWithAnotherRange(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 3)
	d := r.show(120, 24).Sees("line 00002")
	d.Press("T").Sees("Live:starting").Press("4").Sees("[15m]")
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.live) != 2 || !r.live[0] || !r.live[1] {
		t.Errorf("Live Tail was switched %v, and the screen says that it is on:\n%s", r.live, d.Screen())
	}
}

// Who selects more than a clipboard takes is told so.
func TestACopyThatIsCutSaysSo(t *testing.T) {
	r := newRig(t).fill("aaa", 0, 10_050)
	d := r.show(120, 24).Sees("line 10049")
	d.Press("k", "space", "g", "c").Sees("only the first 10,000 lines copied")
	d.Wait("for the copy", func(string) bool { return len(d.Copied()) == 1 })
	if n := strings.Count(d.Copied()[0], "\n"); n != 9_999 {
		t.Errorf("%d lines", n+1)
	}
}
