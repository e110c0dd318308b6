package journeys

import (
	"strings"
	"testing"

	"ecsole/aws/audit"
	"ecsole/aws/exec"
)

// TestCommandOnAService runs a command in each task of a service and folds what is
// the same.
func TestCommandOnAService(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]").Type(":services prod\r").Sees("services(prod)[14]")
		j.rest()
		j.goTo("payments")
		j.Press("x").Sees("Run a command", "111122223333", "payments/", "Command")
		j.Type("echo all say this; echo none > /dev/null")
		j.Press("enter").Press("enter", "enter") // the field, perhaps the container, the button
		j.Sees("output(echo all say").Sees("exit status 0", "all say this", "with status 0")
		j.Not("have not answered yet")
		n := 0
		for _, r := range j.records() {
			if r.Action == exec.ActionOpen && r.Kind == audit.KindIntent && strings.HasPrefix(r.After, "echo all say this") {
				n++
			}
		}
		if n < 2 {
			t.Errorf("%d acts are in the journal", n)
		}
		j.Press("esc").Sees("services(prod)[14]")
		j.Type(":runs\r").Sees("runs(this run)[1]", "echo all say this")
		j.rest().Press("enter").Sees("output(echo all say", "all say this")
	})
}

// TestCommandOnMarkedTasks runs a command in marked tasks alone, tells their answers
// apart, and says which could not be asked.
func TestCommandOnMarkedTasks(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]").Type(":tasks prod /payments\r").Sees("tasks(prod)")
		j.rest()
		j.Press("g", "space", "space")
		j.Press("x").Sees("Run a command")
		j.Type("hostname; exit 3").Press("enter").Press("enter", "enter")
		j.Sees("output(hostname", "1 of 2: exit status 3", "2 without status 0")
		j.Press("esc").Sees("tasks(prod)").Press("ctrl+\\")
		j.rest()
		j.sim.Faults().Deny("ecs:ExecuteCommand")
		j.Press("x").Sees("Run a command").Type("true").Press("enter").Press("enter", "enter")
		j.Sees("no answer", "ecs:ExecuteCommand")
	})
}

// TestCommandIsCancelled ends a command that takes its time.
func TestCommandIsCancelled(t *testing.T) {
	run(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]").Type(":tasks prod /payments\r").Sees("tasks(prod)")
		j.rest()
		j.Press("g", "x").Sees("Run a command").Type("echo begun; sleep 600").Press("enter").Press("enter", "enter")
		j.Sees("output(echo begun", "1 to come")
		j.Press("esc").Sees("tasks(prod)").Type(":runs\r").Sees("runs(", "1 to come")
		j.rest()
		j.Press("ctrl+k").Sees("1 without status 0 · cancelled")
		j.Press("enter").Sees("broken off", "begun")
		j.until("the end of the session", func() bool {
			all := j.sim.Agent().Sessions()
			return len(all) == 1 && !all[0].Ended.IsZero()
		})
	})
}

// TestCommandIsRefused runs nothing where nothing may be changed.
func TestCommandIsRefused(t *testing.T) {
	run(t, setting{readOnly: true}, func(j *journey) {
		j.Sees("clusters(all)[4]").Type(":tasks prod /payments\r").Sees("tasks(prod)")
		j.rest()
		j.Press("g", "x").Sees("read-only: Run command is refused")
		j.Press("alt+s").Sees("read-only: Shell with … is refused")
	})
}

// TestCommandWhereNothingIsReady says in front of each container why it cannot be asked.
func TestCommandWhereNothingIsReady(t *testing.T) {
	run(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]").Type(":tasks prod /sessions-cache\r").Sees("tasks(prod)")
		j.rest()
		j.Press("g", "x").Sees("Run a command", "not ready: ")
		j.Type("true").Press("enter").Press("enter", "enter").Sees("not tried: ", "enableExecuteCommand is false")
	})
}

// TestShellWithAnotherCommand asks what is to be opened, before anything is.
func TestShellWithAnotherCommand(t *testing.T) {
	run(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]").Type(":tasks prod /payments\r").Sees("tasks(prod)")
		j.rest()
		j.sim.Faults().Deny("ecs:ExecuteCommand")
		j.Press("g", "enter").Sees("containers(")
		j.goTo("payments")
		j.Press("alt+s").Sees("Open with which command?", "bash")
		for range "bash" {
			j.Press("backspace")
		}
		j.Type("python3 -i").Press("enter", "enter").Sees("ecs:ExecuteCommand")
		j.recorded("the refusal", func(r audit.Record) bool { return r.Action == exec.ActionOpen && r.After == "python3 -i" })
	})
}
