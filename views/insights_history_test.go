package views

import (
	"path/filepath"
	"testing"
)

// The directory need not be there: nothing else may have been kept in it yet.
func TestQueriesAreKeptInANewDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "queries.jsonl")
	for _, text := range []string{"limit 1", "limit 2", "limit 1"} {
		if err := keepAsked(path, past{Text: text, Groups: []string{"/a"}}); err != nil {
			t.Fatal(err)
		}
	}
	if all := readAsked(path); len(all) != 2 || all[1].Text != "limit 1" {
		t.Errorf("%+v", all)
	}
}
