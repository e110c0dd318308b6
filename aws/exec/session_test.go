package exec_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/aws/exec"
	"ecsole/aws/sim/agent"
)

func TestSession(t *testing.T) {
	r := newRig(t)
	q := r.target()
	s, out := r.shows(q)
	if s.View(func() io.Writer { return &screen{} }) != io.Writer(out) {
		t.Error("another viewer")
	}
	says(t, s, out, "$(stty size)", "24 80")
	s.Resize(100, 30)
	says(t, s, out, "$(stty size)", "30 100")
	if n := r.sessions().Live(); n != 1 {
		t.Errorf("%d live sessions", n)
	}
	io.WriteString(s, "exit\r")
	if res := ended(t, s); res.Err != nil || res.Text != "the shell has ended" {
		t.Errorf("ended with %+v", res)
	}
	until(t, "no live session", func() bool { return r.sessions().Live() == 0 })
	opened := r.records(exec.ActionOpen)
	if len(opened) != 2 || opened[0].Kind != audit.KindIntent || opened[0].Reason != "test" || !strings.Contains(opened[0].Target, q.Task) {
		t.Errorf("opening in the journal: %+v", opened)
	}
	closed := r.records(exec.ActionClose)
	if len(closed) != 1 || closed[0].Before != s.ID() || closed[0].Bytes == 0 {
		t.Errorf("closing in the journal: %+v", closed)
	}
}

func TestEncryptedSession(t *testing.T) {
	r := newRig(t)
	s, out := r.shows(r.targetIn(true))
	says(t, s, out, "$((6*7))", "42")
	until(t, "the agent's word", func() bool {
		n := s.Notices()
		return len(n) > 0 && strings.Contains(n[0].Text, "encrypted using AWS KMS")
	})
	if keys := r.records(exec.ActionKey); len(keys) != 2 || keys[0].Op != "kms:GenerateDataKey" {
		t.Errorf("key in the journal: %+v", keys)
	}
	io.WriteString(s, "exit\r")
	if res := ended(t, s); res.Err != nil {
		t.Errorf("ended with %+v", res)
	}
}

func TestRuntimeIDIsLookedUpForTheKey(t *testing.T) {
	r := newRig(t)
	q := r.targetIn(true)
	q.RuntimeID = ""
	s, out := r.shows(q)
	says(t, s, out, "$((6*7))", "42")
	if err := s.End(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestKeyDenied(t *testing.T) {
	r := newRig(t)
	r.sim.Faults().Deny("kms:GenerateDataKey")
	s := r.open(r.targetIn(true))
	if res := ended(t, s); !strings.Contains(res.Text, "kms:GenerateDataKey") {
		t.Errorf("ended with %+v", res)
	}
}

func TestSeveralSessionsAtOnce(t *testing.T) {
	r := newRig(t)
	q := r.target()
	var all []*exec.Session
	var outs []*screen
	for range 3 {
		s, out := r.shows(q)
		all, outs = append(all, s), append(outs, out)
	}
	for i, s := range all {
		word := strings.Repeat("x", i+5)
		says(t, s, outs[i], word, word)
	}
	if err := r.sessions().EndAll(t.Context()); err != nil {
		t.Error(err)
	}
	for _, s := range all {
		if res := ended(t, s); res.Err != nil || res.Text != "ended here" {
			t.Errorf("ended with %+v", res)
		}
	}
}

func TestNoSession(t *testing.T) {
	t.Run("denied", func(t *testing.T) {
		r := newRig(t)
		q := r.target()
		r.sim.Faults().Deny("ecs:ExecuteCommand")
		_, err := r.sessions().Open(t.Context(), q)
		if e := aws.AsError(err); e == nil || e.Class != aws.Denied {
			t.Errorf("opened: %v", err)
		}
	})
	t.Run("no channel", func(t *testing.T) {
		r := newRig(t)
		q := r.target()
		r.agents.Faults().Set(func(s *agent.Switches) { s.RefuseOpen = 403 })
		if _, err := r.sessions().Open(t.Context(), q); err == nil || !strings.Contains(err.Error(), "403") {
			t.Errorf("opened: %v", err)
		}
		if closed := r.records(exec.ActionClose); len(closed) != 1 || closed[0].Error == "" {
			t.Errorf("closing in the journal: %+v", closed)
		}
	})
}

func TestEndings(t *testing.T) {
	start := func(t *testing.T) (*rig, *exec.Session, *screen) {
		r := newRig(t)
		s, out := r.shows(r.target())
		return r, s, out
	}
	t.Run("task stopped", func(t *testing.T) {
		r, s, _ := start(t)
		if _, err := r.sim.World().StopTask(s.Request().Task, "scaling in"); err != nil {
			t.Fatal(err)
		}
		if res := ended(t, s); !errors.Is(res.Err, exec.ErrTaskStopped) || !strings.Contains(res.Text, "scaling in") {
			t.Errorf("ended with %+v", res)
		}
	})
	t.Run("text of the remote", func(t *testing.T) {
		r, s, _ := start(t)
		r.agents.EndAll(agent.ReasonAge)
		if res := ended(t, s); res.Err != nil || res.Text != agent.ReasonAge {
			t.Errorf("ended with %+v", res)
		}
	})
	t.Run("resume denied", func(t *testing.T) {
		r, s, _ := start(t)
		r.agents.Faults().Set(func(s *agent.Switches) { s.RefuseResume = agent.ResumeDenied })
		r.agents.Cut()
		res := ended(t, s)
		if e := aws.AsError(res.Err); e == nil || e.Class != aws.Denied || !strings.Contains(res.Text, "ssm:ResumeSession") {
			t.Errorf("ended with %+v", res)
		}
	})
	t.Run("idle", func(t *testing.T) {
		r, s, _ := start(t)
		r.agents.Faults().Set(func(s *agent.Switches) { s.IdleTimeout = time.Second })
		if res := ended(t, s); res.Text != agent.ReasonIdle {
			t.Errorf("ended with %+v", res)
		}
	})
	t.Run("account closed", func(t *testing.T) {
		r, s, _ := start(t)
		r.acct.Close()
		if res := ended(t, s); res.Text != "ended here" {
			t.Errorf("ended with %+v", res)
		}
		if info := r.agents.Sessions(); len(info) != 1 || info[0].Ended.IsZero() {
			t.Errorf("the remote lives on: %+v", info)
		}
	})
}

func TestNoticesOfTheConnection(t *testing.T) {
	r := newRig(t)
	s, out := r.shows(r.target())
	told := &screen{}
	defer s.OnNotice(func(text string) { io.WriteString(told, text+"\n") })()
	r.agents.Cut()
	sees(t, told, "the connection is lost")
	says(t, s, out, "typed meanwhile", "typed meanwhile")
	sees(t, told, "connected again")
	if s.State() != exec.Connected || len(s.Notices()) < 2 {
		t.Errorf("state %v, notices %v", s.State(), s.Notices())
	}
}

func TestIdleWarning(t *testing.T) {
	r := newRig(t)
	r.sessions().Configure(exec.Settings{IdleLimit: time.Hour, IdleWarning: time.Hour - 100*time.Millisecond, Look: 10 * time.Millisecond})
	s := r.open(r.target())
	until(t, "a warning", func() bool { return len(s.Notices()) == 1 })
	if n := s.Notices()[0]; !strings.Contains(n.Text, "press a key") {
		t.Errorf("told %q", n.Text)
	}
	io.WriteString(s, "x")
	until(t, "another warning", func() bool { return len(s.Notices()) == 2 })
}

func TestTaskThatStopsIsAnnounced(t *testing.T) {
	r := newRig(t)
	r.sessions().Configure(exec.Settings{Look: 20 * time.Millisecond})
	s := r.open(r.target())
	if _, err := r.sim.World().StopTask(s.Request().Task, "the rack burns"); err != nil {
		t.Fatal(err)
	}
	// The agent says nothing: the watch finds out.
	until(t, "the announcement", func() bool {
		n := s.Notices()
		return len(n) > 0 && strings.Contains(n[0].Text, "the rack burns")
	})
}

func TestShellOnAnInstance(t *testing.T) {
	r := newRig(t)
	id := ""
	for _, k := range r.sim.World().Clusters() {
		for _, i := range r.sim.World().Instances(k.Name) {
			id = i.EC2ID
		}
	}
	s, out := r.shows(exec.Request{Instance: id, Cols: 90, Rows: 20})
	says(t, s, out, "$(stty size)", "20 90")
	if s.Label() != id || !strings.HasPrefix(r.records(exec.ActionOpen)[0].Op, "ssm:StartSession") {
		t.Errorf("label %q, journal %+v", s.Label(), r.records(exec.ActionOpen))
	}
	io.WriteString(s, "exit\r")
	if res := ended(t, s); res.Err != nil {
		t.Errorf("ended with %+v", res)
	}
}
