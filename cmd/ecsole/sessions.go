package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"ecsole/views"
)

// sessionsKept is how long AWS remembers sessions.
const sessionsKept = 30 * 24 * time.Hour

func sessionsCommand(f *flags) *cobra.Command {
	var output string
	var since time.Duration
	cmd := &cobra.Command{
		Use:   "sessions",
		Short: "Print the sessions of the account: shells, commands, forwarded ports",
		Long: "sessions prints what Session Manager knows: the sessions that live and those that have ended, whoever\n" +
			"began them and with whatever, with the container that each goes to where ECS still knows the task.",
		Example: "  ecsole sessions\n  ecsole sessions --cluster prod --since 168h -o json | jq '.[] | select(.state == \"connected\")'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r := views.GetRequest{Kind: "ssm", Output: output}
			err := r.Check()
			if since <= 0 || since > sessionsKept {
				err = errors.Join(err, fmt.Errorf("--since %s: AWS remembers sessions for %s", since, sessionsKept))
			}
			if err != nil {
				return usageError{err, "ecsole sessions --help"}
			}
			return f.withClients(cmd.Context(), func(_ *setup, c views.Clients) error {
				var err error
				if r.Scope, err = views.ScopeOf(cmd.Context(), c, f.cluster, "", ""); err != nil {
					return err
				}
				r.Scope.Since = since
				return views.Get(cmd.Context(), c, r, cmd.OutOrStdout())
			})
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVarP(&output, "output", "o", "table", "table, wide, json, yaml or csv")
	cmd.Flags().DurationVar(&since, "since", 24*time.Hour, "how far back those that have ended began")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(views.GetOutputs(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}
