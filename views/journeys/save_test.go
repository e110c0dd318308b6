package journeys

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ecsole/aws/audit"
	"ecsole/aws/sim"
)

// TestASavedTableSaysWhatItLacks saves a list in which one service could not be read.
func TestASavedTableSaysWhatItLacks(t *testing.T) {
	broken := func(s *sim.Sim) { s.Faults().Fail("checkout", "INTERNAL") }
	run(t, setting{command: ":services prod", before: broken}, func(j *journey) {
		j.Sees("services(prod)[14, incomplete]")
		j.Press("ctrl+s").Sees("saved to", "incomplete")
		r := j.recorded("the file", func(r audit.Record) bool { return r.Action == "table.save" })
		if !strings.HasSuffix(r.Path, "-incomplete.csv") {
			t.Errorf("%s does not say that it is not complete", r.Path)
		}
		table, err := csv.NewReader(strings.NewReader(j.saved()[r.Path])).ReadAll()
		if err != nil || len(table) != 15 {
			t.Fatalf("%v: %v", err, table)
		}
		unread := slices.Index(table[0], "UNREAD")
		for _, row := range table[1:] {
			if lacks := row[0] == "checkout"; unread < 0 || lacks != (row[unread] != "") || lacks && !strings.Contains(row[unread], "INTERNAL") {
				t.Errorf("%q", row)
			}
		}
	})
}

// TestNothingIsSavedOffTheRecord holds that a file that the journal cannot take does
// not stay behind.
func TestNothingIsSavedOffTheRecord(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]")
		if err := os.Remove(j.journal.Path()); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(j.journal.Path(), 0o700); err != nil {
			t.Fatal(err)
		}
		j.Press("ctrl+s").Sees("journal")
		if left, _ := filepath.Glob(filepath.Join(j.saves, "*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}
