package main

import (
	"path/filepath"
	"slices"
	"testing"
)

// The directory need not be there: nothing else may have been kept in it yet.
func TestHistoryIsKeptInANewDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "history")
	saveHistory(path)([]string{"svc prod", "tasks"})
	if got := readHistory(path); !slices.Equal(got, []string{"svc prod", "tasks"}) {
		t.Errorf("%q", got)
	}
}
