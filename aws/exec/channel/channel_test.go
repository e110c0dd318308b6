package channel

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"ecsole/aws/sim/agent"
)

func TestFaultsBothWays(t *testing.T) {
	const lines = 200
	for name, set := range map[string]func(*agent.Switches){
		"none":      func(s *agent.Switches) {},
		"drop":      func(s *agent.Switches) { s.Out.Drop, s.In.Drop = 9, 7 },
		"duplicate": func(s *agent.Switches) { s.Out.Duplicate, s.In.Duplicate = 5, 5 },
		"reorder":   func(s *agent.Switches) { s.Out.Reorder, s.In.Reorder = 4, 4 },
		"acks":      func(s *agent.Switches) { s.Out.LoseAcks, s.In.LoseAcks = 3, 3 },
		"delay":     func(s *agent.Switches) { s.Out.Delay, s.In.Delay = time.Second, time.Second },
		"cuts":      func(s *agent.Switches) { s.CutAfter = 150 * time.Millisecond },
		"all": func(s *agent.Switches) {
			s.Out = agent.Way{Drop: 9, Duplicate: 5, Reorder: 4, LoseAcks: 11, Delay: 20 * time.Millisecond}
			s.In = agent.Way{Drop: 7, Duplicate: 5, Reorder: 4, LoseAcks: 11, Delay: 20 * time.Millisecond}
			s.CutAfter = 700 * time.Millisecond
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.reg.Faults().Set(set)
			r.open(r.ready(echoSpec()))
			want := "ready\r\n"
			for i := 1; i <= 40; i++ {
				r.typed(fmt.Sprintf("word %d\r", i))
				want += fmt.Sprintf("%d:word %d\r\n", i, i)
			}
			r.typed(fmt.Sprintf("flood %d\r", lines))
			want += flood(lines)
			r.wait("all output", func() bool { return r.out.Len() >= len(want) })
			if name == "cuts" {
				r.wait("two cuts and the way back", func() bool {
					lost, back := 0, 0
					for _, n := range r.notes {
						switch n.Kind {
						case Lost:
							lost++
						case Back:
							back++
						}
					}
					return lost > 1 && back > 1
				})
			}
			r.typed("quit\r")
			if res := r.ends(); res.Err != nil || !res.Remote {
				t.Errorf("ended with %+v", res)
			}
			if got := r.out.String(); got != want {
				t.Fatalf("output differs: %d bytes, want %d", len(got), len(want))
			}
		})
	}
}

func TestPasteOfOneMegabyte(t *testing.T) {
	for name, set := range map[string]func(*agent.Switches){
		"clean": func(s *agent.Switches) {},
		"lossy": func(s *agent.Switches) { s.In.Drop, s.In.Reorder, s.Out.LoseAcks = 100, 40, 100 },
		"cut":   func(s *agent.Switches) { s.CutAfter = 100 * time.Millisecond },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.reg.Faults().Set(set)
			paste := []byte(strings.Repeat("žluťoučký kůň 漢字 🙂 \x03\x1a\x13\n\r", 1<<20/48+1))
			got := make(chan []byte, 1)
			r.open(r.ready(agent.Spec{Program: agent.ProgramFunc(func(ctx context.Context, tm *agent.Terminal) string {
				b := make([]byte, len(paste))
				n, _ := io.ReadFull(tm, b)
				got <- b[:n]
				return ""
			})}))
			r.typed(string(paste))
			if res := r.ends(); res.Err != nil {
				t.Errorf("ended with %v", res.Err)
			}
			if b := <-got; !bytes.Equal(b, paste) {
				t.Errorf("%d bytes arrived, want %d", len(b), len(paste))
			}
		})
	}
}

func TestEncryptedSession(t *testing.T) {
	for name, set := range map[string]func(*agent.Switches){
		"clean": func(s *agent.Switches) {},
		"faults": func(s *agent.Switches) {
			s.Out = agent.Way{Drop: 5, Duplicate: 3, Reorder: 2, LoseAcks: 4}
			s.In = agent.Way{Drop: 4, Duplicate: 3, Reorder: 3, LoseAcks: 5}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.reg.Faults().Set(set)
			key := newGCM()
			spec := echoSpec()
			spec.KMSKey = "arn:aws:kms:eu-central-1:111122223333:key/1"
			spec.Decrypt = func(_ context.Context, blob []byte, _ map[string]string) ([]byte, error) {
				if !bytes.Equal(blob, key.blob) {
					return nil, errors.New("another blob")
				}
				return key.key, nil
			}
			cfg := r.ready(spec)
			asked := ""
			cfg.Sealer = func(_ context.Context, k string) (Sealer, error) { asked = k; return key, nil }
			r.open(cfg)
			r.c.Resize(101, 31)
			r.typed("typed before the handshake\r")
			r.sees("1:typed before the handshake\r\n")
			r.typed("flood 300\r")
			r.sees(flood(300))
			r.typed("quit\r")
			if res := r.ends(); res.Err != nil {
				t.Errorf("ended with %v", res.Err)
			}
			if asked != spec.KMSKey {
				t.Errorf("asked for key %q", asked)
			}
			r.noted(Message)
		})
	}
}

func TestKeyRefused(t *testing.T) {
	r := newRig(t)
	spec := echoSpec()
	spec.KMSKey = "k"
	cfg := r.ready(spec)
	cfg.Sealer = func(context.Context, string) (Sealer, error) { return nil, errors.New("kms says no") }
	r.open(cfg)
	if res := r.ends(); !strings.Contains(res.Text, "kms says no") || !res.Remote {
		t.Errorf("ended with %+v", res)
	}
}

func TestSizes(t *testing.T) {
	r := newRig(t)
	sizes := make(chan [2]int, 100)
	r.open(r.ready(agent.Spec{Handshake: true, Program: agent.ProgramFunc(func(ctx context.Context, tm *agent.Terminal) string {
		for {
			cols, rows := tm.Size()
			sizes <- [2]int{cols, rows}
			if cols == 120 {
				return ""
			}
			select {
			case <-tm.Resized():
			case <-ctx.Done():
				return ""
			}
		}
	})}))
	r.c.Resize(80, 24) // before the handshake: the agent drops it
	for s := range sizes {
		if s == [2]int{80, 24} {
			break
		}
	}
	r.c.Resize(120, 40)
	r.ends()
}

func TestEndings(t *testing.T) {
	t.Run("text", func(t *testing.T) {
		r := newRig(t)
		r.open(r.ready(echoSpec()))
		r.sees("ready")
		r.reg.EndAll("somebody ended it")
		if res := r.ends(); res.Text != "somebody ended it" || !res.Remote || res.Err != nil {
			t.Errorf("ended with %+v", res)
		}
	})
	t.Run("resume denied", func(t *testing.T) {
		r := newRig(t)
		r.open(r.ready(echoSpec()))
		r.sees("ready")
		r.reg.Faults().Set(func(s *agent.Switches) { s.RefuseResume = agent.ResumeDenied })
		r.reg.Cut()
		if res := r.ends(); !errors.Is(res.Err, agent.ErrDenied) {
			t.Errorf("ended with %+v", res)
		}
	})
	t.Run("no token any more", func(t *testing.T) {
		r := newRig(t)
		r.open(r.ready(echoSpec()))
		r.sees("ready")
		r.reg.Faults().Set(func(s *agent.Switches) { s.RefuseResume = agent.ResumeEmpty })
		r.reg.Cut()
		if res := r.ends(); !errors.Is(res.Err, ErrOver) {
			t.Errorf("ended with %+v", res)
		}
	})
	t.Run("token refused", func(t *testing.T) {
		r := newRig(t)
		r.reg.Faults().Set(func(s *agent.Switches) { s.RefuseToken = true })
		r.open(r.ready(echoSpec()))
		if res := r.ends(); !errors.Is(res.Err, ErrRefused) {
			t.Errorf("ended with %+v", res)
		}
	})
	t.Run("gives up", func(t *testing.T) {
		r := newRig(t)
		cfg := r.ready(echoSpec())
		cfg.GiveUp = time.Second
		r.open(cfg)
		r.sees("ready")
		r.reg.Faults().Set(func(s *agent.Switches) { s.RefuseOpen = 503 })
		r.reg.Cut()
		if res := r.ends(); !errors.Is(res.Err, ErrLost) {
			t.Errorf("ended with %+v", res)
		}
	})
	t.Run("not opened", func(t *testing.T) {
		r := newRig(t)
		cfg := r.ready(echoSpec())
		cfg.Final = func(err error) bool { var e *StatusError; return errors.As(err, &e) && e.Status == 403 }
		r.reg.Faults().Set(func(s *agent.Switches) { s.RefuseOpen = 403 })
		if _, err := Open(t.Context(), t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "403") {
			t.Errorf("opened: %v", err)
		}
	})
	t.Run("closed here", func(t *testing.T) {
		r := newRig(t)
		r.open(r.ready(echoSpec()))
		r.sees("ready")
		r.c.Close()
		if res := r.ends(); !errors.Is(res.Err, ErrClosed) {
			t.Errorf("ended with %+v", res)
		}
		if _, err := r.c.Write([]byte("x")); !errors.Is(err, ErrClosed) {
			t.Errorf("write after the end: %v", err)
		}
	})
}

func TestPause(t *testing.T) {
	r := newRig(t)
	r.open(r.ready(echoSpec()))
	r.sees("ready")
	r.reg.Pause(300 * time.Millisecond)
	r.noted(Paused)
	r.typed("while it pauses\r")
	r.sees("1:while it pauses")
	r.noted(Continued)
	r.typed("quit\r")
	r.ends()
}

func TestSlowReaderHoldsTheRemoteUp(t *testing.T) {
	r := newRig(t)
	gate := make(chan struct{})
	r.slow = func() { <-gate }
	wrote := make(chan int, 1)
	const size = 24 << 20
	r.open(r.ready(agent.Spec{Program: agent.ProgramFunc(func(ctx context.Context, tm *agent.Terminal) string {
		n, _ := tm.Write(make([]byte, size))
		wrote <- n
		return ""
	})}))
	r.wait("a full buffer", func() bool { return r.c.holding() || !wakeLater(r) })
	select {
	case n := <-wrote:
		t.Fatalf("the program wrote %d bytes that nobody read", n)
	default:
	}
	close(gate)
	if res := r.ends(); res.Err != nil {
		t.Error(res.Err)
	}
	if r.out.Len() != size {
		t.Errorf("%d bytes, want %d", r.out.Len(), size)
	}
}

// wakeLater lets a condition that nobody signals be asked again.
func wakeLater(r *rig) bool {
	time.AfterFunc(5*time.Millisecond, func() { r.mu.Lock(); r.cond.Broadcast(); r.mu.Unlock() })
	return true
}
