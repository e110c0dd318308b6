package channel

import (
	"context"
	"io"
	"testing"
	"time"

	"ecsole/aws/sim/agent"
)

// BenchmarkOutput is what the channel carries from an agent that sends as fast as it
// can.
func BenchmarkOutput(b *testing.B) {
	const size = 8 << 20
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		r := newRig(b)
		cfg := r.ready(agent.Spec{Program: agent.ProgramFunc(func(ctx context.Context, tm *agent.Terminal) string {
			tm.Write(make([]byte, size))
			return ""
		})})
		got := 0
		cfg.Output = func(p []byte) { got += len(p) }
		r.open(cfg)
		if res := r.ends(); res.Err != nil || got != size {
			b.Fatalf("%d bytes, %v", got, res.Err)
		}
		r.c.Close()
	}
}

func BenchmarkInput(b *testing.B) {
	const size = 4 << 20
	b.SetBytes(size)
	b.ReportAllocs()
	in := make([]byte, size)
	for b.Loop() {
		r := newRig(b)
		r.open(r.ready(agent.Spec{Program: agent.ProgramFunc(func(ctx context.Context, tm *agent.Terminal) string {
			io.CopyN(io.Discard, tm, size)
			return ""
		})}))
		if _, err := r.c.Write(in); err != nil {
			b.Fatal(err)
		}
		if res := r.ends(); res.Err != nil {
			b.Fatal(res.Err)
		}
		r.c.Close()
	}
}

func BenchmarkEcho(b *testing.B) {
	r := newRig(b)
	r.open(r.ready(agent.Spec{Program: agent.ProgramFunc(func(ctx context.Context, tm *agent.Terminal) string {
		io.Copy(tm, tm)
		return ""
	})}))
	n := 0
	for b.Loop() {
		r.typed("x")
		n++
		r.wait("the echo", func() bool { return r.out.Len() >= n })
	}
}

func BenchmarkFrame(b *testing.B) {
	body := make([]byte, payloadSize)
	raw := frame{kind: "output_stream_data", body: body, payload: 1}.append(nil, time.Now())
	b.SetBytes(payloadSize)
	b.ReportAllocs()
	var acked []byte
	for b.Loop() {
		f, err := parse(raw)
		if err != nil {
			b.Fatal(err)
		}
		acked = ack{f.kind, f.id, f.seq}.append(acked[:0], time.Time{})
	}
}
