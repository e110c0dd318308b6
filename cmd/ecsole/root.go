package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/views"
	"ecsole/views/config"
)

// flags go with every subcommand.
type flags struct {
	profile, region, cluster, command string
	readOnly, write                   bool
}

func rootCommand() *cobra.Command {
	f := &flags{}
	root := &cobra.Command{
		Use:           "ecsole",
		Short:         "The ECS console in a terminal",
		Long:          "ecsole browses Amazon ECS, follows logs, opens shells and writes down every act.\nWithout a subcommand it opens the console; `ecsole demo` opens it on a simulated account.",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return runConsole(cmd.Context(), f, real(f)) },
	}
	p := root.PersistentFlags()
	p.StringVar(&f.profile, "profile", "", "AWS profile")
	p.StringVar(&f.region, "region", "", "AWS region")
	p.StringVar(&f.cluster, "cluster", "", "cluster, by name or ARN")
	p.BoolVar(&f.readOnly, "readonly", false, "refuse every act")
	p.BoolVar(&f.write, "write", false, "allow acts even where the configuration says read-only")
	root.Flags().StringVarP(&f.command, "command", "c", "", "command to begin with, such as ':svc api'")
	root.AddCommand(demoCommand(f), simCommand(), getCommand(f), logsCommand(f), auditCommand(), infoCommand(f), versionCommand())
	return root
}

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
	close    func()
}

// real is the setup of an account as the AWS configuration describes it.
func real(f *flags) func(context.Context) (*setup, error) {
	return func(context.Context) (*setup, error) {
		paths := config.DefaultPaths()
		cfg, err := config.Load(paths.ConfigFile())
		if err != nil {
			return nil, err
		}
		s := &setup{config: cfg, paths: paths, profiles: func() ([]aws.Profile, error) { return aws.Profiles(os.Getenv) }}
		s.openJournal()
		pacer := aws.NewPacer()
		s.open = func(ctx context.Context, profile, region string, asker aws.Asker) (*aws.Account, error) {
			if profile == "" {
				profile = cfg.Profile
			}
			if region == "" {
				region = cfg.Region
			}
			return aws.Open(ctx, aws.Options{
				Profile: profile, Region: region, ReadOnly: f.isReadOnly(cfg, profile), Journal: s.journal, Asker: asker, Pacer: pacer,
			})
		}
		s.close = func() {}
		return s, nil
	}
}

func (f *flags) isReadOnly(cfg config.Config, profile string) bool {
	switch {
	case f.readOnly:
		return true
	case f.write:
		return false
	}
	if profile == "" {
		profile = os.Getenv("AWS_PROFILE")
	}
	return cfg.IsReadOnly(profile)
}

func (s *setup) openJournal() {
	path := s.paths.Journal()
	if s.config.JournalPath != "" {
		path = s.config.JournalPath
	}
	s.journal, s.problem = audit.Open(path, audit.Options{})
}

// clients opens the account of the flags for a subcommand that is no console.
func (f *flags) clients(ctx context.Context, s *setup) (views.Clients, func(), error) {
	a, err := s.open(ctx, f.profile, f.region, nil)
	if err != nil {
		return views.Clients{}, nil, err
	}
	return views.NewClients(a, s.profiles), a.Close, nil
}
