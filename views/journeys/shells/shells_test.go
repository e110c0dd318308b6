package shells

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ecsole/aws/exec"
	"ecsole/aws/sim/agent"
)

func TestShell(t *testing.T) {
	for _, encrypted := range []bool{false, true} {
		t.Run(fmt.Sprintf("encrypted %v", encrypted), func(t *testing.T) {
			d := newDesk(t)
			s := d.open(d.request(encrypted))
			d.attach(s)
			d.says("ready", "ready")
			d.says("$(stty size)", "30 100")
			d.says("žluťoučký 漢字", "žluťoučký 漢字")
			d.keys("sleep 1000\r")
			d.keys("\x03") // Ctrl-C ends the remote's program, not this one
			d.says("alive", "alive")
			d.keys("exit\r")
			if res := d.ends(s); res.Err != nil || res.Text != "the shell has ended" {
				t.Errorf("ended with %+v", res)
			}
		})
	}
}

// TestFaults types into a shell through each fault, and reads what it says.
func TestFaults(t *testing.T) {
	all := func(s *agent.Switches, delay time.Duration) {
		s.Out = agent.Way{Drop: 9, Duplicate: 5, Reorder: 4, LoseAcks: 7, Delay: delay}
		s.In = agent.Way{Drop: 7, Duplicate: 5, Reorder: 4, LoseAcks: 9, Delay: delay}
	}
	for name, set := range map[string]func(*agent.Switches){
		"lost":      func(s *agent.Switches) { s.Out.Drop, s.In.Drop = 5, 4 },
		"doubled":   func(s *agent.Switches) { s.Out.Duplicate, s.In.Duplicate = 2, 2 },
		"reordered": func(s *agent.Switches) { s.Out.Reorder, s.In.Reorder = 2, 2 },
		"acks lost": func(s *agent.Switches) { s.Out.LoseAcks, s.In.LoseAcks = 2, 2 },
		"late":      func(s *agent.Switches) { s.Out.Delay, s.In.Delay = time.Second, time.Second }, // two seconds there and back
		"cut":       func(s *agent.Switches) { s.CutAfter = 300 * time.Millisecond },
		"all": func(s *agent.Switches) {
			all(s, 20*time.Millisecond)
			s.CutAfter = 2 * time.Second
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			s := d.shell()
			d.sim.Agent().Faults().Set(set)
			for i := range 8 {
				d.keys(fmt.Sprintf("echo '<'%d $((%d*3))'>'\r", i, i))
			}
			d.keys("seq 1 200 | tr '\\n' ' '; echo '<'done'>'\r")
			for i := range 8 {
				d.until(fmt.Sprintf("answer %d", i), func() bool {
					d.mu.Lock()
					defer d.mu.Unlock()
					return strings.Count(d.raw.String(), fmt.Sprintf("<%d %d>", i, i*3)) >= 1
				})
			}
			var want strings.Builder
			for i := range 200 {
				fmt.Fprintf(&want, "%d ", i+1)
			}
			d.sees("<done>")
			// The screen has wrapped the line.
			if got := strings.ReplaceAll(d.text(), "\n", ""); !strings.Contains(got, strings.ReplaceAll(want.String()[100:], " ", "")) &&
				!strings.Contains(strings.Join(strings.Fields(d.text()), " "), strings.TrimSpace(want.String()[len(want.String())-200:])) {
				t.Errorf("the screen shows\n%s", d.text())
			}
			d.sim.Agent().Faults().Reset()
			d.keys("exit\r")
			if res := d.ends(s); res.Err != nil {
				t.Errorf("ended with %+v", res)
			}
		})
	}
}

func TestPasteIntoTheRemote(t *testing.T) {
	d := newDesk(t)
	s := d.shell()
	d.keys("stty -echo; wc -c\r")
	line := "žluťoučký kůň pil skvělou vodu a úpěl ďábelské ódy 漢字\r"
	n := 1<<20/len(line) + 1
	d.typed += int64(n * len(line))
	go d.master.WriteString(strings.Repeat(line, n))
	d.until("the paste", func() bool { in, _ := s.Traffic(); return in >= int64(n*len(line)) })
	d.keys("\x04")
	d.sees(fmt.Sprint(n * len(line)))
	d.keys("stty echo\r")
	d.keys("exit\r")
	d.ends(s)
}

func TestEndings(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(d *desk, s *exec.Session)
		want string
	}{
		{"text", func(d *desk, s *exec.Session) { d.sim.Agent().EndAll("ended by an administrator") }, "ended by an administrator"},
		{"idle", func(d *desk, s *exec.Session) {
			d.sim.Agent().Faults().Set(func(w *agent.Switches) { w.IdleTimeout = 100 * time.Millisecond })
		}, agent.ReasonIdle},
		{"age", func(d *desk, s *exec.Session) {
			d.sim.Agent().Faults().Set(func(w *agent.Switches) { w.MaxAge = 100 * time.Millisecond })
		}, agent.ReasonAge},
		{"resume denied", func(d *desk, s *exec.Session) {
			d.sim.Agent().Faults().Set(func(w *agent.Switches) { w.RefuseResume = agent.ResumeDenied })
			d.sim.Agent().Cut()
		}, "ssm:ResumeSession"},
		{"no permission to resume", func(d *desk, s *exec.Session) {
			d.sim.Faults().Deny("ssm:ResumeSession")
			d.sim.Agent().Cut()
		}, "ssm:ResumeSession"},
		{"timed out while away", func(d *desk, s *exec.Session) {
			d.sim.Agent().Faults().Set(func(w *agent.Switches) { w.RefuseResume = agent.ResumeEmpty })
			d.sim.Agent().Cut()
		}, "no token"},
		{"token refused", func(d *desk, s *exec.Session) {
			d.sim.Agent().Faults().Set(func(w *agent.Switches) { w.RefuseToken = true })
			d.sim.Agent().Cut()
		}, "refused the session's token"},
		{"credentials expired", func(d *desk, s *exec.Session) {
			d.sim.Faults().Expire()
			d.sim.Agent().Cut()
		}, "expired"},
		{"task stopped", func(d *desk, s *exec.Session) {
			if _, err := d.sim.World().StopTask(s.Request().Task, "scaled in by hand"); err != nil {
				d.Fatal(err)
			}
		}, "scaled in by hand"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			s := d.shell()
			c.do(d, s)
			if res := d.ends(s); !strings.Contains(res.Text, c.want) {
				t.Errorf("ended with %q, %v; want %q", res.Text, res.Err, c.want)
			}
			// The console and its terminal are usable afterwards.
			d.sim.Agent().Faults().Reset()
			d.sim.Faults().Renew()
			if c.name != "task stopped" {
				again := d.shell()
				d.keys("exit\r")
				d.ends(again)
			}
		})
	}
}

func TestDetachedSessionGoesOn(t *testing.T) {
	d := newDesk(t)
	s := d.shell()
	// The shell waits for a file, which nobody makes before the terminal is left.
	d.keys("echo '<'begun'>'; while [ ! -e /tmp/go ]; do sleep 0.05; done; echo '<'unseen'>'\r")
	d.sees("<begun>")
	d.keys("\r", "~", "d")
	d.left()
	if !d.host.Detached() || exec.Of(d.acct).Live() != 1 {
		t.Fatal("not detached")
	}
	_, before := s.Traffic()
	if o := exec.Of(d.acct).Run(t.Context(), s.Request(), "touch /tmp/go", exec.RunOptions{}); o.Err != nil || o.Exit != 0 {
		t.Fatalf("%+v", o)
	}
	d.until("output nobody sees", func() bool { _, out := s.Traffic(); return out > before })
	if strings.Contains(d.text(), "<unseen>") {
		t.Error("a session that is detached writes to the terminal")
	}
	d.attach(s)
	d.sees("<unseen>")
	d.keys("while [ \"$(stty size)\" != '30 100' ]; do sleep 0.05; done; echo '<'size'>'\r")
	d.sees("<size>") // the second of the two sizes
	other := d.open(d.request(false))
	d.keys("\r", "~", "2")
	d.says("other", "other")
	d.keys("exit\r")
	d.ends(other)
	d.attach(s)
	d.keys("\r", "~", ".")
	if res := d.ends(s); res.Text != "ended here" {
		t.Errorf("ended with %+v", res)
	}
}

func TestNotices(t *testing.T) {
	d := newDesk(t)
	s := d.shell()
	d.sim.Agent().Pause(500 * time.Millisecond)
	// On a slow machine the next notice may take its place before anybody looks.
	d.until("a notice", func() bool { return d.count(" the service has paused the session") > 0 })
	d.keys("echo '<'typed$((1+1))'>'\r")
	d.sees("<typed2>")
	d.keys("exit\r")
	d.ends(s)
}
