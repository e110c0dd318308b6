package journeys

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"
	"time"

	"ecsole/aws/audit"
)

func TestInsightsTakesOverWhatALogViewShows(t *testing.T) {
	sizes(t, setting{command: ":services prod /checkout"}, func(j *journey) {
		j.on("checkout").Press("l").Sees("logs(prod/checkout)", "Autoscroll:On")
		j.Type("/error\r").Sees("</error>").Press("3").Sees("[5m]").Press("I")
		j.Sees("insights(/ecs/prod/checkout)[5m]", "(?i)error", "scans about")
		j.Not("<?>").Press("f1").Sees("INSIGHTS", "Run").Press("esc").Sees("tab completes")
		j.Press("ctrl+r").Sees("✓", "records match", "@message")
		j.Press("enter").Sees("row", "@timestamp").Press("esc").Sees("✓")
		j.Press("e").Sees("tab completes").Press("esc").Not("tab completes")
		j.Press("esc").Sees("logs(prod/checkout)")
	})
}

func TestInsightsOnPatterns(t *testing.T) {
	run(t, setting{command: ":insights /ecs/prod/*"}, func(j *journey) {
		j.Sees("insights(/ecs/prod/", " +", "scans about")
		j.Type("x").Press("esc").Sees("clusters").Type(":insights\r").Sees("log groups, up to 50")
	})
}

// query opens the screen on a group, with a text of its own in the editor.
func query(j *journey, text string) {
	j.t.Helper()
	j.Sees("insights(/ecs/prod/checkout)", "scans about").Press("ctrl+u")
	for range 4 {
		j.Press("backspace", "ctrl+u")
	}
	j.Type(text)
}

func TestInsightsChartsAndSaves(t *testing.T) {
	run(t, setting{command: ":insights /ecs/prod/checkout"}, func(j *journey) {
		query(j, "stat")
		j.Press("tab").Type("count").Press("tab").Type(" as n by bin").Press("tab")
		j.Sees("stats count(*) as n by bin(5m)")
		j.Press("ctrl+r").Sees("✓", "n, at most", "bin(5m)").Press("H").Not("at most").Press("H").Sees("at most")
		j.Press("c").Sees("row copied")
		j.Press("ctrl+s").Sees("rows saved to")
		r := j.recorded("the file", func(r audit.Record) bool { return r.Action == "insights.save" })
		table, err := csv.NewReader(strings.NewReader(j.saved()[r.Path])).ReadAll()
		if err != nil || len(table) < 10 || table[0][0] != "bin(5m)" && table[0][1] != "bin(5m)" {
			t.Fatalf("%v: %v", err, table)
		}
		j.recorded("the query", func(r audit.Record) bool { return strings.Contains(r.Action+r.Op, "StartQuery") })
		// Filter and order are the table's.
		j.Type("/:30:\r").Sees("</:30:>").Press("esc").Not("</:30:>")
		j.Press("shift+right", "shift+right", "O")
		// It is found again, in another screen as well.
		j.Press("P").Sees("Queries asked before", "stats count(*) as n by bin(5m)").Press("esc")
		j.Press("Q").Sees("Queries saved in the account", "oncall/busiest streams").Press("1").Sees("sort n desc", "tab completes")
		j.Press("ctrl+r").Sees("@logStream").Press("esc").Type(":insights\r").Sees("insights(/ecs/prod/checkout)")
		if info, err := os.Stat(strings.TrimSuffix(j.journal.Path(), "journal.jsonl") + "queries.jsonl"); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the history: %v %v", info, err)
		}
	})
}

func TestInsightsAreStoppedAtAWS(t *testing.T) {
	run(t, setting{command: ":insights /ecs/prod/checkout"}, func(j *journey) {
		query(j, "stats count(*) as n by bin(1h)")
		j.Press("ctrl+t").Press("ctrl+u").Type("-7d\r").Sees("[7d]", "scans about")
		j.Press("ctrl+r").Wait("for the query to run", func(screen string) bool {
			return strings.Contains(screen, "◌") && strings.Contains(screen, "esc stops it")
		})
		j.Press("M").Sees("Show or hide secrets: the query is running") // its rows come masked as it began
		j.Press("esc").Sees("stopped, here and at AWS")
		j.recorded("the end of the query", func(r audit.Record) bool { return strings.Contains(r.Action+r.Op, "StopQuery") })
	})
}

// TestInsightsAreStoppedWithTheirScreen leaves the screen by a command while a query
// runs: nothing may run on, and be paid for, that nobody sees.
func TestInsightsAreStoppedWithTheirScreen(t *testing.T) {
	run(t, setting{command: ":insights /ecs/prod/checkout"}, func(j *journey) {
		query(j, "stats count(*) as n by bin(1h)")
		j.Press("ctrl+t").Press("ctrl+u").Type("-7d\r").Sees("[7d]", "scans about")
		j.Press("ctrl+r").Sees("esc stops it").Type(":services prod\r").Sees("services(prod)")
		j.recorded("the end of the query", func(r audit.Record) bool { return strings.Contains(r.Action+r.Op, "StopQuery") })
		j.Type(":insights\r").Sees("stats count(*) as n by bin(1h)") // what was typed is not lost
	})
}

func TestInsightsAskBeforeTheUnknown(t *testing.T) {
	run(t, setting{command: ":insights /ecs/prod/checkout"}, func(j *journey) {
		j.sim.Faults().Deny("cloudwatch:GetMetricData")
		j.sim.Faults().Deny("logs:DescribeLogGroups")
		query(j, "stats count(*) as n by bin(1d)")
		j.Press("ctrl+t").Press("ctrl+u").Type("-2d\r").Sees("[2d]", "of which nothing is known")
		j.Press("ctrl+r").Sees("Run this query?", "1 log group").Press("esc").Not("Run this query?").Not("◌")
		j.Press("ctrl+r").Sees("Run this query?").Press("tab", "enter").Sees("◌")
	})
}

func TestInsightsOnASmallScreen(t *testing.T) {
	run(t, setting{command: ":insights /ecs/prod/checkout", width: 40, height: 10}, func(j *journey) {
		j.Sees("insights(/ecs/prod/check").Press("ctrl+r").Sees("✓", "▸")
	})
}

func TestInsightsThatAreRefused(t *testing.T) {
	run(t, setting{command: ":insights /ecs/prod/checkout"}, func(j *journey) {
		query(j, "fields @message | bogus")
		j.Press("ctrl+r").Sees("✗ invalid", "tab completes") // the text can be mended at once
		j.sim.Faults().Deny("logs:StartQuery")
		j.Press("ctrl+r").Sees("✗ denied: logs:StartQuery")
	})
}

func TestInsightsOverManyGroups(t *testing.T) {
	run(t, setting{command: ":insights /ecs/prod/checkout"}, func(j *journey) {
		j.Sees("insights(/ecs/prod/checkout)", "scans about")
		j.pass(time.Second)
		j.Press("ctrl+o").Press("ctrl+u").Type("/ecs/prod/we").Press("tab").Press("enter").Sees("insights(/ecs/prod/web)")
		j.Press("ctrl+o").Press("ctrl+u").Type("/ecs/prod/*\r").Sees("insights(/ecs/prod/", " +", "(")
		j.Press("ctrl+o").Press("ctrl+u").Type("/nothing/*\r").Sees("/nothing/* matches no log group")
		j.Press("ctrl+r").Sees("✓")
	})
}
