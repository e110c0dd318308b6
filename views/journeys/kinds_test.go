package journeys

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"ecsole/aws/sim"
	"ecsole/views"
)

// places are a row of every kind: how to come to the list, and on which row to stand.
var places = []struct {
	kind string
	goTo func(j *journey)
	// describes and raw are what the two views of the row must show.
	describes, raw []string
}{
	{"clusters", func(j *journey) { j.Type(":clusters\r").Sees("clusters(all)[4]"); j.goTo("prod") },
		[]string{"Cluster", "prod", "Container Insights", "enhanced", "Capacity", "ECS Exec", "OVERRIDE"},
		[]string{"clusterArn: arn:aws:ecs:eu-central-1:111122223333:cluster/prod", "activeServicesCount: 14", "settings:"}},
	{"services", func(j *journey) { j.Type(":services prod\r").Sees("services(prod)[14]"); j.goTo("checkout") },
		[]string{"Service", "checkout", "Deployments", "Events", "Load balanc", "Network", "subnet-", "sg-", "ECS Exec", "circuit breaker"},
		[]string{"serviceName: checkout", "deployments:", "deploymentConfiguration:", "events:"}},
	{"tasks", func(j *journey) { j.Type(":tasks prod /checkout\r").Sees("tasks(prod)"); j.rest() },
		[]string{"Task", "RUNNING", "Container", "otel-collector", "Digest", "sha256:", "Network", "role", "ECS Exec"},
		[]string{"taskArn:", "containers:", "lastStatus: RUNNING", "attachments:"}},
	{"containers", func(j *journey) {
		j.Type(":tasks prod /checkout\r").Sees("tasks(prod)")
		j.rest()
		j.Press("enter").Sees("containers(", "otel-collector")
		j.goTo("checkout")
	},
		[]string{"Container", "Image", "sha256:", "ECS Exec", "Runtime id"},
		[]string{"containerArn:", "runtimeId:", "imageDigest:"}},
	{"taskdefinitions", func(j *journey) {
		j.Type(":taskdefinitions\r").Sees("taskdefinitions(all)[33]")
		j.goTo("prod-checkout")
	}, nil, nil},
	{"revisions", func(j *journey) {
		j.Type(":revisions prod-checkout\r").Sees("revisions(prod-checkout)[")
		j.rest()
	},
		[]string{"Task definition prod-checkout:", "Network mode", "Task role", "Execution role", "Container checkout", "Image", "awslogs", "values hidden"},
		[]string{"taskDefinitionArn:", "containerDefinitions:", "family: prod-checkout"}},
	{"findings", func(j *journey) {
		j.Type(":findings\r").Sees("findings(all)[5]")
		j.Type("/BitcoinTool\r").Sees("[1/5]")
	},
		[]string{"Severity", "HIGH (8.0 of 10)", "CryptoCurrency:Runtime/BitcoinTool.B", "xmrig", "image-resizer", "Process", "SHA-256"},
		[]string{"type: CryptoCurrency:Runtime/BitcoinTool.B", "severity:", "resource:"}},
	{"alarms", func(j *journey) { j.Type(":alarms\r").Sees("alarms(all)["); j.goTo("prod-recommendations-tasks-l") },
		[]string{"Alarm", "ALARM", "Condition", "Minimum < 6 for 5×1m", "recommendations", "Actions"},
		[]string{"AlarmName: prod-recommendations-tasks-low", "StateValue: ALARM"}},
	{"journal", func(j *journey) {
		j.Type(":incident INC-7\r").Sees("INC-7")
		j.Type(":audit\r").Sees("journal(", "incident.set")
		j.goTo("")
	},
		[]string{"Record", "Action", "incident.set", "Chain", "Hash", "Who", "ann@test"},
		[]string{"action: incident.set", "hash:"}},
	{"profiles", func(j *journey) { j.Type(":ctx\r").Sees("profiles(", "shop-prod"); j.goTo("demo") }, nil, nil},
	{"aliases", func(j *journey) { j.Type(":aliases\r").Sees("aliases(", "alarms"); j.goTo("alarms") }, nil, nil},
	{"api", func(j *journey) { j.Type(":api\r").Sees("api(", "ecs:ListClusters"); j.goTo("ecs:") }, nil, nil},
	{"instances", func(j *journey) { j.Type(":instances prod\r").Sees("instances(prod)["); j.rest().goTo("i-") },
		[]string{"Instance", "Status", "ACTIVE", "Agent", "Version", "Resources", "CPU units", "Tasks", "Attributes", "ecs.instance-type"},
		[]string{"containerInstanceArn:", "ec2InstanceId:", "status: ACTIVE", "registeredResources:"}},
	{"runs", nil, nil, nil},     // has rows only when commands were run: see errands
	{"sessions", nil, nil, nil}, // has rows only while shells are open: see shells
	{"forwards", nil, nil, nil}, // likewise, and in real time: see TestForward
	{"ssm", nil, nil, nil},      // see TestSessionsOfTheAccount
}

func TestEveryKindHasAPlace(t *testing.T) {
	known := map[string]bool{}
	for _, p := range places {
		known[p.kind] = true
	}
	for _, k := range views.Kinds() {
		if !known[k.Name] {
			t.Errorf("no journey visits %s", k.Name)
		}
	}
}

func TestDescribeAndRawOfEveryKind(t *testing.T) {
	for _, p := range places {
		if p.goTo == nil {
			continue
		}
		t.Run(p.kind, func(t *testing.T) {
			sizes(t, setting{}, func(j *journey) {
				j.Sees("clusters(all)[4]")
				p.goTo(j)
				help := j.help()
				j.Press("esc")
				describes, raw := strings.Contains(help, "Describe"), strings.Contains(help, "YAML")
				if describes != (p.describes != nil) || raw != (p.raw != nil) {
					t.Fatalf("the help offers describe %v and raw %v:\n%s", describes, raw, help)
				}
				if p.describes != nil {
					j.Press("d").Sees("describe(").Not("reading")
					j.reads("the description", p.describes)
					j.Press("esc").Sees(p.kind + "(")
				}
				if p.raw != nil {
					j.Press("y").Sees("yaml(").Not("reading")
					j.reads("the YAML", p.raw)
					if styled := j.Styled(); !regexp.MustCompile(`\x1b\[[0-9;]*m[A-Za-z]+`).MatchString(styled) {
						t.Error("the YAML is not highlighted")
					}
					j.Press("y").Sees("json(").Not("reading")
					var json []string
					for _, line := range p.raw {
						key, value, _ := strings.Cut(line, ": ")
						line = fmt.Sprintf("%q: ", strings.TrimSuffix(key, ":"))
						if regexp.MustCompile(`^\d+$`).MatchString(value) {
							line += value
						} else if value != "" {
							line += fmt.Sprintf("%q", value)
						}
						json = append(json, line)
					}
					j.reads("the JSON", json)
					j.Press("esc").Sees(p.kind + "(")
				}
			})
		})
	}
}

// reads pages through a text and wants each of the words somewhere in it, in any
// case; where lines are broken does not matter.
func (j *journey) reads(what string, words []string) {
	j.t.Helper()
	j.rest()
	j.Press("g")
	var b strings.Builder
	for range 200 {
		before := j.Screen()
		for line := range strings.SplitSeq(before, "\n") {
			if strings.HasPrefix(line, "│") {
				b.WriteString(strings.TrimRight(strings.Trim(line, "│"), " ") + "\n")
			}
		}
		j.Press("ctrl+f")
		if j.Screen() == before {
			break
		}
	}
	squeeze := func(s string) string {
		return strings.ToLower(regexp.MustCompile(`\s+`).ReplaceAllString(s, ""))
	}
	text := squeeze(b.String())
	for _, w := range words {
		if !strings.Contains(text, squeeze(w)) {
			j.t.Errorf("%s does not show %q:\n%s", what, w, b.String())
		}
	}
}

func TestTextsAreSearched(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]")
		j.goTo("checkout")
		j.Press("y")
		j.Type("/rolloutState\r").Sees("rolloutState")
		j.rest()
		first := j.Screen()
		j.Press("n").Wait("for the next match", func(s string) bool { return s != first })
		j.Press("N").Wait("for the match before", func(s string) bool { return s == first })
		j.Press("ctrl+s").Sees("saved to")
		for path, text := range j.saved() {
			if !strings.HasSuffix(path, ".yaml") || !strings.Contains(text, "serviceName: checkout") {
				t.Errorf("%s holds\n%s", path, text)
			}
		}
	})
}

// Raw is the wire's own bytes: a field that this build does not know is there too.
func TestRawHasWhatTheListingHad(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]")
		j.goTo("web")
		calls := j.sim.Faults().Calls("ecs:DescribeServices")
		j.Press("y").Sees("serviceName: web")
		if n := j.sim.Faults().Calls("ecs:DescribeServices"); n != calls {
			t.Errorf("the raw view asked again (%d calls)", n-calls)
		}
	})
}

func TestRunningAndStopped(t *testing.T) {
	sizes(t, setting{command: ":tasks prod"}, func(j *journey) {
		j.Sees("tasks(prod)[77]", "RUNNING").Not("STOPPED BECAUSE")
		j.Press("t").Sees("tasks(prod stopped)", "STOPPED BECAUSE")
		j.rest()
		for _, c := range []struct{ service, why string }{
			{"search", "exit 137"},
			{"notifications", "ServiceSchedulerInitiated"},
		} {
			j.Type("/" + c.service + "\r").Sees("</" + c.service + ">")
			j.Wait("for the reason", func(string) bool { return strings.Contains(strings.Join(j.rows(), "\n"), c.why) })
			j.Press("esc")
		}
		// Sorting by it, the code and the reason can be read whole in the description.
		j.Type("/exit 137\r").Sees("</exit 137>")
		j.Press("d").Sees("describe(task/")
		j.reads("the description", []string{"STOPPED", "EssentialContainerExited", "137", "OutOfMemory"})
		j.Press("esc", "esc", "t").Sees("tasks(prod)[77]")
	})
}

func TestStoppedTasksOfAService(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]")
		j.goTo("search")
		j.Press("t").Sees("tasks(prod/search stopped)", "exit 137")
		j.Press("enter").Sees("containers(", "137", "OutOfMemoryError")
	})
}

func TestFindingsBadges(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]", "⚑CRIT 3")
		j.goTo("prod")
		if row := j.cursor(); !strings.Contains(row, "⚑CRIT 3") {
			t.Errorf("the cluster's row is %q", row)
		}
		j.Press("enter").Sees("services(prod)[14]")
		j.goTo("image-resizer")
		j.Wait("for the service's badge", func(string) bool { return strings.Contains(j.cursor(), "⚑CRIT 3") })
		j.goTo("web")
		if row := j.cursor(); strings.Contains(row, "⚑") {
			t.Errorf("a service without findings has a badge: %q", row)
		}
		j.goTo("image-resizer")
		j.Press("v").Sees("findings(prod/image-resizer)", "CryptoCurrency:Runtime/BitcoinTool.B")
		j.Type("/Bitcoin\r").Sees("[1/")
		j.Press("J").Sees("containers(", "image-resizer")
		j.Press("esc", "esc", "esc").Sees("services(prod)")
		j.Press("enter").Sees("tasks(prod/image-resizer)[6]")
		j.rest()
		if n := strings.Count(strings.Join(j.rows(), "\n"), "⚑"); n != 1 {
			t.Errorf("%d tasks have a badge, want the one with the miner:\n%s", n, j.Screen())
		}
	})
}

func TestAlarms(t *testing.T) {
	sizes(t, setting{command: ":alarms"}, func(j *journey) {
		j.Sees("alarms(all)[", "ALARM")
		j.goTo("prod-recommendations-tasks-l")
		if row := j.cursor(); !strings.Contains(row, "ALARM") {
			t.Errorf("the row is %q", row)
		}
		j.Press("ctrl+z").Sees("<faults>").Not(" OK ")
		j.Type(":alarms staging\r").Sees("alarms(staging)[").Not("prod-recommendations")
	})
}

func TestSparklines(t *testing.T) {
	sizes(t, setting{command: ":services"}, func(j *journey) {
		j.Sees("services(all)[30]", "%")
		j.rest()
		spark := regexp.MustCompile(`[▁▂▃▄▅▆▇█]{5,10} +\d+%`)
		first := j.sim.Faults().Calls("cloudwatch:GetMetricData")
		rows := j.rows()
		for _, r := range rows {
			if !strings.Contains(r, "0/0") && len(spark.FindAllString(r, -1)) == 0 {
				t.Errorf("no sparkline in %s", r)
			}
		}
		// From then on there is one call a minute for all rows on the screen.
		j.sim.Faults().ResetCalls()
		j.pass(3*time.Minute + 10*time.Second)
		if n := j.sim.Faults().Calls("cloudwatch:GetMetricData"); n < 3 || n > 4 {
			t.Errorf("%d calls in three minutes, %d at first", n, first)
		}
		// Rows that come into sight are read then.
		if len(rows) < 30 {
			j.Press("G")
			j.Wait("for the last rows' values", func(string) bool { return len(spark.FindAllString(strings.Join(j.rows(), ""), -1)) > 10 })
		}
	})
}

// A value above the scale fills it and is told as a number, with a sign.
func TestSparklineAboveTheScale(t *testing.T) {
	// In the afternoon tasks of a service that is short of capacity use more than is theirs.
	afternoon := func(*sim.Sim) { time.Sleep(14 * time.Hour) }
	sizes(t, setting{command: ":tasks prod /recommendations", before: afternoon}, func(j *journey) {
		above := regexp.MustCompile(`█████ \+1\d\d%`)
		j.Wait("for a task above its share of the CPU", func(string) bool { return above.MatchString(strings.Join(j.rows(), "\n")) })
	})
}

func TestDeploymentState(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]", "DEPLOYMENT", "completed")
		j.goTo("checkout")
		j.Wait("for the deployment", func(string) bool { return strings.Contains(j.cursor(), "rolling") })
		j.pass(5 * time.Minute)
		j.goTo("payments")
		seen := map[string]bool{}
		for range 600 { // the bad revision is tried every half hour
			for _, state := range []string{"rolling", "failed, back", "completed"} {
				if strings.Contains(j.cursor(), state) {
					seen[state] = true
				}
			}
			j.pass(3 * time.Second)
		}
		if !seen["failed, back"] || !seen["rolling"] {
			t.Errorf("in half an hour the bad deployment showed only %v:\n%s", seen, j.Screen())
		}
		j.Press("d").Sees("describe(service/payments)")
		j.reads("the description", []string{"circuit breaker", "rolled back", "Deployments", "Events"})
	})
}

func TestExecReadiness(t *testing.T) {
	sizes(t, setting{command: ":tasks prod"}, func(j *journey) {
		j.Sees("tasks(prod)[77]")
		for range 8 { // a small screen has the column to the right
			if !strings.Contains(j.Line("TASK "), " EXEC ") {
				j.Press("right")
			}
		}
		j.Sees(" EXEC ")
		for _, c := range []struct{ service, want string }{{"web", "ready"}, {"sessions-cache", "no: "}, {"ledger", "no: "}} {
			j.Type("/" + c.service + "\r").Sees("</" + c.service + ">")
			j.Wait("for what is known of "+c.service, func(string) bool {
				for _, r := range j.rows() {
					if !strings.Contains(r, c.want) {
						return false
					}
				}
				return len(j.rows()) > 0
			})
			j.Press("esc")
		}
	})
}

func TestAudit(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]")
		j.Press("c")
		j.recorded("the copy", func(r record) bool { return r.Action == "copy" })
		j.Type(":incident INC-1\r").Sees("INC-1")
		j.Type(":audit\r").Sees("journal(", "copy", "incident.set")
		j.Type("/incident\r").Not("clipboard").Sees("incident.set")
		j.Press("enter").Sees("describe(")
		j.reads("the detail", []string{"incident.set", "INC-1", "Hash", "ann@test"})
	})
}

func TestRevisionsOfAllFamilies(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]")
		j.Type(":revisions\r").Sees("revisions(all)[101]").Type("/prod-web\r").Not("prod-cart").Sees("prod-web")
		j.Press("d").Sees("describe(revision/prod-web:", "Network mode")
	})
}

func TestEmptyLists(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]")
		j.Type(":audit\r").Sees("there are no journal records")
		j.Type(":findings data\r").Sees("there are no findings in data")
	})
}
