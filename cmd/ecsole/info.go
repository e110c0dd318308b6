package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"ecsole/aws"
	"ecsole/views/config"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			fmt.Fprintf(cmd.OutOrStdout(), "ecsole %s (%s %s/%s)\n", versionText(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return nil
		},
	}
}

func infoCommand(f *flags) *cobra.Command {
	return &cobra.Command{
		Use: "info", Short: "Print paths, versions and the configuration in force", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := cmd.OutOrStdout()
			paths := config.DefaultPaths()
			cfg, problem := config.Load(paths.ConfigFile())
			row := func(label, value string) { fmt.Fprintf(out, "%-14s %s\n", label, value) }
			row("Version", versionText()+" "+runtime.Version()+" "+runtime.GOOS+"/"+runtime.GOARCH)
			row("Configuration", paths.ConfigFile()+there(paths.ConfigFile()))
			journal := paths.Journal()
			if cfg.JournalPath != "" {
				journal = cfg.JournalPath
			}
			row("Journal", journal+there(journal))
			row("Recordings", paths.Recordings())
			row("History", paths.History())
			row("Log", paths.Log())
			saves := paths.Saves()
			if cfg.SaveDir != "" {
				saves = cfg.SaveDir
			}
			row("Saves", saves)
			row("Crash reports", paths.Crashes())
			if problem != nil {
				return problem
			}
			known := func() ([]aws.Profile, error) { return aws.Profiles(os.Getenv) }
			profile, region := choose(f.profile, f.region, cfg, os.Getenv, known)
			profile = firstOf(profile, os.Getenv("AWS_PROFILE"), os.Getenv("AWS_DEFAULT_PROFILE"))
			row("Profile", orNone(profile))
			row("Region", regionOf(profile, region, known))
			row("Read-only", fmt.Sprint(f.isReadOnly(cfg, profile)))
			if info, ok := debug.ReadBuildInfo(); ok {
				for _, d := range info.Deps {
					switch d.Path {
					case "charm.land/bubbletea/v2", "github.com/aws/aws-sdk-go-v2", "github.com/aws/session-manager-plugin":
						row("", d.Path+" "+d.Version)
					}
				}
			}
			fmt.Fprintln(out, "\nConfiguration in force:")
			e := yaml.NewEncoder(out)
			e.SetIndent(2)
			defer e.Close()
			return e.Encode(cfg)
		},
	}
}

func there(path string) string {
	if _, err := os.Stat(path); err != nil {
		return " (not there)"
	}
	return ""
}

// regionOf is the region that a profile works in, where it was asked for one or none.
func regionOf(profile, asked string, profiles func() ([]aws.Profile, error)) string {
	region := firstOf(asked, os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"))
	all, _ := profiles() // a file that cannot be read is reported when the profile is opened
	for _, p := range all {
		if region == "" && p.Name == firstOf(profile, "default") {
			region = p.Region
		}
	}
	return orNone(region)
}

func orNone(s string) string {
	if s == "" {
		return "none named"
	}
	return s
}
