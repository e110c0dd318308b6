package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
	"golang.org/x/term"
)

// patience bounds every wait; only tests that fail use it up.
const patience = time.Minute

// console is the program on a terminal of its own.
type console struct {
	t      *testing.T
	cmd    *exec.Cmd
	ptmx   *os.File
	tty    *os.File
	before *term.State // of the terminal
	ended  chan struct{}
	// resized says that the size was changed after the start.
	resized bool

	mu      sync.Mutex
	screen  vt10x.Terminal
	modes   modes
	cut     []byte // the beginning of a sequence
	changed chan struct{}
	what    string // for the message of a wait in vain
}

// earlier is what stands on the terminal before the program starts.
const earlier = "what was there before"

// launch starts the program with an environment of its own.
func launch(t *testing.T, cols, rows int, env []string, args ...string) *console {
	t.Helper()
	ptmx, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
	c := &console{
		t: t, ptmx: ptmx, tty: tty, ended: make(chan struct{}), changed: make(chan struct{}), modes: modes{},
		cmd: exec.CommandContext(ctx, "ecsole", args...),
	}
	c.screen = vt10x.New(vt10x.WithSize(cols, rows), vt10x.WithWriter(ptmx))
	fmt.Fprint(c.screen, earlier)
	c.resize(cols, rows)
	c.resized = false
	if c.before, err = term.GetState(int(tty.Fd())); err != nil {
		t.Fatal(err)
	}
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = tty, tty, tty
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	c.cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "ECSOLE_CONFIG_DIR=" + t.TempDir(),
		"TERM=xterm-256color", "COLORTERM=truecolor", "LANG=C.UTF-8",
	}, env...)
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	go func() { defer close(read); c.read() }()
	go func() { defer close(c.ended); _ = c.cmd.Wait() }() // ProcessState tells how
	t.Cleanup(func() {
		cancel()
		<-c.ended
		tty.Close()
		ptmx.Close()
		<-read
	})
	return c
}

func (c *console) read() {
	b := make([]byte, 32<<10)
	for {
		n, err := c.ptmx.Read(b)
		c.mu.Lock()
		whole := c.whole(b[:n])
		c.modes.read(whole)
		c.screen.Write(lesserSets.ReplaceAll(whole, nil))
		close(c.changed)
		c.changed = make(chan struct{})
		c.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// whole keeps the beginning of a sequence back until the rest has come.
func (c *console) whole(p []byte) []byte {
	p = append(c.cut, p...)
	c.cut = nil
	if i := unfinished.FindIndex(p); i != nil {
		p, c.cut = p[:i[0]], bytes.Clone(p[i[0]:])
	}
	return p
}

var unfinished = regexp.MustCompile(`\x1b(\[[0-9;:?<>=]*|[()*+])?$`)

// lesserSets is the choice of ASCII for character sets that this reader of screens
// does not know; it would print the half of it.
var lesserSets = regexp.MustCompile(`\x1b[)*+]B`)

// text is the screen as it is now, without blanks at line ends.
func (c *console) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	lines := strings.Split(c.screen.String(), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}

// wait waits until the condition holds for the screen.
func (c *console) wait(what string, holds func(screen string) bool) *console {
	c.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		c.mu.Lock()
		changed := c.changed
		c.mu.Unlock()
		if holds(c.text()) {
			return c
		}
		select {
		case <-changed:
		case <-deadline.C:
			c.t.Fatalf("waited in vain %s; %s; the screen:\n%s", what, c.what, c.text())
		}
	}
}

func (c *console) sees(texts ...string) *console {
	c.t.Helper()
	return c.wait(fmt.Sprintf("to see %q", texts), func(screen string) bool {
		return !slices.ContainsFunc(texts, func(s string) bool { return !strings.Contains(screen, s) })
	})
}

// prompted waits for the prompt of a root shell.
func (c *console) prompted() *console {
	c.t.Helper()
	return c.wait("for a prompt", func(screen string) bool { return strings.HasSuffix(strings.TrimSpace(screen), "#") })
}

// types sends keys as a terminal would.
func (c *console) types(keys string) *console {
	c.t.Helper()
	if _, err := io.WriteString(c.ptmx, keys); err != nil {
		c.t.Fatal(err)
	}
	return c
}

// leaves types Enter, the escape and a full stop. They only count as such when they
// are read one by one, as a hand types them, which no writer can force: so it tries
// again.
func (c *console) leaves() *console {
	c.t.Helper()
	for range 20 {
		for _, key := range []string{"\x15\r", "~", "."} { // ctrl-u empties the line
			c.types(key)
			select {
			case <-c.ended:
				return c
			case <-time.After(200 * time.Millisecond):
			}
		}
		select {
		case <-c.ended:
			return c
		case <-time.After(time.Second):
		}
	}
	return c
}

func (c *console) resize(cols, rows int) *console {
	c.t.Helper()
	c.resized = true
	c.mu.Lock()
	c.screen.Resize(cols, rows)
	c.mu.Unlock()
	if err := pty.Setsize(c.ptmx, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)}); err != nil {
		c.t.Fatal(err)
	}
	return c
}

// over waits for the end and checks its status.
func (c *console) over(status int) *console {
	c.t.Helper()
	select {
	case <-c.ended:
	case <-time.After(patience):
		c.t.Fatalf("the program goes on; the screen:\n%s", c.text())
	}
	if got := c.cmd.ProcessState.ExitCode(); got != status {
		c.t.Errorf("exit status %d, not %d; the screen:\n%s", got, status, c.text())
	}
	return c
}

// settled checks that the terminal has its line settings and its modes again; what
// the remote wrote may stay on it.
func (c *console) settled() {
	c.t.Helper()
	after, err := term.GetState(int(c.tty.Fd()))
	if err != nil {
		c.t.Fatal(err)
	}
	if !reflect.DeepEqual(after, c.before) {
		c.t.Errorf("the terminal's line settings were %+v and are %+v", c.before, after)
	}
	c.wait("for the modes to be as before", func(string) bool { // the last bytes may not have been read
		c.mu.Lock()
		defer c.mu.Unlock()
		c.what = fmt.Sprintf("left changed: %v", c.modes.left())
		return len(c.modes.left()) == 0
	})
}

// restored checks that the terminal is as it was before the program.
func (c *console) restored() {
	c.t.Helper()
	if !c.resized { // this reader of screens drops what is hidden when it is resized
		c.wait("to see the screen from before", func(screen string) bool { return strings.HasPrefix(screen, earlier) })
	}
	c.settled()
}

// simulator runs `ecsole sim` and gives the environment that it prints.
func simulator(t *testing.T, args ...string) []string {
	t.Helper()
	cmd := exec.Command("ecsole", append([]string{"sim", "--listen", "127.0.0.1:0"}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the simulator ended with %v", err)
		}
	})
	var lines []string
	for s := bufio.NewScanner(out); s.Scan(); {
		lines = append(lines, s.Text())
		if strings.HasPrefix(s.Text(), "unset ") { // the last one
			break
		}
	}
	var env []string
	for name, value := range environment(lines) {
		env = append(env, name+"="+value)
	}
	return env
}

// modes are what a program has switched on a terminal and not back: DEC's private
// modes and the keyboard protocols. They are read from the bytes, since no reader of
// screens knows all of them.
type modes map[string]int

var switching = regexp.MustCompile(`\x1b\[(?:\?([0-9;]+)([hl])|([<>=])([0-9;]*)([um]))`)

// usual are the modes that are on in a terminal which nobody has touched.
var usual = []string{"7", "25"}

func (m modes) read(p []byte) {
	for _, s := range switching.FindAllStringSubmatch(string(p), -1) {
		for mode := range strings.SplitSeq(s[1], ";") {
			switch {
			case mode == "":
			case (s[2] == "h") == slices.Contains(usual, mode):
				delete(m, mode)
			default:
				m[mode] = 1
			}
		}
		switch {
		case s[5] == "u" && s[3] == ">":
			m["keyboard"]++
		case s[5] == "u" && s[3] == "<":
			n := 1
			if s[4] != "" {
				n, _ = strconv.Atoi(s[4])
			}
			if m["keyboard"] -= n; m["keyboard"] <= 0 {
				delete(m, "keyboard")
			}
		case s[5] == "u" && s[3] == "=":
			m["keyboard"], _ = strconv.Atoi(strings.Split(s[4], ";")[0])
			if m["keyboard"] == 0 {
				delete(m, "keyboard")
			}
		case s[5] == "m" && s[3] == ">" && strings.HasPrefix(s[4], "4;") && s[4] != "4;0":
			m["modifyOtherKeys"] = 1
		case s[5] == "m" && s[3] == ">":
			delete(m, "modifyOtherKeys")
		}
	}
}

func (m modes) left() []string {
	var all []string
	for mode := range m {
		all = append(all, mode)
	}
	slices.Sort(all)
	return all
}

func TestModesAreFollowed(t *testing.T) {
	for text, want := range map[string]string{
		"\x1b[?1049h\x1b[?25l":             "[1049 25]",
		"\x1b[?1049;2004h\x1b[?2004l":      "[1049]",
		"\x1b[?25l\x1b[?25h":               "[]",
		"\x1b[>1u\x1b[>1u\x1b[<1u":         "[keyboard]",
		"\x1b[>1u\x1b[<u\x1b[>4;2m":        "[modifyOtherKeys]",
		"\x1b[=5;1u\x1b[=0;1u\x1b[>4;0m":   "[]",
		"\x1b[31mred\x1b[0m \x1b[?2026$p.": "[]",
	} {
		m := modes{}
		m.read([]byte(text))
		if got := fmt.Sprint(m.left()); got != want {
			t.Errorf("%q leaves %s, not %s", text, got, want)
		}
	}
}
