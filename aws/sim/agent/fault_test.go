package agent

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// flood is what the echo program writes for "flood n".
func flood(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "line %d of the flood\r\n", i)
	}
	return b.String()
}

func TestFaultsBothWays(t *testing.T) {
	const lines = 150
	for name, set := range map[string]func(*Switches){
		"drop":      func(s *Switches) { s.Out.Drop, s.In.Drop = 9, 7 },
		"duplicate": func(s *Switches) { s.Out.Duplicate, s.In.Duplicate = 5, 5 },
		"reorder":   func(s *Switches) { s.Out.Reorder, s.In.Reorder = 4, 4 },
		"acks":      func(s *Switches) { s.Out.LoseAcks, s.In.LoseAcks = 3, 3 },
		"delay":     func(s *Switches) { s.Out.Delay, s.In.Delay = 30*time.Millisecond, 30*time.Millisecond },
		"cuts":      func(s *Switches) { s.CutAfter = 150 * time.Millisecond },
		"all": func(s *Switches) {
			s.Out = Way{Drop: 9, Duplicate: 5, Reorder: 4, LoseAcks: 11, Delay: 10 * time.Millisecond}
			s.In = Way{Drop: 7, Duplicate: 5, Reorder: 4, LoseAcks: 11, Delay: 10 * time.Millisecond}
			s.CutAfter = time.Second
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, srv := serve(t)
			r.Faults().Set(set)
			c := start(t, r, srv, echoSpec())
			c.mu.Lock()
			c.resume = true
			c.mu.Unlock()
			want := "ready\r\n"
			for i := 1; i <= 40; i++ {
				c.typed(fmt.Sprintf("word %d\n", i))
				want += fmt.Sprintf("%d:word %d\r\n", i, i)
			}
			c.typed(fmt.Sprintf("flood %d\n", lines))
			want += flood(lines)
			c.wait("all output", func() bool { return c.out.Len() >= len(want) })
			if name == "cuts" {
				c.wait("a second cut", func() bool { return c.lost > 1 })
			}
			c.typed("quit\n")
			c.ends("")
			if got := c.out.String(); got != want {
				t.Fatalf("output differs: %d bytes, want %d", len(got), len(want))
			}
		})
	}
}

func TestSwitchesDoWhatTheySay(t *testing.T) {
	run := func(t *testing.T, w Way) []int64 {
		var got []int64
		f := NewFaults()
		f.Set(func(s *Switches) { s.Out = w })
		l := newLine(f, func(s Switches) Way { return s.Out }, func(it item) error { got = append(got, it.seq); return nil })
		for i := range int64(6) {
			if err := l.pass(item{seq: i + 1}); err != nil {
				t.Fatal(err)
			}
			if err := l.pass(item{seq: -i - 1, ack: true}); err != nil {
				t.Fatal(err)
			}
		}
		return got
	}
	for name, tc := range map[string]struct {
		way  Way
		want string
	}{
		"clean":     {Way{}, "[1 -1 2 -2 3 -3 4 -4 5 -5 6 -6]"},
		"drop":      {Way{Drop: 3}, "[1 -1 2 -2 -3 4 -4 5 -5 -6]"},
		"duplicate": {Way{Duplicate: 3}, "[1 -1 2 -2 3 3 -3 4 -4 5 -5 6 6 -6]"},
		"reorder":   {Way{Reorder: 2}, "[1 -1 -2 3 2 -3 -4 5 4 -5 -6]"},
		"acks":      {Way{LoseAcks: 2}, "[1 -1 2 3 -3 4 5 -5 6]"},
	} {
		if got := fmt.Sprint(run(t, tc.way)); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}

func TestOutputIsSentAgainUntilAcknowledged(t *testing.T) {
	r, srv := serve(t)
	r.Faults().Set(func(s *Switches) { s.In.LoseAcks = 1 })
	c := start(t, r, srv, echoSpec())
	c.wait("the first message a third time", func() bool {
		n := 0
		for _, s := range c.seqs {
			if s == 0 {
				n++
			}
		}
		return n >= 3
	})
	r.Faults().Reset()
	c.typed("quit\n")
	c.ends("")
}

func TestAckOnce(t *testing.T) {
	r, srv := serve(t)
	r.Faults().Set(func(s *Switches) { s.AckOnce, s.Out.LoseAcks = true, 1 })
	c := start(t, r, srv, echoSpec())
	c.sees("ready")
	c.typed("x\n")
	c.sees("1:x")
	r.Faults().Set(func(s *Switches) { s.Out.LoseAcks = 0 })
	c.typed("y\n")
	c.sees("2:y")
	c.wait("the acknowledgement of y alone", func() bool { return len(c.unsent) == 1 && c.unsent[0] != nil })
	r.Faults().Set(func(s *Switches) { s.AckOnce = false })
	c.wait("the acknowledgement of x", func() bool { return len(c.unsent) == 0 })
}

func TestPause(t *testing.T) {
	r, srv := serve(t)
	c := start(t, r, srv, echoSpec())
	c.sees("ready")
	r.Pause(200 * time.Millisecond)
	c.wait("the pause", func() bool { return len(c.pubs) >= 2 && c.pubs[1] == TypePause })
	c.typed("while it pauses\n")
	c.wait("the start", func() bool { return len(c.pubs) >= 3 && c.pubs[2] == TypeStart })
	c.sees("1:while it pauses")
	c.typed("quit\n")
	c.ends("")
}

func TestSilentProgram(t *testing.T) {
	r, srv := serve(t)
	r.Faults().Set(func(s *Switches) { s.Silent = true })
	c := start(t, r, srv, echoSpec())
	c.typed("quit\n")
	c.ends("")
	if c.out.Len() != 0 {
		t.Fatalf("output %q", c.out.String())
	}
}

func TestPaceAndFirstRead(t *testing.T) {
	r, srv := serve(t)
	r.Faults().Set(func(s *Switches) { s.Pace, s.FirstRead = 100_000, 300*time.Millisecond })
	from := time.Now()
	c := start(t, r, srv, Spec{Program: ProgramFunc(func(ctx context.Context, tm *Terminal) string {
		_, _ = tm.Write(bytes.Repeat([]byte("x"), 50_000))
		return ""
	})})
	c.wait("output", func() bool { return c.out.Len() > 0 })
	if d := time.Since(from); d < 300*time.Millisecond {
		t.Errorf("first output after %v", d)
	}
	c.ends("")
	if d := time.Since(from); d < 750*time.Millisecond || c.out.Len() != 50_000 {
		t.Errorf("%d bytes after %v at 100 kB/s", c.out.Len(), d)
	}
}

func TestWindowHoldsOutputBack(t *testing.T) {
	r, srv := serve(t)
	r.Faults().Set(func(s *Switches) { s.In.LoseAcks = 1 })
	wrote := make(chan int64, 1)
	c := start(t, r, srv, Spec{Program: ProgramFunc(func(ctx context.Context, tm *Terminal) string {
		n, _ := io.Copy(tm, io.LimitReader(zeros{}, (window+100)*chunk))
		wrote <- n
		return ""
	})})
	c.wait("a full window", func() bool { return c.expect == window })
	select {
	case n := <-wrote:
		t.Fatalf("%d bytes went out without acknowledgement", n)
	default:
	}
	if err := r.Terminate(c.id); err != nil {
		t.Fatal(err)
	}
	if n := <-wrote; n > (window+1)*chunk {
		t.Fatalf("%d bytes were taken", n)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
