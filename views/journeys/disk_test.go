package journeys

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A disk that does not answer holds up nothing but what is on it: the queries that were
// asked before are a pipe here into which nobody writes.
func TestAHangingDiskHoldsUpNoKeys(t *testing.T) {
	t.Parallel()
	j := start(t, setting{})
	j.Sees("clusters(all)[4]")
	path := filepath.Join(filepath.Dir(j.saves), "queries.jsonl")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w, err := os.OpenFile(path, os.O_RDWR, 0) // lets the reader go
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	j.Type(":insights\r").Sees("insights(")
	j.Type("xyz").Sees("xyz")
	j.Press("esc").Sees("clusters(all)[4]")
}
