package journeys

import (
	"testing"

	"ecsole/aws/audit"
)

const legacy = "prod-orders-worker"

// TestSecretsAreHiddenUntilAsked reads a task definition that has a token among its
// variables: hidden in both forms and in the description, shown on a key, and that on
// record.
func TestSecretsAreHiddenUntilAsked(t *testing.T) {
	run(t, setting{command: ":revisions " + legacy, height: 90, width: 120}, func(j *journey) {
		j.on("7")
		j.Press("d").Sees("LEGACY_API_TOKEN").Not("tok_")
		j.Press("esc").Press("y").Sees("LEGACY_API_TOKEN", "1 value hidden").Not("tok_")
		j.Press("y").Sees("json(", "LEGACY_API_TOKEN", "1 value hidden").Not("tok_")
		for _, r := range j.records() {
			if r.Action == "secrets.unmask" {
				t.Fatalf("recorded before anything was shown: %+v", r)
			}
		}
		j.Press("M").Sees("tok_", "secrets in sight")
		r := j.recorded("the secrets shown", func(r audit.Record) bool { return r.Action == "secrets.unmask" })
		if r.Target == "" || r.Kind != audit.KindNote {
			t.Errorf("%+v", r)
		}
		j.Press("M").Sees("1 value hidden").Not("tok_")
	})
}

// TestSecretsStayHiddenWithoutAJournal holds that what cannot be recorded is not shown.
func TestSecretsStayHiddenWithoutAJournal(t *testing.T) {
	run(t, setting{command: ":revisions " + legacy, height: 90, noJournal: true, width: 120}, func(j *journey) {
		j.on("7")
		j.Press("y").Sees("1 value hidden")
		j.Press("M").Sees("secrets are not shown").Not("tok_")
	})
}
