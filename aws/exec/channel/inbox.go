package channel

import "github.com/aws/session-manager-plugin/src/message"

// Limits of what came before its time.
const (
	earlyMessages = 10_000
	earlyBytes    = 16 << 20
)

// part is the content of one output message.
type part struct {
	kind message.PayloadType
	body []byte
}

// inbox puts the remote's messages in order. It is not safe for concurrent use.
type inbox struct {
	expect int64
	early  map[int64]part
	bytes  int // in early
}

// take gives the parts that are now in order, and whether the message is to be
// acknowledged: also one that was taken long ago, whose acknowledgement was lost.
// What finds no room is as good as lost. The frame's body is copied if it is kept.
func (b *inbox) take(f frame, ready []part) (_ []part, acknowledge bool) {
	switch {
	case f.seq < b.expect:
		return ready, true
	case f.seq > b.expect:
		if _, known := b.early[f.seq]; known {
			return ready, true
		}
		if len(b.early) >= earlyMessages || b.bytes+len(f.body) > earlyBytes {
			return ready, false
		}
		if b.early == nil {
			b.early = map[int64]part{}
		}
		b.early[f.seq] = part{f.payload, append([]byte(nil), f.body...)}
		b.bytes += len(f.body)
		return ready, true
	}
	ready = append(ready, part{f.payload, f.body})
	b.expect++
	for len(b.early) > 0 {
		h, ok := b.early[b.expect]
		if !ok {
			break
		}
		delete(b.early, b.expect)
		b.bytes -= len(h.body)
		b.expect++
		ready = append(ready, h)
	}
	return ready, true
}
