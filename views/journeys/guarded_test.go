package journeys

import (
	"testing"

	"ecsole/aws/sim"
)

// TestAnUnknownAccountIsGuarded acts while nobody could say which account this is: it
// may be the one that the configuration calls production.
func TestAnUnknownAccountIsGuarded(t *testing.T) {
	run(t, setting{
		command: ":services prod", config: "accounts: {\"111122223333\": shop-prod}\n",
		before: func(s *sim.Sim) { s.Faults().Deny("sts:GetCallerIdentity") },
	}, func(j *journey) {
		j.goTo("web")
		j.Press("r").Sees("Force a new deployment?", "not known yet", "Type demo to go on")
	})
}
