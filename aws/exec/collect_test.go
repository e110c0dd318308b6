package exec

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// TestCollectorCutAnywhere feeds a command's output in pieces, cut at each pair of
// places.
func TestCollectorCutAnywhere(t *testing.T) {
	const mark, body = "M4rk", "\x1b_not the mark\x1b\\\x1b_M4rk\x1b1\x1b_M4r:2"
	all := []byte("noise \x1b_" + mark + "\x1b\\" + body + "\x1b_" + mark + ":42\x1b\\ behind")
	for i := range all {
		for j := i; j <= len(all); j++ {
			c := newCollector(mark, RunOptions{})
			for _, p := range [][]byte{all[:i], all[i:j], all[j:]} {
				c.Write(p)
			}
			var o Outcome
			c.take(&o)
			if string(o.Output) != body || !o.Known || o.Exit != 42 {
				t.Fatalf("cut at %d and %d: %+v", i, j, fmt.Sprintf("%q %v %d", o.Output, o.Known, o.Exit))
			}
		}
	}
}

// TestCollectorFlood gives output that never comes to a mark, or knows the mark and
// never comes to its status.
func TestCollectorFlood(t *testing.T) {
	const mark = "M4rk"
	flood := bytes.Repeat([]byte("no shell here\n"), 4096)
	for name, begin := range map[string]string{"before the mark": "why\n", "behind a false end": "\x1b_" + mark + "\x1b\\why\n\x1b_" + mark + ":"} {
		c := newCollector(mark, RunOptions{Limit: 1 << 20})
		c.Write([]byte(begin))
		for range 100 {
			c.Write(flood)
		}
		if held := len(c.hold) + len(c.lead); held > 2*leadLimit {
			t.Errorf("%s: %d bytes are held", name, held)
		}
		var o Outcome
		c.take(&o)
		if !strings.HasPrefix(string(o.Output), "why\n") || !o.Cut || o.Known {
			t.Errorf("%s: %.20q, cut %v, known %v", name, o.Output, o.Cut, o.Known)
		}
	}
}

// TestCollectorFalseEnd has a command write its own mark without a status, before the
// end.
func TestCollectorFalseEnd(t *testing.T) {
	const mark = "M4rk"
	const body = "a\x1b_" + mark + ":\x1b\\b\x1b_" + mark + ":x\x1b\\c"
	c := newCollector(mark, RunOptions{})
	for _, b := range []byte("\x1b_" + mark + "\x1b\\" + body + "\x1b_" + mark + ":7\x1b\\") {
		c.Write([]byte{b})
	}
	var o Outcome
	c.take(&o)
	if string(o.Output) != body || !o.Known || o.Exit != 7 {
		t.Errorf("%q, exit %d (%v)", o.Output, o.Exit, o.Known)
	}
}

// TestShareOfMany holds what many outputs take together.
func TestShareOfMany(t *testing.T) {
	for _, c := range []struct{ limit, n, want int }{
		{0, 1, outputLimit}, {0, 32, outputLimit}, {0, 1024, 256 << 10}, {1 << 20, 8, 1 << 20}, {1 << 20, 1 << 20, 64 << 10}, {1000, 5000, 1000},
	} {
		if got := share(c.limit, c.n); got != c.want {
			t.Errorf("of %d among %d: %d, want %d", c.limit, c.n, got, c.want)
		}
	}
}
