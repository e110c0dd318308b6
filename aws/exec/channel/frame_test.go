package channel

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/session-manager-plugin/src/log"
	"github.com/aws/session-manager-plugin/src/message"
	"github.com/twinj/uuid"
)

// mute is the library's logger without a voice.
type mute struct{}

func (mute) Tracef(string, ...interface{})          {}
func (mute) Debugf(string, ...interface{})          {}
func (mute) Infof(string, ...interface{})           {}
func (mute) Warnf(string, ...interface{}) error     { return nil }
func (mute) Errorf(string, ...interface{}) error    { return nil }
func (mute) Criticalf(string, ...interface{}) error { return nil }
func (mute) Trace(...interface{})                   {}
func (mute) Debug(...interface{})                   {}
func (mute) Info(...interface{})                    {}
func (mute) Warn(...interface{}) error              { return nil }
func (mute) Error(...interface{}) error             { return nil }
func (mute) Critical(...interface{}) error          { return nil }
func (mute) Flush()                                 {}
func (mute) Close()                                 {}
func (m mute) WithContext(...string) log.T          { return m }

// TestFramesAreTheLibrarys holds our reading and writing against the library's.
func TestFramesAreTheLibrarys(t *testing.T) {
	for _, body := range [][]byte{[]byte("x"), bytes.Repeat([]byte("漢\x00\xff"), 500)} {
		now := time.UnixMilli(1_790_000_000_123)
		f := frame{kind: message.InputStreamMessage, seq: 1<<40 + 7, flags: 3, id: newID(), payload: message.Size, body: body}
		raw := f.append([]byte("before"), now)[6:]
		id := uuid.New(append([]byte(nil), f.id[:]...))
		theirs := message.ClientMessage{MessageType: f.kind, SchemaVersion: 1, CreatedDate: uint64(now.UnixMilli()), SequenceNumber: f.seq,
			Flags: f.flags, MessageId: id, PayloadType: uint32(f.payload), Payload: body}
		want, err := theirs.SerializeClientMessage(mute{})
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(raw, want) {
			t.Errorf("our frame\n%x, theirs\n%x", raw, want)
		}
		back, err := parse(want)
		if err != nil || back.kind != f.kind || back.seq != f.seq || back.flags != f.flags || back.id != f.id || back.payload != f.payload || !bytes.Equal(back.body, body) {
			t.Errorf("read back as %+v, %v", back, err)
		}
	}
}

func TestAcknowledgementIsTheLibrarys(t *testing.T) {
	a := ack{message.OutputStreamMessage, newID(), 42}
	var m message.ClientMessage
	if err := m.DeserializeClientMessage(mute{}, a.append(nil, time.Now())); err != nil || m.Validate() != nil {
		t.Fatal(err, m.Validate())
	}
	got, err := m.DeserializeDataStreamAcknowledgeContent(mute{})
	want := message.AcknowledgeContent{MessageType: a.kind, MessageId: uuid.Formatter(uuid.New(a.id[:]), uuid.CleanHyphen), SequenceNumber: 42, IsSequentialMessage: true}
	if err != nil || got != want || m.Flags != 3 {
		t.Errorf("acknowledges %+v, want %+v; %v", got, want, err)
	}
}

func FuzzFrame(f *testing.F) {
	good := frame{kind: message.OutputStreamMessage, seq: 3, id: newID(), payload: message.Output, body: []byte("hello")}.append(nil, time.UnixMilli(1))
	f.Add(good)
	f.Add(good[:119])
	long := append([]byte(nil), good...)
	long[0] = 0xff // a header length that lies
	f.Add(long)
	f.Add(ack{message.OutputStreamMessage, newID(), 1}.append(nil, time.UnixMilli(1)))
	odd := append([]byte(nil), good...)
	copy(odd[4:], "\x00 acknowledge \x00 \x00")
	f.Add(odd)
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := parse(raw)
		if err != nil {
			return
		}
		var m message.ClientMessage
		if err := m.DeserializeClientMessage(mute{}, raw); err != nil {
			t.Fatalf("the library cannot read what we can: %v", err)
		}
		if m.MessageType != got.kind || m.SequenceNumber != got.seq || m.Flags != got.flags || m.PayloadType != uint32(got.payload) || !bytes.Equal(m.Payload, got.body) {
			t.Errorf("we read %+v, the library %+v", got, m)
		}
	})
}

// FuzzReceive lets a remote say anything, in any order, to a channel.
func FuzzReceive(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5}, []byte(`{"AcknowledgedMessageSequenceNumber":1,"AcknowledgedMessageType":"input_stream_data"}`))
	f.Add([]byte{0x10, 0x20, 0x31, 0x07}, []byte(`{"RequestedClientActions":[{"ActionType":"KMSEncryption","ActionParameters":{}}]}`))
	f.Add([]byte{5, 5, 0x55, 0x65, 0x75, 0x85}, []byte(`{"Challenge":"AAAA"}`))
	f.Fuzz(func(t *testing.T, script, body []byte) {
		c := testChannel(t)
		c.put(message.Output, []byte("typed"))
		now := time.UnixMilli(1)
		for i, b := range script {
			got := frame{kind: kinds[int(b)%len(kinds)], seq: int64(b>>4) + int64(i)/4, id: newID(), payload: message.PayloadType(b % 14), body: body}
			if b%7 == 0 {
				got.payload = message.Output
			}
			c.receive(got)
			now = now.Add(time.Second)
			if _, _, _, err := c.batch(now, nil, nil); err != nil {
				return
			}
			c.mu.Lock()
			ready := c.deliver
			c.deliver, c.bytes = nil, 0
			c.mu.Unlock()
			for _, p := range ready {
				c.handle(p)
			}
			if len(c.out.msgs) > window || len(c.in.early) > earlyMessages || c.acks.len() > acksAtMost {
				t.Fatal("a buffer has no bound")
			}
		}
	})
}

func TestInboxOrders(t *testing.T) {
	var in inbox
	var got []byte
	take := func(seq int64, b byte) bool {
		ready, ack := in.take(frame{seq: seq, payload: message.Output, body: []byte{b}}, nil)
		for _, p := range ready {
			got = append(got, p.body...)
		}
		return ack
	}
	for _, x := range []struct {
		seq int64
		b   byte
	}{{2, 'c'}, {2, 'X'}, {0, 'a'}, {0, 'X'}, {3, 'd'}, {1, 'b'}, {1, 'X'}, {4, 'e'}} {
		if !take(x.seq, x.b) {
			t.Errorf("message %d is not acknowledged", x.seq)
		}
	}
	if string(got) != "abcde" || len(in.early) != 0 || in.bytes != 0 {
		t.Errorf("got %q, %d kept early, %d bytes", got, len(in.early), in.bytes)
	}
	for i := range int64(earlyMessages) {
		take(100+i, 'x')
	}
	if take(100+earlyMessages, 'x') {
		t.Error("a message without room is acknowledged")
	}
	if !take(5, 'f') {
		t.Error("the expected message is refused")
	}
}

func TestOutbox(t *testing.T) {
	now := time.UnixMilli(0)
	var o outbox
	o.put(message.Size, []byte("old"))
	o.put(message.Size, []byte("new"))
	o.put(message.Output, []byte("a"))
	o.put(message.Output, []byte("b"))
	o.put(message.Output, bytes.Repeat([]byte("漢"), 400))
	var bodies []string
	for {
		_, body, raw, err := o.next(now, false)
		if err != nil {
			t.Fatal(err)
		}
		if raw == nil {
			break
		}
		bodies = append(bodies, string(body))
	}
	want, _ := json.Marshal([]string{"new", "ab" + string(bytes.Repeat([]byte("漢"), 340)), string(bytes.Repeat([]byte("漢"), 60))})
	if got, _ := json.Marshal(bodies); !bytes.Equal(got, want) || o.pending != 0 {
		t.Errorf("sent %s, want %s; %d pending", got, want, o.pending)
	}
	if again, _ := o.overdue(now.Add(firstTimeout-time.Millisecond), nil, 10); len(again) != 0 {
		t.Error("sent again too soon")
	}
	o.look = time.Time{}
	if again, _ := o.overdue(now.Add(firstTimeout), nil, 2); len(again) != 2 {
		t.Errorf("%d sent again, want 2 at most", len(again))
	}
	// The middle one is acknowledged in two seconds, after it was sent three times.
	o.ack(1, now.Add(2*time.Second))
	if o.rtt.mean != 2*time.Second || o.first != 0 || len(o.msgs) != 3 {
		t.Errorf("round trip %v, %d messages from %d", o.rtt.mean, len(o.msgs), o.first)
	}
	o.ack(0, now.Add(2*time.Second))
	o.ack(0, now.Add(2*time.Second)) // twice does no harm
	o.ack(99, now)
	o.ack(-1, now)
	if o.first != 2 || len(o.msgs) != 1 {
		t.Errorf("%d messages from %d", len(o.msgs), o.first)
	}
	o.ack(2, now.Add(2*time.Second))
	if len(o.msgs) != 0 || o.first != 3 {
		t.Errorf("%d messages from %d", len(o.msgs), o.first)
	}
}

func TestLaterAcknowledgementTellsOfALoss(t *testing.T) {
	now := time.UnixMilli(0)
	o := outbox{rtt: roundTrip{mean: 400 * time.Millisecond, vary: 400 * time.Millisecond, known: true}} // a timeout of two seconds
	for i := range 3 {
		o.put(message.Output, []byte("x"))
		if _, _, raw, _ := o.next(now.Add(time.Duration(i)*150*time.Millisecond), false); raw == nil {
			t.Fatal("nothing sent")
		}
	}
	o.ack(1, now.Add(550*time.Millisecond))
	o.ack(2, now.Add(700*time.Millisecond))
	if again, _ := o.overdue(now.Add(701*time.Millisecond), nil, 10); len(again) != 1 {
		t.Errorf("%d sent again, want the lost one", len(again))
	}
}
