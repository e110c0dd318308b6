package journeys

import (
	"strings"
	"testing"
	"time"

	"ecsole/aws/audit"
	"ecsole/aws/sim"
)

// The doctor of a service says which task it has chosen, what is the matter, and gives
// the command that mends it.
func TestTheDoctorOfAService(t *testing.T) {
	run(t, setting{command: ":svc prod /ledger"}, func(j *journey) {
		j.Sees("[1/14]").Press("D")
		j.Sees("doctor(service/ledger)", "of 4 tasks: the newest of the 4 that are not ready", "2 failed, 1 warned, 0 unknown",
			"Likely cause", "✗ task role prod-ledger-task may not", "Failed (2)", "→ allow it to task role prod-ledger-task", "Warned (1)")
		j.Press("y").Sees("Copy the fix of which point?").Press("enter").Sees("fix of task role copied")
		j.until("the fix on the clipboard", func() bool {
			got := strings.Join(j.Copied(), "\n")
			return strings.HasPrefix(got, "aws iam put-role-policy --role-name prod-ledger-task") && strings.Contains(got, `"ssmmessages:OpenDataChannel"`)
		})
		j.Press("/").Type("plugin\r").Sees("[1/1]", "not needed: ecsole holds the session itself")
		j.Press("esc").Press("esc").Sees("services(prod)")
	})
}

// Points are shown as they come, and those that cannot be read say what is missing.
func TestTheDoctorFillsIn(t *testing.T) {
	run(t, setting{command: ":svc prod /checkout", height: 60, before: func(s *sim.Sim) {
		s.Faults().Hang("iam:SimulatePrincipalPolicy")
		s.Faults().Deny("ec2:DescribeVpcEndpoints")
	}}, func(j *journey) {
		j.Sees("[1/14]").Press("enter").Sees("tasks(prod/checkout)", "RUNNING").Press("D")
		j.Sees("Still open", "your permission, task role,", "Unknown (1)", "? it cannot be read without ec2:DescribeVpcEndpoints", "✓ checkout: RUNNING", "examining…")
		j.sim.Faults().Unhang("iam:SimulatePrincipalPolicy")
		j.Sees("0 failed, 2 warned, 1 unknown", "✓ user oncall may ecs:ExecuteCommand").Not("Still open", "examining…")
		j.sim.Faults().Allow("ec2:DescribeVpcEndpoints")
		j.Press("ctrl+r").Sees("0 failed, 2 warned, 0 unknown")
	})
}

// A doctor that is left ends its calls, and a container's doctor looks at that alone.
func TestTheDoctorOfAContainer(t *testing.T) {
	run(t, setting{command: ":svc prod /checkout", height: 60}, func(j *journey) {
		j.Sees("[1/14]").Press("enter").Sees("tasks(prod/checkout)", "RUNNING").Press("enter").Sees("otel-collector").Press("down", "D").Sees("doctor(checkout/", ":otel-collector)", "✓ ExecuteCommandAgent is RUNNING").Not("checkout: ")
		j.sim.Faults().Hang("iam:SimulatePrincipalPolicy")
		j.Press("ctrl+r").Sees("examining…").Press("esc").Sees("containers(")
	})
}

// A shell that ECS refuses opens the doctor by itself: likely cause first, and no key
// typed before it was seen answers it.
func TestAShellThatIsRefusedOpensTheDoctor(t *testing.T) {
	sizes(t, setting{command: ":svc prod /checkout", before: func(s *sim.Sim) { s.Faults().Deny("ecs:ExecuteCommand") }}, func(j *journey) {
		j.Sees("[1/14]").Press("enter").Sees("tasks(prod/checkout)", "RUNNING").Press("enter").Sees("otel-collector")
		j.Press("s").Sees("✗ No shell in checkout/", "denied: ecs:ExecuteCommand", "Likely cause:", "✗ your permission (failed)", "[ All points ]")
		j.Press("enter") // within 400 ms of its opening
		j.Sees("[ All points ]")
		time.Sleep(time.Second) // of the bubble's time
		j.Press("enter").Sees("doctor(checkout/", "Likely cause", "your permission", "ECS refused it: missing permission ecs:ExecuteCommand")
		j.Press("esc").Sees("containers(")
		j.recorded("the refused shell", func(r audit.Record) bool { return r.Action == "exec.open" && r.Result == audit.ResultFailed })
	})
}

// Where a task is known not to be ready, the dialog leads to the doctor.
func TestFromTheDialogToTheDoctor(t *testing.T) {
	sizes(t, setting{command: ":svc prod /sessions-cache"}, func(j *journey) {
		j.Sees("[1/14]").Press("enter").Sees("tasks(prod/sessions-cache)", "RUNNING").Press("s")
		j.Sees("No shell in sessions-cache", "enableExecuteCommand is false", "[ Doctor ]").Press("enter")
		j.Sees("doctor(sessions-cache/", "Likely cause", "aws ecs update-service --cluster prod --service", "--enable-execute-command")
	})
}
