package journeys

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/aws/sim"
	"ecsole/tui/tuitest"
	"ecsole/views"
	"ecsole/views/config"
)

// journey is the whole console on a simulated account.
type journey struct {
	*tuitest.Driver
	t       *testing.T
	sim     *sim.Sim
	journal *audit.Journal
	saves   string
	app     *views.App
	dialed  *dialed
	opened  *accounts
}

// setting is what a journey starts from.
type setting struct {
	width, height int
	sim           sim.Options
	config        string // YAML
	readOnly      bool
	command       string
	cluster       string
	profile       string // "demo" without it
	profiles      []aws.Profile
	unusable      []string       // profiles whose keys AWS refuses
	before        func(*sim.Sim) // runs before the console starts
	noJournal     bool
	history       []string
	keep          func([]string)
	native        func(string) error
	options       []tuitest.Option
}

// accounts are the accounts that the console opened.
type accounts struct {
	mu    sync.Mutex
	all   []*aws.Account
	asker aws.Asker
}

func (a *accounts) list() []*aws.Account {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.all)
}

// dialed notes every address that was dialed.
type dialed struct {
	mu    sync.Mutex
	addrs map[string]int
}

func (d *dialed) list() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []string
	for a := range d.addrs {
		out = append(out, a)
	}
	slices.Sort(out)
	return out
}

// run is a journey in virtual time: whatever waits for a clock gets it at once, so
// an hour costs nothing and the second at which something is due can be named.
func run(t *testing.T, s setting, f func(j *journey)) {
	t.Helper()
	t.Parallel()
	tuitest.Bubble(t, func(t *testing.T) {
		t.Helper()
		f(start(t, s))
	})
}

// sizes runs a journey on a small, a usual and a large terminal.
func sizes(t *testing.T, s setting, f func(j *journey)) {
	t.Helper()
	for _, size := range []struct {
		name          string
		width, height int
	}{{"80x24", 80, 24}, {"120x40", 120, 40}, {"200x50", 200, 50}} {
		t.Run(size.name, func(t *testing.T) {
			one := s
			one.width, one.height = size.width, size.height
			run(t, one, f)
		})
	}
}

const endpoint = "http://simulator"

// start opens the console on a simulator in memory; both end with the test.
func start(t *testing.T, s setting) *journey {
	t.Helper()
	if s.width == 0 {
		s.width, s.height = 120, 40
	}
	server, err := sim.New(s.sim)
	if err != nil {
		t.Fatal(err)
	}
	server.Faults().Buckets(false)
	l, dial := sim.Pipe()
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		server.Close()
		if err := <-served; !errors.Is(err, sim.ErrClosed) {
			t.Error(err)
		}
	})
	if s.before != nil {
		s.before(server)
	}
	cfg, err := config.Parse([]byte(s.config))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	j := &journey{t: t, sim: server, opened: &accounts{}, dialed: &dialed{addrs: map[string]int{}}}
	paths := config.Paths{Config: dir, Data: dir, State: dir}
	j.saves = paths.Saves()
	var problem error
	if s.noJournal {
		problem = errors.New("the disk is full")
	} else if j.journal, err = audit.Open(paths.Journal(), audit.Options{User: "ann", Host: "test"}); err != nil {
		t.Fatal(err)
	}
	j.app, err = views.New(t.Context(), views.Options{
		Config: cfg, Paths: paths, Journal: j.journal, Problem: problem, Open: j.opener(s, dial),
		Profiles: func() ([]aws.Profile, error) { return s.known(), nil },
		Profile:  s.profile, Cluster: s.cluster, Command: s.command, History: s.history, Save: s.keep, Clip: s.native,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(j.app.Close)
	j.Driver = tuitest.New(t, j.app.Model(), s.width, s.height, s.options...)
	return j
}

func (s setting) known() []aws.Profile {
	if s.profiles != nil {
		return s.profiles
	}
	return []aws.Profile{
		{Name: "demo", Region: "eu-central-1", Kind: "keys", AccountID: "111122223333"},
		{Name: "shop-prod", Region: "eu-central-1", Kind: "keys", AccountID: "111122223333"},
		{Name: "shop-nonprod", Region: "eu-west-1", Kind: "sso", AccountID: "444455556666"},
	}
}

// opener opens accounts on the simulator; those of unusable profiles have a key
// that it does not know.
func (j *journey) opener(s setting, dial func(ctx context.Context, network, addr string) (net.Conn, error)) func(context.Context, string, string, aws.Asker) (*aws.Account, error) {
	key, secret, home := j.sim.Static(endpoint)
	noted := func(ctx context.Context, network, addr string) (net.Conn, error) {
		j.dialed.mu.Lock()
		j.dialed.addrs[addr]++
		j.dialed.mu.Unlock()
		return dial(ctx, network, addr)
	}
	return func(ctx context.Context, profile, region string, asker aws.Asker) (*aws.Account, error) {
		if profile == "" {
			profile = "demo"
		}
		if s.profile != "" && profile == "demo" {
			profile = s.profile
		}
		if region == "" {
			region = home
		}
		static := aws.Static{Endpoint: endpoint, AccessKey: key, SecretKey: secret, Region: region, Name: profile}
		if slices.Contains(s.unusable, profile) {
			static.AccessKey = "AKIA0000000000000000"
		}
		a, err := aws.Open(ctx, aws.Options{Static: &static, ReadOnly: s.readOnly, Journal: j.journal, Asker: asker, Dial: noted})
		if err == nil {
			j.opened.mu.Lock()
			j.opened.all, j.opened.asker = append(j.opened.all, a), asker
			j.opened.mu.Unlock()
		}
		return a, err
	}
}

// records are the journal's records so far.
func (j *journey) records() []audit.Record {
	j.t.Helper()
	var out []audit.Record
	for r, err := range audit.Read(j.journal.Path()) {
		if err != nil {
			j.t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

// recorded waits until a record is in the journal, and gives the newest such.
func (j *journey) recorded(what string, fits func(audit.Record) bool) audit.Record {
	j.t.Helper()
	var found audit.Record
	j.until("a record of "+what, func() bool {
		for _, r := range slices.Backward(j.records()) {
			if fits(r) {
				found = r
				return true
			}
		}
		return false
	})
	return found
}

// until waits for something that the screen does not show.
func (j *journey) until(what string, holds func() bool) {
	j.t.Helper()
	for deadline := time.Now().Add(tuitest.Deadline); !holds(); {
		if time.Now().After(deadline) {
			j.t.Fatalf("waited in vain for %s; the screen:\n%s", what, j.Screen())
		}
		j.pass(10 * time.Millisecond)
	}
}

// pass lets virtual time go by.
func (j *journey) pass(d time.Duration) {
	time.Sleep(d)
	j.Send(nothing{})
}

type nothing struct{}

// rest waits until nothing is under way: virtual time goes on only then.
func (j *journey) rest() *journey {
	j.pass(10 * time.Millisecond)
	j.pass(10 * time.Millisecond)
	return j
}

// saved are the files that were saved so far, by path.
func (j *journey) saved() map[string]string {
	j.t.Helper()
	out := map[string]string{}
	files, _ := filepath.Glob(filepath.Join(j.saves, "*"))
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			j.t.Fatal(err)
		}
		out[f] = string(b)
	}
	return out
}

// rows are the table's lines: those that begin with a cursor or a blank and a glyph.
func (j *journey) rows() []string {
	var out []string
	for line := range strings.SplitSeq(j.Screen(), "\n") {
		if row.MatchString(line) {
			out = append(out, strings.Trim(line, "│"))
		}
	}
	return out
}

var row = regexp.MustCompile(`^│[▸ *][•◌✗?⊘✓!i+] `)

// title is the line of the frame with the title.
func (j *journey) title() string { return j.Line("┌─") }

// cursor is the line with the cursor, without frame and glyphs.
func (j *journey) cursor() string {
	line := strings.Trim(j.Line("▸"), "│")
	_, rest, _ := strings.Cut(line, "▸")
	_, rest, _ = strings.Cut(rest, " ")
	return strings.TrimSpace(rest)
}

// on waits until the cursor stands on a row that begins with text.
func (j *journey) on(text string) *journey {
	j.t.Helper()
	j.Wait("for the cursor on "+text, func(string) bool { return strings.HasPrefix(j.cursor(), text) })
	return j
}

// goTo filters nothing and moves the cursor down until it stands on text.
func (j *journey) goTo(text string) *journey {
	j.t.Helper()
	j.Sees(text)
	j.Press("g")
	for range 200 {
		if strings.HasPrefix(j.cursor(), text) {
			return j
		}
		before := j.cursor()
		j.Press("j")
		if j.cursor() == before {
			break
		}
	}
	j.t.Fatalf("no row begins with %q:\n%s", text, j.Screen())
	return j
}

// moves fails unless the cursor goes down at once when j is pressed.
func (j *journey) moves() {
	j.t.Helper()
	j.Press("g")
	j.Wait("for a cursor", func(string) bool { return j.cursor() != "" })
	before, at := j.cursor(), time.Now()
	j.Press("j")
	if after := j.cursor(); after == before || after == "" {
		j.t.Errorf("j did not move the cursor from %q:\n%s", before, j.Screen())
	}
	if took := time.Since(at); took > 100*time.Millisecond {
		j.t.Errorf("j moved the cursor only after %s", took)
	}
	j.Press("g")
}

func blur() tea.Msg  { return tea.BlurMsg{} }
func focus() tea.Msg { return tea.FocusMsg{} }
