package audit_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"ecsole/aws/audit"
)

const childEnv = "ECSOLE_TEST_JOURNAL_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childEnv); path != "" {
		if err := writeMany(path, 100); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// writeMany lets several goroutines write, half of them through a journal of their own.
func writeMany(path string, each int) error {
	shared, err := audit.Open(path, audit.Options{})
	if err != nil {
		return err
	}
	defer shared.Close()
	own, err := audit.Open(path, audit.Options{})
	if err != nil {
		return err
	}
	defer own.Close()
	var wg sync.WaitGroup
	errs := make(chan error, 4*each)
	for g := range 4 {
		j := shared
		if g%2 == 0 {
			j = own
		}
		j = j.As(audit.Who{Profile: "p" + strconv.Itoa(g)})
		wg.Go(func() {
			for n := range each {
				i, err := j.Intend(audit.Act{Action: "act", Target: strconv.Itoa(n)}, "ecs:StopTask")
				if err == nil {
					err = j.Outcome(i, audit.ResultOK, nil, "")
				}
				if err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	return <-errs
}

func TestManyWritersKeepOneChain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), childEnv+"="+path)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := writeMany(path, 100); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	r, err := audit.Verify(path)
	if err != nil {
		t.Fatal(err)
	}
	if !r.OK() || r.Records != 2*4*100*2 || len(r.Open) != 0 {
		t.Errorf("%d records, %d open, broken: %+v", r.Records, len(r.Open), r.Broken)
	}
	pids := map[int]int{}
	for rec, err := range audit.Read(path) {
		if err != nil {
			t.Fatal(err)
		}
		pids[rec.PID]++
	}
	if len(pids) != 2 {
		t.Errorf("records by process: %v, want two processes", pids)
	}
}
