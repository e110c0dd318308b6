package agent

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"github.com/aws/session-manager-plugin/src/log"
	"github.com/aws/session-manager-plugin/src/message"
	"github.com/google/go-cmp/cmp"
)

func sample() Frame {
	return Frame{Type: TypeOutput, Schema: 1, Created: time.UnixMilli(1_700_000_000_123), Seq: 42, Flags: 3,
		ID: NewID(), Kind: PayloadOutput, Payload: []byte("größer\r\n")}
}

func TestFrameRoundTrip(t *testing.T) {
	f := sample()
	got, err := Parse(f.Append([]byte("before"))[6:])
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(f, got); d != "" {
		t.Fatal(d)
	}
}

// The plugin's own reader and writer agree with ours.
func TestFramesOfThePlugin(t *testing.T) {
	f := sample()
	var m message.ClientMessage
	lg := log.NewMockLog()
	if err := m.DeserializeClientMessage(lg, f.Append(nil)); err != nil {
		t.Fatal(err)
	}
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	if m.MessageType != f.Type || m.SequenceNumber != f.Seq || m.MessageId.String() != f.ID.String() ||
		Payload(m.PayloadType) != f.Kind || !bytes.Equal(m.Payload, f.Payload) || m.CreatedDate != uint64(f.Created.UnixMilli()) {
		t.Fatalf("the plugin reads %+v", m)
	}
	raw, err := m.SerializeClientMessage(lg)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(f, got); d != "" {
		t.Fatal(d)
	}
}

func TestDamagedFrames(t *testing.T) {
	good := sample().Append(nil)
	for name, tc := range map[string]struct {
		raw  []byte
		want error
	}{
		"empty":          {nil, ErrShort},
		"cut header":     {good[:100], ErrShort},
		"cut payload":    {good[:len(good)-1], ErrHeader},
		"too long":       {append(bytes.Clone(good), 0), ErrHeader},
		"header too far": {binary.BigEndian.AppendUint32(nil, 1<<31), ErrShort},
		"huge header":    {append(binary.BigEndian.AppendUint32(nil, 1<<32-1), good[4:]...), ErrHeader},
		"small header":   {append(binary.BigEndian.AppendUint32(nil, 3), good[4:]...), ErrHeader},
		"wrong digest":   {append(bytes.Clone(good[:len(good)-1]), 'x'), ErrDigest},
	} {
		if _, err := Parse(tc.raw); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(sample().Append(nil))
	f.Add(publication(TypeStart))
	f.Add([]byte("short"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := Parse(raw)
		if err != nil {
			return
		}
		again, err := Parse(got.Append(nil))
		if len(got.Type) <= 32 && err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if !bytes.Equal(again.Payload, got.Payload) || again.Seq != got.Seq || again.ID != got.ID {
			t.Fatal("a frame changes on its way")
		}
	})
}

// A session survives whatever a client sends.
func FuzzReceive(f *testing.F) {
	in := sample()
	in.Type, in.Seq = TypeInput, 0
	f.Add(in.Append(nil))
	in.Kind, in.Payload = PayloadSize, []byte(`{"cols":80,"rows":-1}`)
	f.Add(in.Append(nil))
	in.Kind, in.Payload = PayloadFlag, []byte{0, 0, 0, 2}
	f.Add(in.Append(nil))
	in.Type, in.Payload = TypeAck, []byte(`{"AcknowledgedMessageType":"output_stream_data","AcknowledgedMessageSequenceNumber":9}`)
	f.Add(in.Append(nil))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s := newSession("s", echoSpec(), NewFaults())
		defer s.end("", ended)
		s.receive(raw)
		if cols, rows := s.term.Size(); cols < 0 || rows < 0 || cols > 1<<14 || rows > 1<<14 {
			t.Fatalf("size %dx%d", cols, rows)
		}
	})
}

func TestOutputAck(t *testing.T) {
	for text, want := range map[string]int64{
		`{"AcknowledgedMessageType":"output_stream_data","AcknowledgedMessageId":"x","AcknowledgedMessageSequenceNumber":42,"IsSequentialMessage":true}`: 42,
		`{"AcknowledgedMessageType":"output_stream_data","AcknowledgedMessageSequenceNumber":0}`:                                                         0,
		`{"AcknowledgedMessageType":"output_stream_data","AcknowledgedMessageSequenceNumber": 7}`:                                                        7,
		`{"AcknowledgedMessageSequenceNumber":9, "AcknowledgedMessageType":"output_stream_data"}`:                                                        9,
		`{"AcknowledgedMessageType":"input_stream_data","AcknowledgedMessageSequenceNumber":42}`:                                                         -1,
		`{"AcknowledgedMessageType":"output_stream_data","AcknowledgedMessageSequenceNumber":4x}`:                                                        -1,
		`{"AcknowledgedMessageType":"output_stream_data","AcknowledgedMessageSequenceNumber":99999999999999999999}`:                                      -1,
		`{`: -1,
		``:  -1,
	} {
		got, ok := outputAck([]byte(text))
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%s: %d, %v", text, got, ok)
		}
	}
}
