package files_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ecsole/aws/exec"
	"ecsole/aws/exec/files"
)

// TestFetchOfALie fetches a file whose size the container tells wrong: more than the
// limit must not come to this machine's disk.
func TestFetchOfALie(t *testing.T) {
	r := newRig(t)
	lie := `head -c 300000 /dev/zero > /tmp/much; d=$(dirname "$(command -v wc)"); rm -f "$d/wc"; printf '#!/bin/sh\necho 5\n' > "$d/wc"; chmod 755 "$d/wc"; wc -c < /tmp/much`
	if o := r.s.Run(t.Context(), r.q, lie, exec.RunOptions{}); strings.TrimSpace(string(o.Output)) != "5" {
		t.Fatalf("the container does not lie: %q, %v", o.Output, o.Err)
	}
	dir := t.TempDir()
	var most int64
	_, err := files.Fetch(t.Context(), r.s, r.request(filepath.Join(dir, "much"), "/tmp/much"),
		files.Options{Limit: 100_000, Progress: func(done, _ int64) { most = max(most, done) }})
	if !errors.Is(err, files.ErrGrows) || most > 100_000 {
		t.Errorf("%d bytes came, %v", most, err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}
