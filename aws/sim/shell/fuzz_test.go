package shell

import (
	"context"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// FuzzScript runs any text as a script: nothing crashes, and all ends soon after
// the session.
func FuzzScript(f *testing.F) {
	for _, s := range []string{
		"echo a | sed s/a/b/ > /tmp/x; cat /tmp/x", "for i in {1..3}; do echo $((i*2)); done", "f() { local x=$1; echo ${x^^}; }; f a",
		"awk '{s+=$1} END {print s}' <<< 5", "find / -name '*.txt' -exec cat {} +", "while read -r a b; do echo $b; done < /etc/passwd",
		"tar cf - /etc | tar tf -; ps aux; df -h; free -m", "declare -A m; m[a]=1; echo ${!m[@]}; a=(1 2 3); echo ${a[@]:1}", "cat <<E\n$(date)\nE",
		"[[ a =~ (a) ]] && echo ${BASH_REMATCH[1]}; case a in [ab]) echo x;; esac", "sleep 9 & wait; kill %1; jobs", "printf '%*d %s\\n' 5 3 x", "trap 'echo t' EXIT; exit 3",
		"set -euo pipefail; x=${y:-z}; echo ${x%?}", "exec 3>/tmp/f; echo a >&3; exec 3>&-; ls -la /proc/self/", "vi a\x1b:q!\r", "top -b -n1 | head", "yes | head -n 3; seq 1 5 | tac",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		b := New(facts())
		if err := b.putFile("/tmp/script", src); err != nil {
			t.Fatal(err)
		}
		x := newTerm(t, b)
		ctx, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond)
		defer cancel()
		done := make(chan struct{})
		go func() { defer close(done); b.Run(ctx, x, "bash /tmp/script") }()
		x.typed("q\x03:q!\r\x04\x04")
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			t.Fatal("the session does not end")
		}
		x.hangup()
		if strings.Contains(x.all(), "internal error") {
			t.Fatalf("output %q", tail([]byte(x.all())))
		}
	})
}

// FuzzPrompt types any bytes at a prompt, at which most sessions then wait: how long
// they may is how long an input takes.
func FuzzPrompt(f *testing.F) {
	f.Add([]byte("echo hi\r\x1b[A\r\x03\x1a\x04"))
	f.Add([]byte("vi /tmp/x\rihello\x1b:wq\rless /etc/passwd\r/root\rq\x04"))
	f.Add([]byte("cat\rabc\x7f\x15\x04sleep 5\r\x1afg\r\x03jobs\rtop\rq"))
	f.Fuzz(func(t *testing.T, keys []byte) {
		b := New(facts())
		x := newTerm(t, b)
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Millisecond)
		defer cancel()
		done := make(chan struct{})
		go func() { defer close(done); b.Run(ctx, x, "bash") }()
		x.typed(string(keys))
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			t.Fatal("the session does not end")
		}
		x.hangup()
		if strings.Contains(x.all(), "internal error") {
			t.Fatalf("output %q", tail([]byte(x.all())))
		}
	})
}

// What could reach the host is not imported: files, programs, users, system calls.
func TestImportsKeepToMemory(t *testing.T) {
	banned := map[string]bool{"os": true, "os/exec": true, "os/user": true, "os/signal": true, "syscall": true, "path/filepath": true,
		"io/ioutil": true, "plugin": true, "unsafe": true, "mvdan.cc/sh/v3/interp": true, "golang.org/x/sys/unix": true, "github.com/creack/pty": true}
	n := 0
	err := filepath.WalkDir(".", func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		n++
		for _, i := range file.Imports {
			if p := strings.Trim(i.Path.Value, `"`); banned[p] {
				t.Errorf("%s imports %s", name, p)
			}
		}
		return nil
	})
	if err != nil || n < 40 {
		t.Errorf("%d files were looked at, %v", n, err)
	}
}
