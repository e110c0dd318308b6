package shell

import (
	"fmt"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// hostile puts marks on the host that a shell must not find.
type hostile struct {
	dir, file string
	port      int
	accepted  *atomic.Int32
}

const (
	hostSecret = "host-secret-7f3a"
	hostName   = "host-marker-91bc"
)

func newHostile(t *testing.T) hostile {
	t.Helper()
	t.Setenv("ECSOLE_HOST_MARKER", hostSecret)
	h := hostile{dir: filepath.Join(t.TempDir(), hostName), accepted: &atomic.Int32{}}
	if err := os.MkdirAll(h.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	h.file = filepath.Join(h.dir, "secret.sh")
	if err := os.WriteFile(h.file, []byte("echo "+hostSecret+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	h.port = l.Addr().(*net.TCPAddr).Port
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			h.accepted.Add(1)
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return h
}

// attempts are ways to look at the host or to change it.
func (h hostile) attempts() []string {
	f, d, p := h.file, h.dir, h.port
	return []string{
		"cat " + f, "cat < " + f, ". " + f, "source " + f, "bash " + f, f, "$(cat " + f + ")", "echo $(<" + f + ")", "exec 3< " + f + "; cat <&3",
		"while read l; do echo $l; done < " + f, "mapfile x < " + f + "; echo ${x[@]}", "head " + f, "tail " + f, "grep . " + f, "sed p " + f,
		"awk 1 " + f, "base64 " + f, "xxd " + f, "sort " + f, "tar cf - " + d, "cp " + f + " /tmp/x; cat /tmp/x", "ln -s " + f + " /tmp/y; cat /tmp/y",
		"ln " + f + " /tmp/z; cat /tmp/z", "dd if=" + f, "diff " + f + " /etc/passwd", "less " + f, "env < " + f, "cat <" + f + " | cat",
		"cd " + d + " && ls", "ls -la " + d, "echo " + d + "/*", "find " + d, "find / -name " + hostName, "find / -name secret.sh", "ls /proc/*/cwd",
		"cat ../../../../../../../../.." + f, "cat //" + f, "cat /proc/self/root" + f, "cat /proc/1/root" + f, "stat " + f, "file " + f,
		"[ -e " + f + " ] && echo " + hostSecret, "[[ -d " + d + " ]] && echo " + hostSecret, "test -f " + f + " && echo " + hostSecret,
		"[ " + f + " -ef " + f + " ] && echo " + hostSecret, "cat <(cat " + f + ")", "read x < " + f + "; echo $x", "PATH=" + d + ":$PATH secret.sh",
		"command -v " + f + " && echo " + hostSecret, "type " + f, "trap '. " + f + "' EXIT", "BASH_ENV=" + f + " bash -c true", "ENV=" + f + " sh -c true",
		"env", "printenv", "set", "export -p", "declare -p", "echo $ECSOLE_HOST_MARKER", "echo ${!ECSOLE*}", "cat /proc/self/environ /proc/1/environ",
		"eval echo \\$ECSOLE_HOST_MARKER", "printenv ECSOLE_HOST_MARKER", "sh -c 'env'", "env -i sh -c 'set'", "xargs -I{} echo {} < " + f,
		fmt.Sprintf("curl -m 2 http://127.0.0.1:%d/", p), fmt.Sprintf("wget -O - http://localhost:%d/", p), fmt.Sprintf("nc 127.0.0.1 %d < /dev/null", p),
		fmt.Sprintf("exec 5<>/dev/tcp/127.0.0.1/%d; cat <&5", p), fmt.Sprintf("echo x > /dev/tcp/localhost/%d", p), fmt.Sprintf("curl http://[::1]:%d/", p),
		fmt.Sprintf("curl http://0.0.0.0:%d/", p), fmt.Sprintf("redis-cli -h 127.0.0.1 -p %d ping", p), "curl file://" + f,
		"echo broken > " + f, "echo more >> " + f, "rm -rf " + d, "rm -f " + f, "mv " + f + " /tmp/m", "mkdir " + d + "/new", "touch " + d + "/t", "chmod 000 " + f,
		"tar xf /dev/null -C " + d, "sed -i s/echo/gone/ " + f, "truncate -s 0 " + f, "dd if=/dev/zero of=" + f + " count=1", "cp /etc/passwd " + f,
		"tee " + f + " < /etc/passwd", "ln -sf /dev/null " + f, "rm -rf / --no-preserve-root", "rm -rf /*", "kill -9 " + strconv.Itoa(os.Getpid()),
		"kill -9 " + strconv.Itoa(os.Getppid()), "kill -9 -1", "pkill -9 go", "go version", "/usr/local/go/bin/go version", "python3 -c 1", "exec /bin/sh -c 'cat " + f + "'",
	}
}

// Nothing of the host can be read or changed, whatever is tried.
func TestHostIsOutOfReach(t *testing.T) {
	h := newHostile(t)
	name, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	cwd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	before := fds(t)
	for _, src := range h.attempts() {
		out := script(t, src+"\n")
		if strings.Contains(out, hostSecret) && !strings.Contains(src, hostSecret) {
			t.Errorf("%s\nfinds the host: %q", src, out)
		}
		if strings.Contains(src, hostSecret) && strings.Contains(out, hostSecret) {
			t.Errorf("%s\nsays that it is there: %q", src, out)
		}
		if strings.Contains(out, cwd) || len(name) > 3 && strings.Contains(out, name) {
			t.Errorf("%s\nknows where it runs: %q", src, out)
		}
	}
	b, err := os.ReadFile(h.file)
	if err != nil || string(b) != "echo "+hostSecret+"\n" {
		t.Errorf("the host's file was changed: %q, %v", b, err)
	}
	if i, err := os.Stat(h.file); err != nil || i.Mode().Perm() != 0o755 {
		t.Errorf("the host's file: %v, %v", i, err)
	}
	if list, err := os.ReadDir(h.dir); err != nil || len(list) != 1 {
		t.Errorf("the host's directory: %v, %v", list, err)
	}
	if n := h.accepted.Load(); n != 0 {
		t.Errorf("%d connections left the process", n)
	}
	if after := fds(t); after > before {
		t.Errorf("%d descriptors of the host are open, %d before", after, before)
	}
}

// fds counts the open descriptors of this process, where the system tells.
func fds(t *testing.T) int {
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(list)
}

func TestIdentityIsTheContainers(t *testing.T) {
	out := script(t, `hostname; cat /etc/hostname /proc/sys/kernel/hostname; uname -n; echo $HOSTNAME
echo pid $$ $PPID $BASHPID $UID; id -u; whoami; pwd; echo ~ $HOME $PWD; nproc; date -u +%F; cat /proc/uptime`)
	want := "ip-10-0-3-17.eu-central-1.compute.internal\n"
	if !strings.HasPrefix(out, strings.Repeat(want, 3)+"ip-10-0-3-17\n"+want) {
		t.Errorf("names: %q", out)
	}
	for _, pid := range []int{os.Getpid(), os.Getppid()} {
		if pid > 1 && strings.Contains(out+" ", fmt.Sprintf(" %d ", pid)) {
			t.Errorf("the host's pid %d shows: %q", pid, out)
		}
	}
	if !strings.Contains(out, "2026-11-01\n7200.00 ") {
		t.Errorf("the container's clock: %q", out)
	}
	b, err := os.ReadFile("/etc/passwd")
	if err != nil {
		return // a system without one
	}
	for _, l := range strings.Split(string(b), "\n") {
		part := strings.Split(l, ":")
		if len(part) < 6 || part[5] == "" || part[5] == "/root" || part[5] == "/nonexistent" || part[5] == "/"+part[0] {
			continue
		}
		if u, err := user.Lookup(part[0]); err != nil || u.HomeDir != part[5] {
			continue
		}
		if got := script(t, "echo ~"+part[0]); strings.TrimSpace(got) == part[5] {
			t.Errorf("~%s is the host's %s", part[0], part[5])
		}
	}
}

// What wrecks a container is gone with the next session, and never reaches the host.
func TestWreckedContainerComesBack(t *testing.T) {
	b := New(facts())
	x := shellAt(t, b)
	x.line("echo kept > /tmp/kept")
	y := shellAt(t, b)
	if got := y.line("cat /tmp/kept"); !strings.HasPrefix(got, "kept\n") {
		t.Errorf("another session sees %q", got)
	}
	x.typed("rm -rf --no-preserve-root / 2>/dev/null; echo removed\r")
	x.sees("lremoved\r\n")
	x.typed("ls\r")
	x.sees("ls: command not found")
	z := shellAt(t, b)
	if got := z.line("ls /app; cat /tmp/kept"); !strings.Contains(got, "config.yml") || !strings.Contains(got, "No such file") {
		t.Errorf("the next session finds %q", got)
	}
}

// Scripts that would exhaust a stack, the memory or the processor end in an error.
func TestBombs(t *testing.T) {
	deep := 200_000
	for name, src := range map[string]string{
		"function":        "f() { f; }; f",
		"mutual":          "f() { g; }; g() { f; }; f",
		"eval":            `x='eval "$x"'; eval "$x"`,
		"source":          "echo '. /tmp/self' > /tmp/self; . /tmp/self",
		"braces":          "echo {1..1000000000}",
		"many braces":     "echo {1..1000}{1..1000}{1..1000}",
		"doubling":        "x=aaaaaaaaaaaaaaaa; while [ $? = 0 ]; do x=$x$x; done",
		"parentheses":     strings.Repeat("(", deep) + "true" + strings.Repeat(")", deep),
		"substitutions":   strings.Repeat("$(", deep) + "true" + strings.Repeat(")", deep),
		"arithmetic":      "echo $((" + strings.Repeat("(", deep) + "1" + strings.Repeat(")", deep) + "))",
		"signs":           "echo $((" + strings.Repeat("-", deep) + "1))",
		"spaced signs":    "echo $((" + strings.Repeat("- ", deep) + "1))",
		"nots":            strings.Repeat("! ", deep) + "true",
		"ifs":             strings.Repeat("if ", deep),
		"blocks":          strings.Repeat("{ ", deep),
		"cases":           strings.Repeat("case x in x) ", deep),
		"backquotes":      strings.Repeat("`", deep),
		"tests":           "[[ " + strings.Repeat("( ", deep) + "a" + strings.Repeat(" )", deep) + " ]]",
		"test tool":       "[ " + strings.Repeat("( ", 1000) + "a" + strings.Repeat(" )", 1000) + " ]",
		"fork":            ":(){ :|:& };:",
		"disk":            "yes aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa > /tmp/full; rm /tmp/full",
		"capture":         "x=$(yes); echo ${#x}",
		"sort":            "sort /dev/zero",
		"tail":            "tail -n 1000000 /dev/zero",
		"wide printf":     "printf '%999999999d' 1",
		"big dd":          "dd if=/dev/zero of=/dev/null bs=100G count=1",
		"self copy":       "mkdir -p /tmp/a/b; cp -r /tmp/a /tmp/a/b; mv /tmp/a /tmp/a/b",
		"link loop":       "ln -s /tmp/l2 /tmp/l1; ln -s /tmp/l1 /tmp/l2; cat /tmp/l1; cd /tmp/l1; ls -R /tmp",
		"awk deep":        "awk 'BEGIN{print " + strings.Repeat("(", 5000) + "1" + strings.Repeat(")", 5000) + "}'",
		"self pipe":       "cat /tmp/loop >> /tmp/loop; echo x > /tmp/loop; head -c 1M /dev/zero >> /tmp/loop",
		"name reference":  "declare -n a=b; declare -n b=a; echo $a",
		"array index":     "a[999999999]=1; echo ${#a[@]}",
		"replace":         "x=" + strings.Repeat("a", 1000) + "; y=${x//a/$x}; echo ${#y}",
		"find exec":       "find / -name 'find' -exec find / -name nothing \\;",
		"just allowed":    strings.Repeat("(", 4900) + "true" + strings.Repeat(")", 4900) + "; echo $((" + strings.Repeat("(", 4000) + "1" + strings.Repeat(")", 4000) + "))",
		"allowed words":   strings.Repeat("if true; then ", 4900) + "true" + strings.Repeat("; fi", 4900),
		"allowed cases":   strings.Repeat("case x in x) ", 4900) + "true" + strings.Repeat(";; esac", 4900),
		"recursive shell": "echo 'sh /tmp/again' > /tmp/again; sh /tmp/again",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := New(facts())
			if err := b.putFile("/tmp/script", src+"\n"); err != nil {
				t.Fatal(err)
			}
			x := run(t, b, "bash /tmp/script")
			select {
			case <-x.ended:
			case <-time.After(60 * time.Second):
				t.Fatalf("does not end; output %q", tail([]byte(x.all())))
			}
			if out := x.all(); strings.Contains(out, "internal error") {
				t.Errorf("output %q", tail([]byte(out)))
			}
		})
	}
}
