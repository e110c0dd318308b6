package journeys

import (
	"strings"
	"testing"
)

func TestDrillDown(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]", "prod", "staging")
		j.Type("/^prod\r").Sees("[1/4]", "</^prod>")
		j.Press("enter").Sees("services(prod)[14]", "checkout")
		j.Type("/recommend\r")
		j.on("recommendations").Press("enter")
		j.Sees("tasks(prod/recommendations)").Sees("RUNNING")
		j.Press("enter").Sees("containers(", "RUNNING")
		j.Press("esc").Sees("tasks(prod/recommendations)")
		j.Press("esc").Sees("services(prod)[1/14]", "</recommend>")
		j.Press("esc").Not("</recommend>").Sees("services(prod)[14]")
		j.Press("esc").Sees("clusters(all)[1/4]")
	})
}

func TestListsAreComplete(t *testing.T) {
	sizes(t, setting{command: ":services"}, func(j *journey) {
		j.Sees("services(all)[30]")
		for _, name := range []string{"checkout", "web", "recommendations"} {
			j.Type("/" + name + "\r").Sees(name).Press("esc")
		}
		if n := j.sim.Faults().Calls("ecs:ListServices"); n < 4 {
			t.Errorf("ListServices was called %d times for four clusters", n)
		}
		if strings.Contains(j.Screen(), "incomplete") {
			t.Error("a complete list says that it is not")
		}
	})
}
