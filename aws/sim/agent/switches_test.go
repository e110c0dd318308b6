package agent

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSwitchesAsText(t *testing.T) {
	for text, want := range map[[2]string]Switches{
		{"exec-drop", "9/7"}:               {Out: Way{Drop: 9}, In: Way{Drop: 7}},
		{"exec-double", "5"}:               {Out: Way{Duplicate: 5}, In: Way{Duplicate: 5}},
		{"exec-reorder", "4/0"}:            {Out: Way{Reorder: 4}},
		{"exec-acks", "0/3"}:               {In: Way{LoseAcks: 3}},
		{"exec-ackonce", "on"}:             {AckOnce: true},
		{"exec-delay", "1s/20ms"}:          {Out: Way{Delay: time.Second}, In: Way{Delay: 20 * time.Millisecond}},
		{"exec-cut", "4s"}:                 {CutAfter: 4 * time.Second},
		{"exec-asleep", "1m"}:              {AsleepAfter: time.Minute},
		{"exec-pause", "30s:5s"}:           {PauseEvery: 30 * time.Second, PauseFor: 5 * time.Second},
		{"exec-silent", "on"}:              {Silent: true},
		{"exec-handshake", "off"}:          {NoHandshake: true},
		{"exec-open", "403"}:               {RefuseOpen: 403},
		{"exec-token", "refused"}:          {RefuseToken: true},
		{"exec-resume", "denied"}:          {RefuseResume: ResumeDenied},
		{"exec-resume", "empty"}:           {RefuseResume: ResumeEmpty},
		{"exec-resume", "allowed"}:         {},
		{"exec-close", "30s:bye: for now"}: {CloseAfter: 30 * time.Second, CloseText: "bye: for now"},
		{"exec-idle", "20m"}:               {IdleTimeout: 20 * time.Minute},
		{"exec-age", "1h"}:                 {MaxAge: time.Hour},
		{"exec-pace", "real"}:              {Pace: RealPace, FirstRead: RealFirstRead},
		{"exec-pace", "5000"}:              {Pace: 5000},
	} {
		f := NewFaults()
		turn, err := f.Switches()[text[0]](text[1])
		if err != nil {
			t.Errorf("%v: %v", text, err)
			continue
		}
		if turn(); !cmp.Equal(f.Get(), want) {
			t.Errorf("%v: %s", text, cmp.Diff(want, f.Get()))
		}
	}
	for _, bad := range [][2]string{
		{"exec-drop", "x"}, {"exec-drop", "3/"}, {"exec-double", "-1"}, {"exec-delay", "5"}, {"exec-delay", "1s/-1s"}, {"exec-cut", ""}, {"exec-age", "-1s"},
		{"exec-pause", "5s"}, {"exec-pause", "0s:1s"}, {"exec-silent", "yes"}, {"exec-open", "200"}, {"exec-token", "on"}, {"exec-resume", ""},
		{"exec-close", "bye"}, {"exec-pace", "fast"},
	} {
		if _, err := NewFaults().Switches()[bad[0]](bad[1]); err == nil {
			t.Errorf("%v is accepted", bad)
		}
	}
}

// A connection that is asleep passes nothing, stays open, and answers no ping; the
// next one is awake.
func TestAsleep(t *testing.T) {
	r, srv := serve(t)
	c := start(t, r, srv, echoSpec())
	c.sees("ready")
	r.Faults().Set(func(s *Switches) { s.Asleep = true })
	pong := make(chan struct{}, 2)
	c.mu.Lock()
	conn := c.conn
	conn.SetPongHandler(func(string) error { pong <- struct{}{}; return nil })
	err := conn.WriteControl(9, nil, time.Now().Add(time.Minute))
	c.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	c.typed("into the void\n")
	r.Faults().Set(func(s *Switches) { s.Asleep = false })
	// What was sent meanwhile is lost, and sent again by the client.
	c.sees("1:into the void")
	c.mu.Lock()
	err = conn.WriteControl(9, nil, time.Now().Add(time.Minute))
	lost := c.lost
	c.mu.Unlock()
	if err != nil || lost != 0 {
		t.Fatalf("the connection is gone: %v, %d times", err, lost)
	}
	<-pong
	select {
	case <-pong:
		t.Error("the ping into the sleep was answered")
	default:
	}
}

func TestConnectionsFallAsleep(t *testing.T) {
	r, srv := serve(t)
	r.Faults().Set(func(s *Switches) { s.AsleepAfter = time.Nanosecond })
	c := start(t, r, srv, echoSpec())
	c.typed("hello\n")
	r.Faults().Set(func(s *Switches) { s.AsleepAfter = time.Hour })
	c.sees("1:hello")
}

func TestPausesOverAndOver(t *testing.T) {
	r, srv := serve(t)
	r.Faults().Set(func(s *Switches) { s.PauseEvery, s.PauseFor = 30*time.Millisecond, 10*time.Millisecond })
	c := start(t, r, srv, echoSpec())
	c.wait("three pauses", func() bool {
		n := 0
		for _, p := range c.pubs {
			if p == TypePause {
				n++
			}
		}
		return n >= 3
	})
	c.typed("through\n")
	c.sees("1:through")
}

func TestClosedAtAnAge(t *testing.T) {
	r, srv := serve(t)
	r.Faults().Set(func(s *Switches) { s.CloseAfter, s.CloseText = time.Millisecond, "ended by an administrator" })
	c := start(t, r, srv, echoSpec())
	c.ends("ended by an administrator")
}
