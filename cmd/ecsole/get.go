package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"ecsole/views"
)

func getCommand(f *flags) *cobra.Command {
	var output, service, task, family string
	var stopped bool
	cmd := &cobra.Command{
		Use:   "get KIND [NAME...]",
		Short: "Print clusters, services, tasks and the rest",
		Long: "get prints a kind, complete and sorted. It ends with status 1 when something could not be read,\n" +
			"after what could be read and with a message that says what is missing. json and yaml have typed\n" +
			"values; null is what is not known.",
		Example: `  ecsole get clusters
  ecsole get services --cluster prod -o json
  ecsole get tasks --cluster prod --service checkout --stopped -o wide
  ecsole get containers --cluster prod --service checkout
  ecsole get services --cluster prod checkout -o json | jq '.[].running'`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("KIND is missing: " + strings.Join(views.GetKinds(), ", "))
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return views.GetKinds(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			r := views.GetRequest{Kind: args[0], Names: args[1:], Output: output}
			if err := r.Check(); err != nil {
				return usageError{err, "ecsole get --help"}
			}
			if views.OfThisMachine(r.Kind) {
				return f.withoutAccount(cmd.Context(), func(c views.Clients) error { return views.Get(cmd.Context(), c, r, cmd.OutOrStdout()) })
			}
			return f.withClients(cmd.Context(), func(_ *setup, c views.Clients) error {
				scope, err := views.ScopeOf(cmd.Context(), c, f.cluster, service, task)
				if err != nil {
					return err
				}
				scope.Stopped, scope.Family = stopped, family
				r.Scope = scope
				return views.Get(cmd.Context(), c, r, cmd.OutOrStdout())
			})
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVarP(&output, "output", "o", "table", "table, wide, json, yaml or csv")
	cmd.Flags().StringVar(&service, "service", "", "only this service's")
	cmd.Flags().StringVar(&task, "task", "", "only this task's: TARGET of a task, such as its id or ARN")
	cmd.Flags().StringVar(&family, "family", "", "only this family's tasks or revisions")
	cmd.Flags().BoolVar(&stopped, "stopped", false, "stopped tasks instead of running ones")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(views.GetOutputs(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}
