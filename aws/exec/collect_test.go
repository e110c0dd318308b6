package exec

import (
	"fmt"
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
