package journeys

import "testing"

// TestTheFirstCommandIsCarriedOut gives the console a line to begin with: what is not
// understood is said, the user's own words count, and so does another region.
func TestTheFirstCommandIsCarriedOut(t *testing.T) {
	for name, c := range map[string]struct{ line, want string }{
		"nothing to filter by": {":services /", "nothing after /"},
		"no such command":      {":nonsense", "there is no command"},
		"an alias":             {":web", "services(prod)[1/14] </^web>"},
		"another region":       {":services @/eu-west-1", "eu-west-1"},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, setting{command: c.line, config: "aliases: {web: services prod /^web}\n"}, func(j *journey) { j.Sees(c.want) })
		})
	}
}

func TestTheFirstViewMayNameACluster(t *testing.T) {
	run(t, setting{config: "defaultView: services prod\n"}, func(j *journey) { j.Sees("services(prod)[14]") })
}
