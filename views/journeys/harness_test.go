package journeys

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

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
	sim     *sim.Sim
	journal string
	saves   string
	app     *views.App
}

// setting is what a journey starts from.
type setting struct {
	width, height int
	sim           sim.Options
	config        string // YAML
	readOnly      bool
	command       string
	profiles      []aws.Profile
	before        func(*sim.Sim) // runs before the console starts
	clock         func() time.Time
}

// start opens the console; it ends with the test.
func start(t *testing.T, s setting) *journey {
	t.Helper()
	if s.width == 0 {
		s.width, s.height = 120, 40
	}
	server, err := sim.New(s.sim)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(l)
	t.Cleanup(func() { server.Close(); l.Close() })
	if s.before != nil {
		s.before(server)
	}
	cfg, err := config.Parse([]byte(s.config))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	paths := config.Paths{Config: dir, Data: dir, State: dir}
	journal, err := audit.Open(paths.Journal(), audit.Options{User: "ann", Host: "test"})
	if err != nil {
		t.Fatal(err)
	}
	endpoint := "http://" + l.Addr().String()
	key, secret, region := server.Static(endpoint)
	open := func(ctx context.Context, profile, wanted string, asker aws.Asker) (*aws.Account, error) {
		if profile == "" {
			profile = "demo"
		}
		if wanted == "" {
			wanted = region
		}
		return aws.Open(ctx, aws.Options{
			Static:   &aws.Static{Endpoint: endpoint, AccessKey: key, SecretKey: secret, Region: wanted, Name: profile},
			ReadOnly: s.readOnly, Journal: journal, Asker: asker,
		})
	}
	profiles := s.profiles
	if profiles == nil {
		profiles = []aws.Profile{{Name: "demo", Region: region, Kind: "keys"}, {Name: "shop-prod", Region: region, Kind: "keys", AccountID: "111122223333"}}
	}
	app, err := views.New(t.Context(), views.Options{
		Config: cfg, Paths: paths, Journal: journal, Open: open, Command: s.command, Now: s.clock,
		Profiles: func() ([]aws.Profile, error) { return profiles, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(app.Close)
	return &journey{Driver: tuitest.New(t, app.Model(), s.width, s.height), sim: server, journal: paths.Journal(), saves: paths.Saves(), app: app}
}

// records are the journal's records so far.
func (j *journey) records(t *testing.T) []audit.Record {
	t.Helper()
	var out []audit.Record
	for r, err := range audit.Read(j.journal) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

// saved are the files that were saved so far.
func (j *journey) saved(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	files, _ := filepath.Glob(filepath.Join(j.saves, "*"))
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out[f] = string(b)
	}
	return out
}
