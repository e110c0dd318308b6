package journeys

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestCommandCompletion(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]")
		j.Type(":serv").Sees(": services")
		j.Press("tab").Type(" pro").Sees(": services prod")
		j.Press("right", "enter").Sees("services(prod)[14]")
		// Another suggestion, and the cycle back.
		j.Type(":a")
		first := strings.TrimSpace(j.Line(": a"))
		j.Press("down")
		if second := strings.TrimSpace(j.Line(": a")); second == first {
			t.Errorf("down shows no other suggestion than %q", first)
		}
		j.Press("up")
		if again := strings.TrimSpace(j.Line(": a")); again != first {
			t.Errorf("up leads to %q, not back to %q", again, first)
		}
		j.Press("esc").Not(": a")
		// Profiles and regions.
		j.Type(":ctx shop-n").Sees(": ctx shop-nonprod").Press("esc")
		j.Type(":region eu-w").Sees(": region eu-west-1").Press("esc")
	})
}

func TestCommandsThatAreNotUnderstood(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]")
		j.Type(":nonsense\r").Sees(`there is no command "nonsense"`, "clusters(all)[4]")
		j.Type(":services nowhere /x\r").Sees("there is no cluster nowhere in eu-central-1", "clusters(all)[4]")
		j.Type(":services a b c\r").Sees("takes one name", "clusters(all)[4]")
		j.Type(":region\r").Sees("region needs one name")
		j.Type(":ctx demo eu-west-1 more\r").Sees(":ctx takes a profile, and a region behind it", "clusters(all)[4]")
		j.Type(":nonsense @shop-prod\r").Sees(`there is no command "nonsense" to run in another account`).Not("PRODUCTION")
		j.Type(":\r").Sees("clusters(all)[4]")
		// A name that no cluster has is looked for in the rows.
		j.Type(":svc checkout\r").Sees("services(all)[", "</checkout>", "there is no cluster checkout in eu-central-1; these are the services", "staging")
		j.Type(":SERVICES PROD\r").Sees("there is no cluster PROD")
		j.Type(":SERVICES prod\r").Sees("services(prod)[14]")
		j.Type(":containers\r").Sees("containers needs a task")
	})
}

func TestCommandHistory(t *testing.T) {
	var mu sync.Mutex
	var kept []string
	keep := func(h []string) { mu.Lock(); defer mu.Unlock(); kept = h }
	sizes(t, setting{history: []string{"alarms"}, keep: keep}, func(j *journey) {
		j.Sees("clusters(all)[4]")
		j.Type(":services prod\r").Sees("services(prod)")
		j.Type(":tasks prod\r").Sees("tasks(prod)")
		j.Press("[").Sees("services(prod)")
		j.Press("]").Sees("tasks(prod)")
		j.Press("[", "[").Sees("clusters(all)") // what the console began with
		j.Press("[").Sees("alarms(all)")
		j.Type(":findings\r").Sees("findings(all)")
		j.Press("-").Sees("alarms(all)")
		j.Press("-").Sees("findings(all)")
		// An empty prompt offers the history.
		j.Type(":")
		j.Press("up").Sees(": ")
		if line := j.Line("│ : "); !strings.Contains(line, "tasks prod") && !strings.Contains(line, "findings") {
			t.Errorf("the history is not offered: %q", line)
		}
		j.Press("esc")
		j.until("the history to be kept", func() bool {
			mu.Lock()
			defer mu.Unlock()
			return slices.Contains(kept, "alarms") && slices.Contains(kept, "findings")
		})
	})
}

func TestFirstCommand(t *testing.T) {
	sizes(t, setting{command: ":svc prod /checkout"}, func(j *journey) {
		j.Sees("services(prod)[1/14]", "</checkout>")
	})
	t.Run("cluster", func(t *testing.T) {
		run(t, setting{cluster: "staging"}, func(j *journey) { j.Sees("services(staging)[8]") })
	})
	t.Run("default", func(t *testing.T) {
		run(t, setting{config: "defaultView: alarms"}, func(j *journey) { j.Sees("alarms(all)") })
	})
	t.Run("alias", func(t *testing.T) {
		run(t, setting{config: `aliases: {mine: "services prod /web"}`}, func(j *journey) {
			j.Sees("clusters(all)").Type(":mine\r").Sees("services(prod)[1/14]", "</web>")
		})
	})
}

func TestAliasList(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]")
		j.Press("ctrl+a").Sees("aliases(", "COMMAND", "WHAT", "CloudWatch alarms", "calls to AWS")
		j.goTo("alarms")
		j.Press("enter").Sees("alarms(all)")
		j.Press("ctrl+a").Sees("aliases(")
		j.Press("esc").Sees("alarms(all)")
	})
}

func TestFilters(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		all := "services(prod)[14]"
		j.Sees(all)
		for _, c := range []struct{ typed, title, row string }{
			{"/check", "[1/14]", "checkout"},
			{"/^s.*s-", "[1/14]", "sessions-cache"},
			{"/CHECKOUT", "[1/14]", "checkout"},
			{"/!check", "[13/14]", "web"},
			{"/-f imgrsz", "[1/14]", "image-resizer"},
			{"/-f auditx", "[1/14]", "audit-export"},
			{"/web|cart", "[2/14]", "cart"},
			{"/!web|cart", "[12/14]", "ledger"},
		} {
			j.Type(c.typed+"\r").Sees("services(prod)"+c.title, "</"+c.typed[1:]+">", c.row)
			j.Press("esc").Sees(all)
			if strings.Contains(j.title(), "</") {
				t.Errorf("esc leaves the filter in the title: %s", j.title())
			}
		}
		// What is typed narrows the list at once; esc takes it back.
		j.Type("/cart").Sees("services(prod)[1/14]")
		j.Press("esc").Sees(all)
	})
}

func TestFilterWithSpaces(t *testing.T) {
	sizes(t, setting{command: ":tasks prod"}, func(j *journey) {
		j.Sees("tasks(prod)[77]")
		j.Press("t").Sees("tasks(prod stopped)")
		j.Wait("for rows", func(string) bool { return len(j.rows()) > 0 })
		j.Type("/exit 137, out of memory\r").Sees("</exit 137, out of memory>")
		rows := j.rows()
		if len(rows) == 0 {
			t.Fatalf("a filter with blanks finds nothing:\n%s", j.Screen())
		}
		j.Type("\x1b/exit 137, out of nowhere\r").Sees("no rows match", "[0/")
	})
}

// A filter that cannot be read says so, and never shows everything.
func TestBadFilter(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]")
		j.Type("/[").Sees("bad filter: missing closing ]").Not("checkout", "[14]")
		j.Type("w]eb").Sees("services(prod)[1/14]")
		j.Type("(").Sees("bad filter: missing closing )", "services(prod)[1/14]")
		j.Press("enter").Sees("services(prod)[0/14]", "</[w]eb(>", "bad filter").Not("checkout")
		j.Press("ctrl+r").Sees("services(prod)[0/14]")
		j.Press("esc").Sees("services(prod)[14]")
	})
}

// What an older command asked for does not come over what was opened since.
func TestLateCommandIsOutdated(t *testing.T) {
	run(t, setting{command: ":alarms"}, func(j *journey) {
		j.Sees("alarms(all)[132]")
		j.sim.Faults().Slow("ecs:DescribeClusters", 5*time.Second)
		j.Type(":services staging\r:findings\r").Sees("findings(all)[5]")
		j.pass(20 * time.Second)
		j.Sees("findings(all)[5]")
		j.Type(":services staging\r")
		j.pass(20 * time.Second)
		j.Sees("services(staging)[8]")
	})
}

// Letters typed into a prompt never reach a screen.
func TestPromptKeepsItsLetters(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]")
		j.Type("/srdlqyjk").Sees("/ srdlqyjk").Not("Scale web", "Desired count", "Force a new deployment?")
		j.Press("esc").Sees("services(prod)[14]")
		j.Type(":srq?").Sees(": srq?").Not("NAVIGATION")
		j.Press("esc")
		if !j.Running() {
			t.Error("a letter in the prompt ended the console")
		}
	})
}
