package shells

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ecsole/aws/exec"
	"ecsole/aws/sim/agent"
)

// turn sets switches as the command line does.
func (d *desk) turn(text string) {
	d.Helper()
	if err := d.sim.Faults().Set(text); err != nil {
		d.Fatal(err)
	}
}

// lastRow is the row that notices are painted on.
func (d *desk) lastRow() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.screen.Line(rows - 1)
}

// TestNoKeyIsLost types a text in single keys through all faults at once, with and
// without encryption, into a program that counts and sums it.
func TestNoKeyIsLost(t *testing.T) {
	for _, encrypted := range []bool{false, true} {
		t.Run(fmt.Sprintf("encrypted %v", encrypted), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			s := d.open(d.request(encrypted))
			d.attach(s)
			d.says("ready", "ready") // and so all of it was taken
			d.turn("exec-drop=9/7,exec-double=5/5,exec-reorder=4/4,exec-acks=7/9,exec-delay=20ms,exec-cut=3s,exec-pause=2s:300ms")
			const sum = "stty -echo; tr -d '\\n' | md5sum\r"
			typed, _ := s.Traffic()
			d.keys(sum)
			typed += int64(len(sum))
			for i := range 120 {
				text := fmt.Sprintf("%d,", i)
				if i%30 == 29 {
					text += "\r"
				}
				for _, k := range text {
					d.keys(string(k))
					typed++
					d.until("the key to be taken", func() bool { now, _ := s.Traffic(); return now == typed })
				}
			}
			d.keys("\x04")
			d.sees("2f53c5c91d75c89c686483697d764d14")
			d.turn("exec-drop=0,exec-double=0,exec-reorder=0,exec-acks=0,exec-delay=0s,exec-cut=0s")
			d.keys("stty echo; exit\r")
			if res := d.ends(s); res.Err != nil {
				t.Errorf("ended with %+v", res)
			}
		})
	}
}

// A connection on which nothing passes any more is noticed, told of and replaced; what
// was typed meanwhile arrives.
func TestAsleepOnTheTerminal(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	s := d.shell()
	d.sim.Agent().Faults().Set(func(w *agent.Switches) { w.Asleep = true })
	d.keys("echo '<'kept$((1+1))'>'\r")
	d.until("word of the loss", func() bool { return strings.Contains(d.lastRow(), "the connection is lost") })
	d.sim.Agent().Faults().Set(func(w *agent.Switches) { w.Asleep = false })
	d.sees("<kept2>")
	d.says("alive", "alive")
	d.keys("exit\r")
	d.ends(s)
}

// The loss of a connection is told on the last row, which then shows again what the
// remote has there.
func TestLossIsToldAndTheRowRestored(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	s := d.shell()
	d.keys("for i in $(seq 1 40); do echo row $i; done; printf 'the last row'; sleep 1000\r")
	d.until("a full screen", func() bool { return strings.Contains(d.lastRow(), "the last row") })
	d.turn("exec-resume=empty") // for as long as it takes to see the notice
	d.sim.Faults().Hang("ssm:ResumeSession")
	d.sim.Agent().Cut()
	d.until("word of the loss", func() bool { return strings.Contains(d.lastRow(), "the connection is lost") })
	d.turn("exec-resume=allowed")
	d.sim.Faults().Unhang("ssm:ResumeSession")
	d.until("word of the return", func() bool { return strings.Contains(d.lastRow(), "connected again") })
	d.until("the row as it was", func() bool { return d.lastRow() == "the last row" })
	d.keys("\x03")
	d.keys("exit\r")
	d.ends(s)
}

// The service ends a session without input; before that the user is warned, and a key
// takes the warning back.
func TestIdleIsWarnedOf(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	exec.Of(d.acct).Configure(exec.Settings{IdleLimit: 20 * time.Minute, IdleWarning: 20*time.Minute - 500*time.Millisecond, Look: 50 * time.Millisecond})
	s := d.shell()
	warning := "the service ends this session in"
	d.until("a warning", func() bool {
		return strings.Contains(d.lastRow(), warning) && strings.Contains(d.lastRow(), "press a key to keep it")
	})
	d.keys("x")
	d.until("another warning", func() bool { return len(s.Notices()) == 2 })
	d.until("the row as it was", func() bool { return !strings.Contains(d.lastRow(), warning) })
	d.turn("exec-idle=1ms")
	if res := d.ends(s); res.Text != agent.ReasonIdle || res.Own {
		t.Errorf("ended with %+v", res)
	}
}

// TestEndingsBySwitch ends sessions in the ways that `ecsole sim --faults` has, from
// their beginning.
func TestEndingsBySwitch(t *testing.T) {
	for faults, want := range map[string][]string{
		"exec-close=2s:ended by an administrator": {"ended by an administrator"},
		"exec-age=2s": {agent.ReasonAge},
		"exec-stop=1s:137:OutOfMemoryError: killed": {exec.ErrTaskStopped.Error(), "EssentialContainerExited", "exit 137", "out of memory"},
		"exec-stop=1s":                   {exec.ErrTaskStopped.Error(), "UserInitiated", "Task stopped by user"},
		"exec-cut=2s,exec-resume=denied": {"ssm:ResumeSession"},
		"exec-cut=2s,exec-resume=empty":  {"no token"},
	} {
		t.Run(faults, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.turn(faults)
			s := d.shell()
			res := d.ends(s)
			for _, w := range want {
				if !strings.Contains(res.Text, w) {
					t.Errorf("ended with %q, %v; want %q", res.Text, res.Err, w)
				}
			}
			if res.Own {
				t.Errorf("%q counts as the user's doing", res.Text)
			}
		})
	}
}
