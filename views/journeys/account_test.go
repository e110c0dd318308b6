package journeys

import (
	"context"
	"strings"
	"testing"
	"time"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/aws/sim"
)

func TestSwitchAccount(t *testing.T) {
	known := setting{config: `accounts: {"444455556666": sandbox}`, profiles: []aws.Profile{
		{Name: "demo", Region: "eu-central-1", Kind: "keys"},
		{Name: "shop-prod", Region: "eu-central-1", Kind: "keys", AccountID: "111122223333"},
		{Name: "shop-nonprod", Region: "eu-west-1", Kind: "sso", AccountID: "444455556666"},
	}}
	sizes(t, known, func(j *journey) {
		j.Sees("clusters(all)[4]", "111122223333") // whose keys they are comes beside the list
		j.Press("enter").Sees("<clusters>   <services>")
		j.Type(":ctx\r").Sees("profiles(", "shop-prod", "shop-nonprod", "444455556666", "sandbox", "eu-west-1")
		// Whose keys they are is not in the AWS configuration; AWS has said it.
		if !strings.Contains(j.Line("• demo")+j.Line("▸• demo"), "111122223333") {
			t.Errorf("the account of the present profile is not shown:\n%s", j.Screen())
		}
		j.goTo("shop-prod")
		j.Press("enter").Sees("shop-prod", "PRODUCTION", "clusters(all)[4]")
		j.Wait("for the stack to be cleared", func(s string) bool { return !strings.Contains(s, "<services>") && !strings.Contains(s, "<profiles>") })
		r := j.recorded("the switch", func(r audit.Record) bool { return r.Action == "account.switch" })
		if !strings.Contains(r.Before, "profile demo") || !strings.Contains(r.Target, "profile shop-prod") {
			t.Errorf("the switch is recorded as %+v", r)
		}
		j.Type(":profile demo\r").Not("PRODUCTION").Sees("Profile:  demo")
		j.Type(":ctx shop-prod\r").Sees("PRODUCTION")
		j.Type(":region us-east-1\r").Sees("us-east-1", "PRODUCTION")
		j.Type(":profile demo us-west-2\r").Sees("us-west-2").Not("PRODUCTION")
		// Those that were open already were not opened again.
		if n := len(j.opened.list()); n != 4 {
			t.Errorf("%d accounts were opened, want 4", n)
		}
	})
}

// A line can name the account where it is to run.
func TestCommandInAnotherAccount(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]")
		j.Type(":services prod @shop-prod\r").Sees("PRODUCTION", "services(prod)[14]")
		j.Type(":alarms @demo/eu-central-1\r").Sees("alarms(").Not("PRODUCTION")
		j.Type(":insights /ecs/prod/checkout @shop-prod\r").Sees("PRODUCTION", "insights(/ecs/prod/checkout)")
		j.Press("esc").Not("insights(")
		j.Type(":cluster prod @demo\r").Sees("services(prod)[14]").Not("PRODUCTION")
	})
}

// What an account's credentials lack is not said of the account that is shown by then.
func TestALateIdentityIsOfItsOwnAccount(t *testing.T) {
	run(t, setting{profile: "broken", unusable: []string{"broken"}, sim: sim.Options{Latency: 2 * time.Second}, profiles: []aws.Profile{
		{Name: "broken", Region: "eu-central-1", Kind: "sso"}, {Name: "works", Region: "eu-central-1", Kind: "keys"},
	}}, func(j *journey) {
		j.Type(":ctx works\r").Sees("works")
		for range 8 {
			j.pass(time.Second)
			if line := j.Line("✗"); line != "" {
				t.Fatalf("of the account that was left: %s", line)
			}
		}
		j.Sees("clusters(all)[4]", "user/oncall")
	})
}

// Switching asks nothing of the credentials that are to be left.
func TestSwitchWithDeadCredentials(t *testing.T) {
	dead := setting{profile: "broken", unusable: []string{"broken"}, profiles: []aws.Profile{
		{Name: "broken", Region: "eu-central-1", Kind: "sso"}, {Name: "works", Region: "eu-central-1", Kind: "keys"},
	}}
	sizes(t, dead, func(j *journey) {
		j.Sees("clusters could not be read", "credentials are expired or were refused", ":ctx switches the account")
		j.Type(":ctx\r").Sees("profiles(", "works")
		j.goTo("works")
		j.Press("enter").Sees("works", "clusters(all)[4]", "user/oncall").Not("credentials are expired")
		// And back: the account before is still known, and still dead.
		j.Type(":ctx broken\r").Sees("credentials are expired or were refused")
		j.Type(":region eu-west-1\r").Sees("eu-west-1")
		j.Type(":ctx works\r").Sees("clusters(all)[4]")
	})
}

func TestSwitchWhileNothingAnswers(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]")
		j.sim.Faults().Hang("*")
		at := time.Now()
		j.Type(":ctx\r").Sees("profiles(", "shop-prod")
		j.goTo("shop-prod")
		j.Press("enter").Sees("PRODUCTION", "reading clusters")
		if took := time.Since(at); took > 100*time.Millisecond {
			t.Errorf("the switch took %s while nothing answered", took)
		}
		j.sim.Faults().Unhang("*")
		j.Sees("clusters(all)[4]")
	})
}

func TestUnknownProfile(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]")
		j.Type(":ctx nobody-has-this\r")
		j.pass(time.Second)
		if screen := j.Screen(); !strings.Contains(screen, "nobody-has-this") {
			t.Errorf("nothing is said of a profile that does not exist:\n%s", screen)
		}
	})
}

func TestMFA(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]")
		code := make(chan string, 1)
		go func() {
			c, err := j.asker().MFA(context.Background(), "arn:aws:iam::111122223333:mfa/ann")
			if err != nil {
				c = err.Error()
			}
			code <- c
		}()
		j.Sees("MFA code", "arn:aws:iam::111122223333:mfa/ann")
		// What opens by itself takes no key for 400 ms.
		j.Type("j")
		j.pass(500 * time.Millisecond)
		j.Type("123456\r").Not("MFA code")
		if got := <-code; got != "123456" {
			t.Errorf("the code is %q", got)
		}
	})
}

func TestMFACancelled(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]")
		failed := make(chan error, 1)
		go func() { _, err := j.asker().MFA(context.Background(), "mfa/ann"); failed <- err }()
		j.Sees("MFA code")
		j.pass(500 * time.Millisecond)
		j.Press("esc").Not("MFA code")
		if err := <-failed; err == nil {
			t.Error("no code is no error")
		}
	})
}

func TestDeviceLogin(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]")
		ctx, over := context.WithCancel(context.Background())
		j.asker().Device(ctx, "https://device.sso.example/start", "WXYZ-1234", time.Now().Add(10*time.Minute))
		j.Sees("Sign in", "https://device.sso.example/start", "WXYZ-1234", "goes on by itself")
		over()
		j.Not("Sign in", "WXYZ-1234").Sees("clusters(all)[4]")
	})
}

// asker is what the console gave its accounts to ask with.
func (j *journey) asker() aws.Asker {
	j.opened.mu.Lock()
	defer j.opened.mu.Unlock()
	return j.opened.asker
}

func TestIncident(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]")
		j.Type(":incident INC-42\r").Sees("incident INC-42 is stamped", "INCIDENT INC-42")
		j.goTo("web")
		j.Press("c")
		r := j.recorded("the copy", func(r audit.Record) bool { return r.Action == "copy" })
		if r.Incident != "INC-42" {
			t.Errorf("the record bears the incident %q", r.Incident)
		}
		j.Press("r").Sees("Force a new deployment?")
		j.Press("tab", "enter").Sees("deployment of web started")
		for _, kind := range []audit.Kind{audit.KindIntent, audit.KindOutcome} {
			r := j.recorded(string(kind), func(r audit.Record) bool { return r.Kind == kind && r.Action == "service.redeploy" })
			if r.Incident != "INC-42" {
				t.Errorf("the %s bears the incident %q", kind, r.Incident)
			}
		}
		j.Type(":incident\r").Sees("no incident from now on; it was INC-42")
		j.pass(7 * time.Second)
		j.Not("INC-42")
		n := len(j.records())
		j.Type(":incident\r").Sees("no incident is set")
		if got := len(j.records()); got != n {
			t.Errorf("asking without an incident left %d records", got-n)
		}
		if rs := j.records(); rs[len(rs)-1].Incident != "" {
			t.Errorf("the newest record still bears %q", rs[len(rs)-1].Incident)
		}
	})
}

func TestMessages(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]")
		j.sim.Faults().Deny("ecs:ListServices")
		j.Press("enter").Sees("denied: ecs:ListServices")
		j.Press("!").Sees("messages", "denied", "ecs:ListServices", "request")
		j.Press("esc").Sees("services(")
		j.Type(":nonsense\r")
		j.Press("!").Sees("there is no command")
	})
}
