package journeys

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ecsole/aws/sim"
)

// containers goes to the containers of a task of payments.
func (j *journey) containers() {
	j.t.Helper()
	j.Sees("services(prod)[14]")
	j.goTo("payments")
	j.Press("enter").Sees("tasks(prod/payments)")
	j.Wait("for a task", func(string) bool { return j.cursor() != "" })
	j.Press("enter").Sees("containers(")
	j.goTo("payments")
}

// A dialog that opens when its answer has come, long after the key, takes nothing that
// was typed before it was seen.
func TestALateDialogTakesNoKeys(t *testing.T) {
	run(t, setting{command: ":tasks prod", sim: sim.Options{Latency: time.Second}}, func(j *journey) {
		j.Sees("tasks(prod)[")
		j.Type("/web\r").Wait("for a task", func(string) bool { return strings.Contains(j.cursor(), "web") })
		j.Press("ctrl+t").Sees("which container?").Press("enter", "enter")
		j.pass(100 * time.Millisecond)
		j.Sees("which container?").Not("Copy files of")
		j.pass(time.Second)
		j.Press("enter").Not("which container?")
	})
}

func TestCopyThereAndBack(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.containers()
		dir := t.TempDir()
		local, back := filepath.Join(dir, "n"), filepath.Join(dir, "b")
		text := []byte("what the engineer wrote\n")
		if err := os.WriteFile(local, text, 0o600); err != nil {
			t.Fatal(err)
		}
		j.Press("t").Sees("Copy files of payments/", "from it", "to it")
		j.Press("j", "enter").Sees("Copy to the container?", "111122223333", "Path here", "Path there")
		j.Type(local + "\r/tmp/n\r").Press("enter").Sees("copy n to payments/")
		sum := fmt.Sprintf("%x", sha256.Sum256(text))
		if r := j.recorded("the copy in", func(r record) bool { return r.Action == "exec.put" }); r.Path != local || r.Bytes != 24 || r.SHA256 != sum {
			t.Errorf("recorded: %+v", r)
		}
		fetch := func() {
			j.Press("t").Sees("from it").Press("enter").Sees("Copy from the container?")
			j.Type("/tmp/n\r").Press("ctrl+u").Type(back + "\r").Press("enter")
		}
		fetch()
		came := func() bool { b, _ := os.ReadFile(back); return string(b) == string(text) }
		j.until("the copy", came)
		if r := j.recorded("the copy out", func(r record) bool { return r.Action == "exec.fetch" }); r.Path != back || r.Bytes != 24 || r.SHA256 != sum {
			t.Errorf("recorded: %+v", r)
		}
		// What is there already is replaced only if that is wanted.
		os.WriteFile(back, []byte("mine"), 0o600)
		fetch()
		j.Sees("Replace what is there?", "already")
		j.pass(500 * 1e6)
		j.Press("esc").Not("Replace what is there?")
		if b, _ := os.ReadFile(back); string(b) != "mine" {
			t.Errorf("%q was replaced", b)
		}
		fetch()
		j.Sees("Replace what is there?")
		j.pass(500 * 1e6)
		j.Press("tab", "enter").Not("Replace what is there?")
		j.until("the copy", came)
	})
}

func TestCopyAboveTheLimit(t *testing.T) {
	run(t, setting{width: 140, height: 40, command: ":services prod", config: "copy: {limitMB: 1}\n"}, func(j *journey) {
		j.containers()
		dir := t.TempDir()
		local := filepath.Join(dir, "large")
		if err := os.WriteFile(local, make([]byte, 1_100_000), 0o600); err != nil {
			t.Fatal(err)
		}
		j.Press("t", "j", "enter").Sees("Copy to the container?")
		j.Type(local+"\r/tmp/large\r").Press("enter").Sees("Copy 1.1 MB?", "above the limit of 1.0 MB")
		j.pass(500 * 1e6)
		j.Press("tab", "enter").Sees("1.1 MB, checksums agree → /tmp/large")
	})
}

func TestCopyRefused(t *testing.T) {
	run(t, setting{command: ":services prod", readOnly: true}, func(j *journey) {
		j.containers()
		j.Press("t").Sees("read-only: Copy files is refused")
	})
	t.Run("production, on a task", func(t *testing.T) {
		run(t, setting{command: ":tasks prod /payments", profile: "shop-prod"}, func(j *journey) {
			j.Sees("tasks(prod)[4/77]")
			j.rest()
			j.Press("ctrl+t").Sees("Copy files of payments/").Press("enter").Sees("Copy from the container?", "Type shop-prod to go on")
		})
	})
}

func TestSessionsOfTheAccount(t *testing.T) {
	run(t, setting{width: 160, height: 40, command: ":services prod"}, func(j *journey) {
		j.containers()
		j.Press("t", "enter").Sees("Copy from the container?")
		j.Type("/etc/hosts\r").Press("ctrl+u").Type(filepath.Join(t.TempDir(), "hosts") + "\r").Press("enter").Sees("checksums agree")
		j.Type(":ssm\r").Sees("ssm(active, and ended of 24h)", "terminated", "prod/payments/", "user/oncall", "AmazonECS-ExecuteInteractiveCommand")
	})
}

// A copy that goes on can be ended where copies begin; it says so, and what it has.
func TestCopyEnded(t *testing.T) {
	run(t, setting{width: 160, height: 40, command: ":services prod"}, func(j *journey) {
		j.containers()
		local := filepath.Join(t.TempDir(), "large")
		if err := os.WriteFile(local, make([]byte, 1_000_000), 0o600); err != nil {
			t.Fatal(err)
		}
		j.Press("t").Sees("from it", "to it").Not("end it").Press("j", "enter").Sees("Copy to the container?")
		j.Type(local + "\r/tmp/large\r").Press("enter").Sees("checksums agree")
		// Back at a pace at which it takes minutes.
		if err := j.sim.Faults().Set("exec-pace=5000"); err != nil {
			t.Fatal(err)
		}
		j.Press("t", "enter").Sees("Copy from the container?")
		j.Type("/tmp/large\r").Press("ctrl+u").Type(local+"2\r").Press("enter").Sees("◌ copy large of payments/", "% of 1.0 MB")
		j.Press("t").Sees("end it", "copy large of payments/").Press("j", "j", "enter").Sees("you have ended it")
		j.Press("t").Sees("from it").Not("end it")
	})
}
