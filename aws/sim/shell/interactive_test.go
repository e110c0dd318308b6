package shell

import (
	"strings"
	"testing"
	"time"
)

// shellAt begins bash and waits for its prompt.
func shellAt(t *testing.T, b *Box) *term {
	t.Helper()
	x := run(t, b, "/bin/bash")
	x.sees(prompt)
	return x
}

// line types a command and gives what it printed until the next prompt.
func (x *term) line(cmd string) string {
	x.t.Helper()
	x.typed(cmd + "\r")
	out := x.sees(prompt)
	_, out, _ = strings.Cut(out, "\x1b[?2004l") // the echo of the line
	return strings.ReplaceAll(out, "\r\n", "\n")
}

func TestPromptRunsLines(t *testing.T) {
	x := shellAt(t, New(facts()))
	if got := x.line("echo hello $((6*7))"); !strings.HasPrefix(got, "hello 42\n") {
		t.Errorf("got %q", got)
	}
	if got := x.line("cd /tmp && pwd; cd /app"); !strings.HasPrefix(got, "/tmp\n") {
		t.Errorf("got %q", got)
	}
	x.typed("for i in 1 2; do\r")
	x.sees("> ")
	x.typed("echo n$i\r")
	x.sees("> ")
	x.typed("done\r")
	x.sees("n1\r\nn2\r\n")
	x.sees(prompt)
	x.typed("if fi\r")
	x.sees("bash: syntax error")
	x.sees(prompt)
	x.line("false")
	if got := x.line("echo $?"); !strings.HasPrefix(got, "1\n") {
		t.Errorf("status %q", got)
	}
	x.typed("exit 3\r")
	if r := x.ends(); r != "" {
		t.Errorf("reason %q", r)
	}
}

func TestEditingKeys(t *testing.T) {
	x := shellAt(t, New(facts()))
	for name, tc := range map[string]struct{ keys, want string }{
		"backspace":      {"echo abx\x7fc\r", "abc\r\n"},
		"ctrl-h":         {"echo abx\bc\r", "abc\r\n"},
		"kill line":      {"nonsense\x15echo fresh\r", "fresh\r\n"},
		"kill word":      {"echo one two\x17three\r", "one three\r\n"},
		"home":           {"cho start\x01e\r", "start\r\n"},
		"left insert":    {"echo ac\x1b[Db\r", "abc\r\n"},
		"yank":           {"echo copied\x15\x19\r", "copied\r\n"},
		"utf8 backspace": {"echo größé\x7fe\r", "größe\r\n"},
		"wide":           {"echo 日本語\x7f\r", "日本\r\n"},
		"paste":          {"\x1b[200~echo one\recho two\x1b[201~\r", "one\r\ntwo\r\n"},
		"delete":         {"echo xab\x1b[D\x1b[D\x1b[D\x1b[3~\r", "ab\r\n"},
		"end of line":    {"cho a\x01e\x05b\r", "ab\r\n"},
	} {
		x.typed(tc.keys)
		out := x.sees(prompt)
		if !strings.HasSuffix(out, tc.want) && !strings.Contains(out, tc.want) {
			t.Errorf("%s: %q", name, out)
		}
	}
}

func TestHistory(t *testing.T) {
	x := shellAt(t, New(facts()))
	x.line("echo first")
	x.line("echo second")
	x.typed("\x1b[A\x1b[A\r")
	if out := x.sees(prompt); !strings.Contains(out, "\x1b[?2004lfirst\r\n") {
		t.Errorf("got %q", out)
	}
	x.typed("\x1b[A\x1b[A\x1b[B\r")
	if out := x.sees(prompt); !strings.Contains(out, "\x1b[?2004lfirst\r\n") {
		t.Errorf("up, up, down: %q", out)
	}
	if got := x.line("history"); !strings.Contains(got, "1  echo first\n") {
		t.Errorf("history: %q", got)
	}
}

func TestCompletion(t *testing.T) {
	x := shellAt(t, New(facts()))
	x.typed("cat conf\t")
	x.sees("config.yml ")
	x.typed("\r")
	x.sees("port: 8080")
	x.sees(prompt)
	x.typed("ls data/\t\t")
	x.sees("a.txt")
	x.sees("b.txt")
	x.typed("\x15unam\t -s\r")
	x.sees("Linux")
	x.sees(prompt)
	x.typed("cat gr\t\r")
	x.sees("größer")
}

func TestInterrupts(t *testing.T) {
	x := shellAt(t, New(facts()))
	x.typed("sleep 100\r")
	x.sees("sleep 100\r\n")
	x.waitFor("sleep")
	x.typed("\x03")
	x.sees("^C")
	x.sees(prompt)
	if got := x.line("echo $?"); !strings.HasPrefix(got, "130\n") {
		t.Errorf("status %q", got)
	}
	x.typed("half a line\x03")
	x.sees("^C\r\n")
	x.sees(prompt)
	x.typed("while true; do :; done\r")
	x.sees("done\r\n")
	x.typed("\x03")
	x.sees(prompt)
	x.typed("yes\r")
	x.sees("y\r\ny\r\n")
	x.typed("\x03")
	x.sees(prompt)
	x.typed("for i in 1 2 3; do sleep 100; done\r")
	x.waitFor("sleep")
	x.typed("\x03")
	x.sees(prompt)
	x.typed("yes | cat > /dev/null\r")
	x.waitFor("cat")
	x.typed("\x03")
	x.sees(prompt)
	x.typed("cat\r")
	x.waitFor("cat")
	x.typed("one\r")
	x.sees("one\r\none\r\n")
	x.typed("two\x7f\x7fea\x04")
	x.sees("tea")
	x.typed("\x04")
	x.sees(prompt)
	x.typed("\x04")
	x.ends()
}

// waitFor waits until a command runs in the session.
func (x *term) waitFor(name string) {
	x.t.Helper()
	until := time.Now().Add(10 * time.Second)
	for {
		for _, p := range x.box.processes() {
			if p.Command == name || strings.HasPrefix(p.Command, name+" ") {
				return
			}
		}
		if time.Now().After(until) {
			x.t.Fatalf("%s does not run", name)
		}
	}
}

func TestJobControl(t *testing.T) {
	x := shellAt(t, New(facts()))
	x.typed("sleep 100\r")
	x.waitFor("sleep")
	x.typed("\x1a")
	x.sees("[1]+  Stopped                 sleep 100")
	x.sees(prompt)
	if got := x.line("jobs"); !strings.Contains(got, "Stopped") {
		t.Errorf("jobs: %q", got)
	}
	x.line("bg")
	if got := x.line("jobs"); !strings.Contains(got, "[1]+  Running                 sleep 100 &") {
		t.Errorf("jobs: %q", got)
	}
	x.typed("fg\r")
	x.sees("sleep 100\r\n")
	x.typed("\x03")
	x.sees(prompt)
	if got := x.line("sleep 100 & echo $!"); !strings.HasPrefix(got, "[1] ") {
		t.Errorf("background: %q", got)
	}
	x.typed("kill %1; wait\r")
	x.sees("[1]+  Terminated              sleep 100")
	x.sees(prompt)
	x.typed("echo quick > /tmp/q &\r") // silent: what it printed could break up the prompt
	until := time.Now().Add(20 * time.Second)
	// The job may end before the next prompt or after it.
	for told := x.sees(prompt); !strings.Contains(told, "[1]+  Done                    echo quick >/tmp/q"); told += x.line("") {
		if time.Now().After(until) {
			t.Fatal("the end of the job is not told")
		}
	}
	if got := x.line("cat /tmp/q"); !strings.HasPrefix(got, "quick\n") {
		t.Errorf("the job wrote %q", got)
	}
}

func TestTop(t *testing.T) {
	x := shellAt(t, New(facts()))
	x.typed("top -d 0.2\r")
	x.sees("\x1b[?1049h")
	x.sees("load average")
	x.sees("server")
	x.sees("load average") // it draws again by itself
	x.typed("q")
	x.sees("\x1b[?1049l")
	x.sees(prompt)
	x.typed("top\r")
	x.sees("load average")
	x.resize(60, 10)
	x.sees("load average")
	x.typed("\x1a")
	x.sees("Stopped")
	x.sees(prompt)
	x.typed("fg\r")
	x.sees("load average")
	x.typed("\x03")
	x.sees(prompt)
	if got := x.line("top -b -n 1 | head -1"); !strings.Contains(got, "load average") {
		t.Errorf("batch: %q", got)
	}
}

func TestPager(t *testing.T) {
	x := shellAt(t, New(facts()))
	x.line("seq 1 200 > /tmp/n")
	x.typed("less /tmp/n\r")
	x.sees("23\x1b[0m")
	x.typed(" ")
	x.sees("46\x1b[0m")
	x.typed("/15.\r")
	x.sees("\x1b[7m150\x1b[27m")
	x.typed("G")
	x.sees("(END)")
	x.typed("q")
	x.sees(prompt)
	x.typed("seq 1 100 | less\r")
	x.sees("23\x1b[0m")
	x.typed("q")
	x.sees(prompt)
}

func TestEditorProgram(t *testing.T) {
	x := shellAt(t, New(facts()))
	x.typed("vi /tmp/note\r")
	x.sees("[New]")
	x.typed("ihello\rworld\x1b")
	x.typed("kyyp:w\r")
	x.sees("3L, 18B written")
	x.typed(":q\r")
	x.sees(prompt)
	if got := x.line("cat /tmp/note"); !strings.HasPrefix(got, "hello\nhello\nworld\n") {
		t.Errorf("file: %q", got)
	}
	x.typed("vi /tmp/note\r")
	x.sees("3L, 18B")
	x.typed("ddx:q\r")
	x.sees("E37")
	x.typed("uu:q!\r")
	x.sees(prompt)
	x.typed("vi /tmp/note\r")
	x.sees("18B")
	x.typed("GA!\x1b:%s/hello/bye/g\r:x\r")
	x.sees(prompt)
	if got := x.line("cat /tmp/note"); !strings.HasPrefix(got, "bye\nbye\nworld!\n") {
		t.Errorf("file: %q", got)
	}
}

func TestWindow(t *testing.T) {
	x := shellAt(t, New(facts()))
	if got := x.line("stty size; echo $COLUMNS $LINES; tput cols"); !strings.HasPrefix(got, "24 80\n80 24\n80\n") {
		t.Errorf("got %q", got)
	}
	x.resize(132, 50)
	if got := x.line("stty size; echo $COLUMNS"); !strings.HasPrefix(got, "50 132\n132\n") {
		t.Errorf("got %q", got)
	}
}

func TestSmallShell(t *testing.T) {
	f := facts()
	f.Bash, f.OSID = false, "alpine"
	b := New(f)
	x := run(t, b, "/bin/bash")
	if r := x.ends(); r != "----------ERROR-------\nUnable to start command: Failed to start pty: fork/exec /bin/bash: no such file or directory" {
		t.Errorf("reason %q", r)
	}
	y := run(t, b, "/bin/sh")
	y.sees("/app # ")
	y.typed("nosuch\r")
	y.sees("sh: nosuch: not found")
	y.typed("bash\r")
	y.sees("sh: bash: not found")
	z := run(t, b, "nosuch -x")
	if r := z.ends(); !strings.HasSuffix(r, `exec: "nosuch": executable file not found in $PATH`) {
		t.Errorf("reason %q", r)
	}
	w := run(t, b, `sh -c "echo a b | wc -w"`)
	w.ends()
	if got := w.all(); got != "2\r\n" {
		t.Errorf("a command without a shell: %q", got)
	}
}

func TestNestedShell(t *testing.T) {
	x := shellAt(t, New(facts()))
	x.typed("sh\r")
	x.sees("# ")
	x.typed("sleep 100\r")
	x.waitFor("sleep")
	x.typed("\x03")
	x.sees("^C")
	x.typed("echo inner $?\r")
	x.sees("inner 130\r\n")
	x.typed("exit\r")
	x.sees(prompt)
	if got := x.line("echo outer"); !strings.HasPrefix(got, "outer\n") {
		t.Errorf("got %q", got)
	}
}

func TestHangUpEndsEverything(t *testing.T) {
	x := shellAt(t, New(facts()))
	x.typed("yes > /dev/null & sleep 1000 & cat\r")
	x.waitFor("cat")
	x.hangup()
	x.ends()
}
