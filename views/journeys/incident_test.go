package journeys

import (
	"os"
	"syscall"
	"testing"

	"ecsole/aws/audit"
)

// TestKeysDoNotWaitForTheJournal holds the journal's lock, as another process may, and
// sets an incident: keys go on, and the record follows when the lock is free.
func TestKeysDoNotWaitForTheJournal(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.goTo("data")
		other, err := os.Open(j.journal.Path())
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		if err := syscall.Flock(int(other.Fd()), syscall.LOCK_EX); err != nil {
			t.Fatal(err)
		}
		j.Type(":incident INC-7\r").Sees("INCIDENT INC-7", "stamped")
		j.moves()
		if err := syscall.Flock(int(other.Fd()), syscall.LOCK_UN); err != nil {
			t.Fatal(err)
		}
		r := j.recorded("the incident", func(r audit.Record) bool { return r.Action == "incident.set" })
		if r.Target != "INC-7" || r.Incident != "INC-7" {
			t.Errorf("%+v", r)
		}
	})
}
