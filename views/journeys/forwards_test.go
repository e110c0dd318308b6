package journeys

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"ecsole/aws/audit"
	"ecsole/aws/sim"
)

func TestForwardDialog(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]")
		j.goTo("payments")
		j.Press("F").Sees("Forward a port?", "111122223333", "payments/", ":payments", "Port there", "8080", "Local address", "127.0.0.1", "Remote host",
			"AWS does not log what goes through", "Follow service", "[ ]")
		j.Press("esc").Not("Forward a port?")
		if n := j.sim.Faults().Calls("ssm:StartSession"); n != 0 {
			t.Errorf("%d sessions were begun", n)
		}
	})
}

func TestForwardWantsSense(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]")
		j.goTo("payments")
		j.Press("F").Sees("Forward a port?")
		j.Press("backspace", "backspace", "backspace", "backspace").Type("70000\r").Sees("between 1 and 65535")
		j.Press("backspace", "backspace", "backspace", "backspace", "backspace").Type("80\r\r")
		j.Press("backspace").Type("x\r").Sees("is no IP address")
		j.Press("esc").Not("Forward a port?")
	})
}

// Who would open a port of this machine to others is asked again.
func TestForwardForOthers(t *testing.T) {
	run(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]")
		j.goTo("payments")
		j.Press("F").Sees("Forward a port?")
		j.Type("\r\r").Press("ctrl+u").Type("0.0.0.0\r\r\r").Press("enter").Sees("Listen on 0.0.0.0?", "Whoever can reach this machine", "[ Cancel ]")
		j.Press("enter").Not("Listen on 0.0.0.0?")
		if n := j.sim.Faults().Calls("ssm:StartSession"); n != 0 {
			t.Errorf("%d sessions were begun", n)
		}
	})
}

func TestForwardDenied(t *testing.T) {
	run(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]")
		j.sim.Faults().Deny("ssm:StartSession")
		j.goTo("payments")
		j.Press("F").Sees("Forward a port?")
		j.Type("\r").Press("ctrl+u").Type("\r\r\r\r").Press("enter").Sees("forward to payments/", "ssm:StartSession").Not("1 forward")
		intent, outcome := j.act("forward.open")
		if intent.Op != "ssm:StartSession" || outcome.Result != audit.ResultFailed {
			t.Errorf("the journal has %+v, %+v", intent, outcome)
		}
		j.Type(":pf\r").Sees("forwards(this run)[0]")
	})
}

func TestForwardRefused(t *testing.T) {
	run(t, setting{command: ":services prod", readOnly: true}, func(j *journey) {
		j.Sees("services(prod)[14]")
		j.goTo("payments")
		j.Press("F").Sees("read-only: Forward is refused")
	})
	run2 := func(name string, s setting, f func(j *journey)) {
		t.Run(name, func(t *testing.T) { run(t, s, f) })
	}
	run2("forbidden", setting{command: ":services prod", config: "forward: {allow: false}\n"}, func(j *journey) {
		j.Sees("services(prod)[14]")
		j.goTo("payments")
		j.Press("F").Sees("forward.allow: false")
	})
	run2("not ready", setting{command: ":services prod", sim: sim.Options{Seed: 1}}, func(j *journey) {
		j.Sees("services(prod)[14]")
		j.goTo("web")
		j.Press("F").Sees("which container?")
		j.Press("enter").Sees("No forward to", "enableExecuteCommand is false")
	})
	run2("production", setting{command: ":services prod", profile: "shop-prod"}, func(j *journey) {
		j.Sees("services(prod)[14]")
		j.goTo("payments")
		j.Press("F").Sees("Forward a port in production?", "Type shop-prod to go on")
	})
}

// TestForward forwards a port from the screen, and goes through it with a connection of
// this machine. That needs real time: the network knows no other.
func TestForward(t *testing.T) {
	t.Parallel()
	j := start(t, setting{width: 160, height: 40, command: ":services prod"})
	j.Sees("services(prod)[14]")
	j.goTo("payments")
	j.Press("F").Sees("Forward a port?")
	j.Type("\r").Press("ctrl+u").Type("\r\r\r").Press("space").Type("\r").Press("enter").Sees("→ localhost:8080 is open", "1 forward")
	j.Press("f").Sees("forwards(this run)[1]", "ready", "payments/", "localhost:8080")
	address := regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(j.cursor())
	through := func() { t.Helper(); j.through(address) }
	through()
	j.Press("ctrl+r").Wait("for the connection to be counted", func(string) bool { return strings.Contains(j.cursor(), "0/1") })
	j.Press("c").Sees("address " + address + " copied")

	// Another account leaves it alone.
	j.Type(":ctx shop-prod\r").Sees("PRODUCTION", "1 forward")
	j.Type(":pf\r").Sees("forwards(this run)[1]", "demo/eu-central-1")
	through()
	j.Type(":ctx demo\r").Not("PRODUCTION").Sees("clusters(all)[4]")

	// It moves with its service.
	target := j.stopForwarded()
	j.until("a session in another task", func() bool {
		for _, s := range j.sim.Agent().Sessions() {
			if s.Target != target && s.Connected {
				return true
			}
		}
		return false
	})
	through()

	// What a forward is has been said once.
	j.Type(":services prod\r").Sees("services(prod)[14]")
	j.goTo("payments")
	j.Press("F").Sees("Forward a port?", "Follow service").Not("AWS does not log").Press("esc").Not("Forward a port?")

	// Who quits is told of it; who closes it is asked.
	j.Press("ctrl+c").Sees("one forward is open")
	j.pass(time.Second / 2) // it takes no key typed sooner
	j.Press("esc").Not("one forward is open")
	j.Type(":forward\r").Sees("forwards(this run)[1]")
	j.Wait("for the cursor", func(string) bool { return j.cursor() != "" })
	j.Press("ctrl+d").Sees("Close this forward?", address, "[ Cancel ]").Press("tab", "enter").Sees("Close "+address, "closed")
	j.Wait("for the row to go", func(s string) bool { return !strings.Contains(s, "payments/") })
	if _, err := http.Get("http://" + address); err == nil {
		t.Error("it still listens")
	}
	intent, outcome := j.act("forward.open")
	if !strings.Contains(intent.After, address+" → localhost:8080") || outcome.Result != audit.ResultOK {
		t.Errorf("the journal has %+v, %+v", intent, outcome)
	}
	if r := j.recorded("the end", func(r record) bool { return r.Action == "forward.close" }); !strings.Contains(r.After, "3 connections") {
		t.Errorf("the journal has %+v", r)
	}
}

// TestForwardsEndWithTheConsole leaves a forward open at the end.
func TestForwardsEndWithTheConsole(t *testing.T) {
	t.Parallel()
	j := start(t, setting{command: ":services prod"})
	j.Sees("services(prod)[14]")
	j.goTo("payments")
	j.Press("F").Sees("Forward a port?")
	j.Type("\r").Press("ctrl+u").Type("\r\r\r\r").Press("enter").Sees("is open", "1 forward")
	j.app.Close()
	if r := j.recorded("the end", func(r record) bool { return r.Action == "forward.close" }); r.Result != audit.ResultOK {
		t.Errorf("the journal has %+v", r)
	}
	for _, s := range j.sim.Agent().Sessions() {
		if s.Ended.IsZero() {
			t.Errorf("session %s lives on", s.ID)
		}
	}
}

// TestForwardThatStays has a forward that does not move by itself, whose task goes.
func TestForwardThatStays(t *testing.T) {
	t.Parallel()
	j := start(t, setting{width: 160, height: 40, command: ":services prod"})
	j.Sees("services(prod)[14]")
	j.goTo("payments")
	j.Press("F").Sees("Forward a port?")
	j.Type("\r").Press("ctrl+u").Type("\r\r\r\r").Press("enter").Sees("is open")
	j.Type(":pf\r").Sees("forwards(this run)[1]", "ready")
	j.Wait("for the cursor", func(string) bool { return j.cursor() != "" })
	address := regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(j.cursor())
	j.Press("r").Sees("Reconnect: this forward is ready")
	before := j.stopForwarded()
	j.Wait("for it to be broken", func(string) bool {
		return strings.Contains(j.cursor(), " broken ") && strings.Contains(j.cursor(), "the task has gone")
	})
	j.Press("r").Sees("Reconnect this forward?").Press("tab", "enter").Not("Reconnect this forward?")
	j.Wait("for it to be ready", func(string) bool { return strings.Contains(j.cursor(), " ready ") })
	j.through(address)
	if after := j.sim.Agent().Sessions(); after[len(after)-1].Target == before {
		t.Error("it went to the task that has gone")
	}
}

// through asks what listens behind an address of this machine how it is.
func (j *journey) through(address string) {
	j.t.Helper()
	c := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 25 * time.Second}
	resp, err := c.Get("http://" + address + "/health")
	if err != nil {
		j.t.Fatal(err)
	}
	defer resp.Body.Close()
	if b, err := io.ReadAll(resp.Body); err != nil || !strings.Contains(string(b), "UP") {
		j.t.Fatalf("%q, %v", b, err)
	}
}

// stopForwarded stops the task that the only session goes to, and gives its target.
func (j *journey) stopForwarded() string {
	j.t.Helper()
	target := j.sim.Agent().Sessions()[0].Target
	for _, task := range j.sim.World().Tasks("prod") {
		if strings.Contains(target, task.ID) {
			if _, err := j.sim.World().StopTask(task.ARN, "scaled in"); err != nil {
				j.t.Fatal(err)
			}
		}
	}
	return target
}
