package journeys

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ecsole/aws/sim"
)

// Rows appear as they arrive, and the title says how many are still to come.
func TestRowsArrivePageByPage(t *testing.T) {
	big := setting{command: ":services prod", sim: sim.Options{Scale: sim.Scale{Clusters: 1, Services: 400, Tasks: 400}, Latency: 60 * time.Millisecond}}
	sizes(t, big, func(j *journey) {
		j.Sees("services(prod)", "reading services of prod")
		counter := regexp.MustCompile(`services\(prod\)\[([\d,]+)( of [\d,]+\+?|…)?\]`)
		j.Wait("for the first rows", func(string) bool { return len(j.rows()) > 0 })
		seen := map[string]bool{}
		for range 200 {
			m := counter.FindStringSubmatch(j.title())
			if m == nil {
				t.Fatalf("the title is %s", j.title())
			}
			seen[m[0]] = true
			if m[2] == "" {
				break
			}
			j.moves()
			j.pass(20 * time.Millisecond)
		}
		if len(seen) < 4 {
			t.Errorf("the title went only through %v", seen)
		}
		j.Sees("services(prod)[400]").Not("incomplete")
	})
}

func TestNothingIsLostOverManyPages(t *testing.T) {
	run(t, setting{command: ":tasks", sim: sim.Options{Scale: sim.Scale{Clusters: 3, Services: 250, Tasks: 1200}}}, func(j *journey) {
		want := 0
		for _, c := range j.sim.World().Clusters() {
			for _, task := range j.sim.World().Tasks(c.ARN) {
				if task.DesiredStatus == "RUNNING" {
					want++
				}
			}
		}
		j.Wait("for the whole list", func(string) bool {
			return regexp.MustCompile(`tasks\(all\)\[[\d,]+\]`).MatchString(j.title())
		})
		var n int
		fmt.Sscanf(strings.ReplaceAll(regexp.MustCompile(`\[([\d,]+)\]`).FindStringSubmatch(j.title())[1], ",", ""), "%d", &n)
		if d := n - want; d < -30 || d > 30 { // the world goes on meanwhile
			t.Errorf("%d tasks are listed, the account has %d", n, want)
		}
	})
}

// Cursor (by id), order, filter and marks outlive refreshes, and rows that come or
// go do not move the cursor to another row.
func TestRefreshKeepsWhatTheUserChose(t *testing.T) {
	sizes(t, setting{command: ":tasks staging"}, func(j *journey) {
		j.Sees("tasks(staging)[11]", "AGE↑")
		j.Type("/!checkout\r").Sees("tasks(staging)[9/11] </!checkout>")
		j.rest()
		j.Press("N").Sees("TASK↑")
		j.Press("g", "j", "j", "space").Sees("1 marked")
		order := j.names()
		marked := order[2]
		j.Press("j")
		at := strings.Fields(j.cursor())[0]
		calls := j.sim.Faults().Calls("ecs:ListTasks")
		j.pass(30 * time.Minute) // deployments have come and gone
		if n := j.sim.Faults().Calls("ecs:ListTasks") - calls; n < 100 {
			t.Fatalf("only %d refreshes in half an hour", n)
		}
		j.Sees("TASK↑", "1 marked", "tasks(staging)[9/11] </!checkout>")
		last := -1
		for _, name := range j.names() {
			if i := slices.Index(order, name); i >= 0 && i < last {
				t.Errorf("the order was %q and is %q", order, j.names())
			} else if i >= 0 {
				last = i
			}
		}
		if last < 0 {
			t.Error("no row of before is left")
		}
		if now := strings.Fields(j.cursor())[0]; now != at {
			t.Errorf("the cursor went from %s to %s", at, now)
		}
		for _, r := range j.rows() {
			if strings.Contains(r, marked) && !strings.Contains(r, "*") {
				t.Errorf("the mark is lost: %s", r)
			}
		}
	})
}

func TestBackFindsTheScreenAsItWas(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]")
		j.goTo("prod")
		j.Press("enter").Sees("services(prod)[14]", "%")
		j.Press("R").Type("/e\r").Sees("</e>")
		j.goTo("checkout")
		j.Press("space")
		j.goTo("web")
		before := j.title()
		j.Press("enter").Sees("tasks(prod/web)[10]")
		j.Press("enter").Sees("containers(")
		calls := j.sim.Faults().Calls("ecs:ListServices")
		j.pass(time.Minute)
		if n := j.sim.Faults().Calls("ecs:ListServices"); n != calls {
			t.Errorf("a list that is covered was read %d times", n-calls)
		}
		j.Press("esc", "esc").Sees("services(prod)", "</e>", "1 marked")
		j.on("web")
		if after := j.title(); !strings.Contains(before, "</e>") || !strings.Contains(after, "</e>") {
			t.Errorf("the title was %s and is %s", before, after)
		}
	})
}

// A batch that fails is a marked gap with its reason, never a missing row.
func TestGapsAreRows(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]")
		for _, name := range []string{"web", "cart"} {
			j.sim.Faults().Fail(name, "UNAVAILABLE")
		}
		j.Type(":services prod\r").Sees("services(prod)[14, incomplete]", "2 could not be read")
		for _, name := range []string{"web", "cart"} {
			if line := j.Line(" " + name + " "); !strings.Contains(line, "?") || !strings.Contains(line, "UNAVAILABLE") {
				t.Errorf("the row of %s is %q:\n%s", name, line, j.Screen())
			}
		}
		j.goTo("web")
		j.Press("d").Sees("no service under the cursor")
		j.sim.Faults().Fail("web", "")
		j.sim.Faults().Fail("cart", "")
		j.Press("ctrl+r").Sees("services(prod)[14]").Not("could not be read", "UNAVAILABLE")
	})
}

// Whole batches that are refused leave rows marked and earlier rows as they were.
func TestABatchThatFailsLater(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]", "%")
		j.sim.Faults().Deny("ecs:DescribeServices")
		j.Press("ctrl+r").Sees("denied: ecs:DescribeServices", "incomplete")
		if n := len(j.names()); n != 14 {
			t.Errorf("%d rows are left of 14:\n%s", n, j.Screen())
		}
		j.moves()
		j.sim.Faults().Allow("ecs:DescribeServices")
		j.Press("ctrl+r").Sees("services(prod)[14]").Not("denied", "incomplete")
	})
}

func TestPaceOfRefreshes(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]")
		count := func(d time.Duration) int {
			j.sim.Faults().ResetCalls()
			j.pass(d)
			return j.sim.Faults().Calls("ecs:ListServices")
		}
		full := count(5 * time.Minute)
		j.Send(blur())
		half := count(5 * time.Minute)
		if half == 0 || half > full*2/3 || half < full/3 {
			t.Errorf("%d refreshes with the focus, %d without: want half", full, half)
		}
		// Paid calls stop after five minutes, and their age is shown.
		count(6 * time.Minute)
		count(3 * time.Minute)
		if n := j.sim.Faults().Calls("cloudwatch:GetMetricData"); n != 0 {
			t.Errorf("%d paid calls long after the focus was lost", n)
		}
		if line := j.Line("▲"); !regexp.MustCompile(`CPU, MEM \d+m(\d+s)? old: paid calls rest`).MatchString(line) {
			t.Errorf("the age of the values is not shown: %s", line)
		}
		j.Send(focus())
		j.rest()
		j.Not("paid calls rest")
	})
}

func TestResize(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]")
		for _, size := range [][2]int{{80, 24}, {200, 50}, {40, 10}, {20, 5}, {10, 3}, {3, 2}, {1, 1}, {300, 90}, {120, 40}} {
			j.Resize(size[0], size[1])
			width, height := j.size()
			if width != size[0] || height != size[1] {
				t.Errorf("at %v the screen is %dx%d", size, width, height)
			}
			j.Press("j", "/", "esc", "?", "esc")
		}
		j.Sees("services(prod)[14]")
	})
}

// Screens that are left and shown again at once keep one clock of seconds.
func TestOneClockOfSeconds(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]", "%")
		j.rest()
		drawn := func() int {
			before := j.Frames()
			j.pass(20 * time.Second)
			return j.Frames() - before
		}
		once := drawn()
		for range 20 {
			j.Press("enter").Sees("<tasks>").Press("esc").Not("<tasks>")
		}
		j.pass(20 * time.Second) // clocks of the screens that were closed run out
		if more := drawn(); more > once+once/2+10 {
			t.Errorf("%d frames in 20 seconds; before the screen was left twenty times there were %d", more, once)
		}
	})
}
