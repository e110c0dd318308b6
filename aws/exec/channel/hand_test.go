package channel

import (
	"testing"

	"github.com/aws/session-manager-plugin/src/message"
)

// TestHandCountsMemory floods what waits with messages that hold a byte or none: what
// is counted against the limit has to be what they take.
func TestHandCountsMemory(t *testing.T) {
	for name, kinds := range map[string][]message.PayloadType{
		"output": {message.Output}, "flags": {message.Flag}, "in turn": {message.Output, message.Flag},
	} {
		c := &Channel{}
		for i := range 10_000 {
			c.hand(part{kinds[i%len(kinds)], make([]byte, i%2)})
		}
		takes := 0
		for _, p := range c.deliver {
			takes += partSize + cap(p.body)
		}
		if c.bytes < takes || c.bytes > takes+partSize {
			t.Errorf("%s: %d bytes are counted, %d taken by %d parts", name, c.bytes, takes, len(c.deliver))
		}
	}
}
