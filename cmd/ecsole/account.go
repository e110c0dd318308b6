package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/user"
	"path/filepath"

	"github.com/spf13/cobra"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/aws/exec"
	"ecsole/views"
	"ecsole/views/config"
)

// setup is what a subcommand works with: configuration, journal, and a way to open
// accounts.
type setup struct {
	config  config.Config
	paths   config.Paths
	journal *audit.Journal
	// problem is why there is no journal; acts are refused then.
	problem error
	open    func(ctx context.Context, profile, region string, asker aws.Asker) (*aws.Account, error)
	// profiles lists what :ctx offers.
	profiles func() ([]aws.Profile, error)
	http     *slog.Logger // of --debug-http, or nil
	closing  []func()
}

func (s *setup) close() {
	for _, f := range s.closing {
		f()
	}
}

// newSetup reads the configuration and opens the journal. The demo keeps its files
// apart: what is done to a simulated account has no place among real acts.
func newSetup(f *flags, demo bool) (*setup, error) {
	paths := config.DefaultPaths()
	if demo {
		paths.Data = filepath.Join(paths.Data, "demo")
	}
	cfg, err := config.Load(paths.ConfigFile())
	if err != nil {
		return nil, own(err)
	}
	s := &setup{config: cfg, paths: paths}
	path := paths.Journal()
	if cfg.JournalPath != "" && !demo {
		path = cfg.JournalPath
	}
	s.journal, s.problem = audit.Open(path, whoami())
	if f.debugHTTP {
		if err := s.logHTTP(); err != nil {
			return nil, own(err)
		}
	}
	return s, nil
}

// whoami is who sits at this machine, for the journal; what cannot be found out stays
// empty.
func whoami() audit.Options {
	var o audit.Options
	if u, err := user.Current(); err == nil {
		o.User = u.Username
	}
	o.Host, _ = os.Hostname()
	return o
}

// logHTTP begins the log of calls.
func (s *setup) logHTTP() error {
	path := s.paths.Log()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	w, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	s.http = slog.New(slog.NewTextHandler(w, nil))
	s.closing = append(s.closing, func() { w.Close() })
	return nil
}

// real is the setup of an account as the AWS configuration describes it.
func real(f *flags) func(context.Context) (*setup, error) {
	return func(context.Context) (*setup, error) {
		s, err := newSetup(f, false)
		if err != nil {
			return nil, err
		}
		s.profiles = func() ([]aws.Profile, error) { return aws.Profiles(os.Getenv) }
		pacer := aws.NewPacer()
		s.open = func(ctx context.Context, profile, region string, asker aws.Asker) (*aws.Account, error) {
			profile, region = choose(profile, region, s.config, os.Getenv, s.profiles)
			return opened(ctx, aws.Options{
				Profile: profile, Region: region, ReadOnly: f.isReadOnly(s.config, profile), Journal: s.journal, Asker: asker,
				Pacer: pacer, HTTPLog: s.http,
			})
		}
		return s, nil
	}
}

// opened opens an account that ends with ctx: a shell that holds the terminal must
// not outlive the signal that ends the program.
func opened(ctx context.Context, o aws.Options) (*aws.Account, error) {
	a, err := aws.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, a.Close)
	return a, nil
}

// choose settles which profile and region are meant: what was asked for goes before
// the environment, and that before config.yaml. A profile that was chosen by name
// brings its own region; the one in config.yaml is for those that have none.
func choose(profile, region string, cfg config.Config, env func(string) string, profiles func() ([]aws.Profile, error)) (string, string) {
	named := profile
	if named == "" {
		named = firstOf(env("AWS_PROFILE"), env("AWS_DEFAULT_PROFILE"))
	}
	if named == "" && env("AWS_ACCESS_KEY_ID") == "" {
		profile = cfg.Profile
	}
	if region != "" || cfg.Region == "" || firstOf(env("AWS_REGION"), env("AWS_DEFAULT_REGION")) != "" {
		return profile, region
	}
	if named != "" {
		all, _ := profiles() // a file that cannot be read is reported when the profile is opened
		for _, p := range all {
			if p.Name == named && p.Region != "" {
				return profile, ""
			}
		}
	}
	return profile, cfg.Region
}

func firstOf(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}

func (f *flags) isReadOnly(cfg config.Config, profile string) bool {
	switch {
	case f.readOnly:
		return true
	case f.write:
		return false
	}
	return cfg.IsReadOnly(firstOf(profile, os.Getenv("AWS_PROFILE"), os.Getenv("AWS_DEFAULT_PROFILE"), "default"))
}

// withClients opens the account of the flags for a subcommand that is no console.
func (f *flags) withClients(ctx context.Context, do func(*setup, views.Clients) error) error {
	s, err := real(f)(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	a, err := s.open(ctx, f.profile, f.region, nil)
	if err != nil {
		return err
	}
	defer a.Close()
	c := views.NewClients(a, s.profiles, nil).Naming(s.config.Accounts)
	c.Exec.Configure(exec.Settings{Recording: views.Recording(s.config, s.paths)})
	return do(s, c)
}

// withoutAccount gives clients for what is read on this machine alone. They reach
// nobody, and a profile that cannot be used is no hindrance.
func (f *flags) withoutAccount(ctx context.Context, do func(views.Clients) error) error {
	s, err := real(f)(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	nowhere := func(_ context.Context, _, addr string) (net.Conn, error) {
		return nil, fmt.Errorf("nothing is asked of %s", addr)
	}
	a, err := opened(ctx, aws.Options{Static: &aws.Static{Name: f.profile, Region: "none"}, Journal: s.journal, Dial: nowhere})
	if err != nil {
		return err
	}
	defer a.Close()
	return do(views.NewClients(a, s.profiles, nil).Naming(s.config.Accounts))
}

// completeProfiles offers the profiles of the AWS configuration.
func completeProfiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	all, err := aws.Profiles(os.Getenv)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []string
	for _, p := range all {
		names = append(names, p.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
