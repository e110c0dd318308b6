package journeys

import (
	"strings"
	"testing"
	"time"

	"ecsole/aws/audit"
)

type record = audit.Record

// act is the journal's two records of one act.
func (j *journey) act(action string) (intent, outcome record) {
	j.t.Helper()
	intent = j.recorded("the intent", func(r record) bool { return r.Kind == audit.KindIntent && r.Action == action })
	outcome = j.recorded("the outcome", func(r record) bool { return r.Kind == audit.KindOutcome && r.Ref == intent.Hash })
	return intent, outcome
}

func TestScale(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]")
		j.goTo("cart")
		j.Press("s").Sees("Scale cart?", "111122223333", "eu-central-1", "profile demo", "simulator", "service/prod/cart", "Desired count 6", "Cancel")
		j.Press("backspace").Type("8\r").Press("enter").Sees("Scale cart", "cart is asked for 8 tasks")
		intent, outcome := j.act("service.scale")
		if intent.Target != "arn:aws:ecs:eu-central-1:111122223333:service/prod/cart" || intent.Before != "desired 6" || intent.After != "desired 8" ||
			intent.Op != "ecs:UpdateService" || intent.Profile != "demo" || intent.Account != "111122223333" {
			t.Errorf("the intent is %+v", intent)
		}
		if outcome.Result != audit.ResultOK || outcome.Request == "" {
			t.Errorf("the outcome is %+v", outcome)
		}
		j.Wait("for eight tasks", func(string) bool { return strings.Contains(j.Line(" cart "), "8/8") })
	})
}

func TestScaleWantsANumber(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]")
		j.goTo("cart")
		j.Press("s").Sees("Scale cart?").Press("backspace").Type("x\r")
		j.pass(time.Second)
		j.Sees("Scale cart?")
		j.Press("esc").Not("Scale cart?")
		if n := j.sim.Faults().Calls("ecs:UpdateService"); n != 0 {
			t.Errorf("%d updates were sent", n)
		}
	})
}

func TestRedeploy(t *testing.T) {
	sizes(t, setting{command: ":services staging"}, func(j *journey) {
		j.Sees("services(staging)[8]")
		j.goTo("catalog")
		// The focus is on Cancel: enter alone changes nothing.
		j.Press("r").Sees("Force a new deployment?", "[ Cancel ]", "staging/catalog")
		j.Press("enter").Not("Force a new deployment?")
		j.Press("r", "tab", "enter").Sees("deployment of catalog started")
		if n := j.sim.Faults().Calls("ecs:UpdateService"); n != 1 {
			t.Errorf("%d updates were sent", n)
		}
		_, outcome := j.act("service.redeploy")
		if outcome.Result != audit.ResultOK {
			t.Errorf("the outcome is %+v", outcome)
		}
		j.Wait("for the deployment", func(string) bool { return strings.HasPrefix(strings.TrimLeft(j.Line(" catalog "), "│▸ "), "◌") })
	})
}

func TestStopTasks(t *testing.T) {
	sizes(t, setting{command: ":tasks staging /^(?:.*)catalog"}, func(j *journey) {
		j.Sees("tasks(staging)[2/")
		j.rest()
		j.Press("space", "space").Sees("2 marked")
		j.Press("ctrl+k").Sees("Stop these 2 tasks?", "The service starts a new task in place of each", "Reason", "111122223333", "eu-central-1")
		j.Type(" for drill\r").Press("enter").Sees("is stopping")
		j.until("both outcomes", func() bool {
			n := 0
			for _, r := range j.records() {
				if r.Kind == audit.KindOutcome && r.Op == "ecs:StopTask" {
					n++
				}
			}
			return n == 2
		})
		intent, _ := j.act("task.stop")
		if !strings.Contains(intent.Reason, "for drill") || intent.After != "STOPPED" {
			t.Errorf("the intent is %+v", intent)
		}
		j.Press("t").Sees("tasks(staging stopped)", "for drill")
	})
}

func TestStoppedTaskIsNotStopped(t *testing.T) {
	sizes(t, setting{command: ":tasks prod"}, func(j *journey) {
		j.Sees("tasks(prod)[77]").Press("t").Sees("tasks(prod stopped)", "STOPPED BECAUSE")
		j.rest()
		j.Press("ctrl+k").Sees("the task is stopped or stopping already")
	})
}

func TestProductionWantsTheName(t *testing.T) {
	sizes(t, setting{command: ":services prod", profile: "shop-prod"}, func(j *journey) {
		j.Sees("services(prod)[14]", "PRODUCTION")
		j.goTo("web")
		j.Press("r").Sees("Force a new deployment?", "Type shop-prod to go on")
		j.Type("shop\r").Sees("is not shop-prod")
		j.Press("tab", "tab", "enter").Sees("is not shop-prod")
		if n := j.sim.Faults().Calls("ecs:UpdateService"); n != 0 {
			t.Fatalf("%d updates were sent without the name", n)
		}
		j.Press("esc").Not("Force a new deployment?")
		j.Press("r").Type("shop-prod\r").Press("enter").Sees("deployment of web started")
	})
}

func TestActThatIsRefused(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]")
		j.sim.Faults().Deny("ecs:UpdateService")
		j.goTo("web")
		j.Press("r").Sees("Force a new deployment?").Press("tab", "enter").Sees("Redeploy web", "denied: ecs:UpdateService")
		_, outcome := j.act("service.redeploy")
		if outcome.Result != audit.ResultFailed || !strings.Contains(outcome.Error, "UpdateService") {
			t.Errorf("the outcome is %+v", outcome)
		}
		j.Press("!").Sees("ecs:UpdateService", "denied")
	})
}

// An act goes on when its screen is left, and its end is told on another.
func TestActInFlightWhenItsScreenIsLeft(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]")
		j.goTo("prod")
		j.Press("enter").Sees("services(prod)[14]")
		j.sim.Faults().Slow("ecs:UpdateService", 5*time.Second)
		j.goTo("web")
		j.Press("r", "tab", "enter").Sees("◌ Redeploy web in demo/eu-central-1")
		j.Press("esc").Sees("clusters(all)[4]", "Redeploy web")
		j.moves()
		j.Type(":ctx shop-prod\r").Sees("PRODUCTION", "Redeploy web in demo/eu-central-1")
		j.Sees("Redeploy web in demo/eu-central-1: deployment of web started").Not("◌ Redeploy")
		_, outcome := j.act("service.redeploy")
		if outcome.Result != audit.ResultOK || outcome.Profile != "demo" {
			t.Errorf("the outcome is %+v", outcome)
		}
	})
}

// An act that is denied after its screen was left says so on the screen that is
// there, whose own failures are told beside it.
func TestActDeniedWhenItsScreenIsLeft(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]")
		j.rest()
		before := j.names()
		j.goTo("prod")
		j.Press("enter").Sees("services(prod)[14]")
		j.sim.Faults().Slow("ecs:UpdateService", 5*time.Second)
		j.sim.Faults().Deny("ecs:UpdateService")
		j.goTo("web")
		j.Press("r", "tab", "enter").Sees("◌ Redeploy web in demo/eu-central-1")
		j.sim.Faults().Deny("ecs:ListClusters")
		j.Press("esc").Sees("clusters(all)[4", "Redeploy web")
		j.moves()
		j.Sees("✗ Redeploy web in demo/eu-central-1: denied: ecs:UpdateService")
		j.moves()
		j.pass(2 * time.Minute)
		j.Sees("denied: ecs:ListClusters", " old")
		j.keeps(before)
		j.moves()
	})
}

func TestQuitAsksWhileAnActIsUnderWay(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]")
		j.sim.Faults().Hang("ecs:UpdateService")
		j.goTo("web")
		j.Press("r", "tab", "enter").Sees("◌ Redeploy web")
		j.Type(":q\r").Sees("Quit?", "1 job: Redeploy web")
		j.pass(time.Second)
		j.Press("esc").Not("Quit?")
		if !j.Running() {
			t.Fatal("esc ended the console")
		}
		j.sim.Faults().Unhang("ecs:UpdateService")
		j.Sees("deployment of web started").Not("◌ Redeploy")
		j.Press("ctrl+c").Ended()
	})
}

func TestQuit(t *testing.T) {
	for _, how := range []string{":q\r", ":quit\r", ":exit\r", ":q!\r"} {
		t.Run(strings.TrimSpace(how), func(t *testing.T) {
			run(t, setting{}, func(j *journey) { j.Sees("clusters(all)[4]").Type(how).Ended() })
		})
	}
	t.Run("q is back", func(t *testing.T) {
		run(t, setting{}, func(j *journey) {
			j.Sees("clusters(all)[4]")
			j.Press("enter").Sees("services(data)")
			j.Press("q").Sees("clusters(all)")
			j.Press("q").Sees("this is the first screen; ctrl-c quits")
		})
	})
}
