// Command bench measures the console from outside: it drives the built program on a
// terminal of its own against a simulated account, beside a bare Bubble Tea program
// that draws the same screen, and prints one table. It judges by what is on the
// screen and by what the system charges the process; it asserts nothing.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// limit bounds the whole run; what it leaves no time for is printed as such.
const limit = 12 * time.Minute

func main() {
	var err error
	switch {
	case len(os.Args) > 2 && os.Args[1] == modeBare:
		err = runBare(os.Args[2])
	case len(os.Args) > 2 && os.Args[1] == modeSim:
		err = runSim(os.Args[2])
	default:
		err = run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// program is one of those that are measured.
type program struct {
	name string // the column's head
	argv []string
	own  bool // ecsole itself: what it shows and which keys it has is known
}

// bench is one run.
type bench struct {
	sheet    *sheet
	programs []program
	plugin   string // path of session-manager-plugin, "build", or "" for the PATH
	latency  time.Duration
	runs     int
	cols     int
	rows     int
	dir      string // for everything that the programs write
	sims     int
}

func run() error {
	bin := flag.String("bin", "bin/ecsole", "the console to measure")
	latency := flag.Duration("latency", 60*time.Millisecond, "time that each request takes")
	runs := flag.Int("runs", 5, "how often starts and openings are measured")
	size := flag.String("size", "160x45", "of the terminal")
	only := flag.String("only", "", "only parts whose name matches, of: "+strings.Join(partNames(), " "))
	plugin := flag.String("plugin", "", "session-manager-plugin to measure shells beside; \"build\" builds it, \"\" takes the one on the PATH")
	out := flag.String("o", "", "a file that gets the table, too")
	var others []string
	flag.Func("vs", "command `line` of another console that honours AWS_ENDPOINT_URL, as a further column; may be repeated", func(s string) error {
		others = append(others, s)
		return nil
	})
	flag.Parse()
	match, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	path, err := filepath.Abs(*bin)
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); err != nil {
		return err
	}
	b := &bench{plugin: *plugin, latency: *latency, runs: *runs, programs: []program{{name: "ecsole", argv: []string{path}, own: true}}}
	if _, err := fmt.Sscanf(*size, "%dx%d", &b.cols, &b.rows); err != nil {
		return fmt.Errorf("size %q: %w", *size, err)
	}
	columns := []string{"ecsole", "bare"}
	for _, line := range others {
		p, err := other(line)
		if err != nil {
			return err
		}
		b.programs = append(b.programs, p)
		columns = append(columns, p.name)
	}
	b.sheet = &sheet{columns: columns}
	for _, p := range b.programs {
		if info, err := os.Stat(p.argv[0]); err == nil {
			b.sheet.put("size of the binary", p.name, mb(info.Size()))
		}
	}
	if b.dir, err = os.MkdirTemp("", "ecsole-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	b.all(ctx, match)
	text := b.heading() + b.sheet.String()
	fmt.Print(text)
	if *out != "" {
		return os.WriteFile(*out, []byte(text), 0o644)
	}
	return nil
}

// other is a console named by a command line.
func other(line string) (program, error) {
	argv := strings.Fields(line)
	if len(argv) == 0 {
		return program{}, fmt.Errorf("-vs needs a command")
	}
	path, err := exec.LookPath(argv[0])
	if err != nil {
		return program{}, err
	}
	if argv[0], err = filepath.Abs(path); err != nil {
		return program{}, err
	}
	return program{name: filepath.Base(path), argv: argv}, nil
}

// part is a group of measurements that stand on their own.
type part struct {
	name string
	do   func(*bench, context.Context) error
}

var parts = []part{
	{"start", (*bench).starts},
	{"open", (*bench).openings},
	{"keys", (*bench).keysAtRest},
	{"flood", (*bench).floods},
	{"shell", (*bench).shells},
	{"lines", (*bench).storeLines},
	{"loss", (*bench).losses},
	{"go", (*bench).benchmarks},
}

func partNames() []string {
	var out []string
	for _, p := range parts {
		out = append(out, p.name)
	}
	return out
}

// all runs the parts, one after the other: two at once would measure each other.
func (b *bench) all(ctx context.Context, match *regexp.Regexp) {
	for _, p := range parts {
		if !match.MatchString(p.name) {
			continue
		}
		begun := time.Now()
		err := p.do(b, ctx)
		if ctx.Err() != nil {
			err = fmt.Errorf("no time was left: %w", ctx.Err())
		}
		if err != nil {
			b.sheet.note(p.name + ": " + err.Error())
		}
		fmt.Fprintf(os.Stderr, "%-6s %4.0f s\n", p.name, time.Since(begun).Seconds())
	}
}
