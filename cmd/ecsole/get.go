package main

import (
	"github.com/spf13/cobra"

	"ecsole/views"
)

func getCommand(f *flags) *cobra.Command {
	var output, service, task string
	var stopped bool
	cmd := &cobra.Command{
		Use:   "get KIND [NAME...]",
		Short: "Print clusters, services, tasks and the rest",
		Long: "get prints a kind, complete and sorted. It ends with status 1 when something could not be read,\n" +
			"after what could be read and with a message that says what is missing.",
		Args: cobra.MinimumNArgs(1),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return views.KindNames(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := real(f)(cmd.Context())
			if err != nil {
				return err
			}
			c, done, err := f.clients(cmd.Context(), s)
			if err != nil {
				return err
			}
			defer done()
			scope, err := views.ScopeOf(cmd.Context(), c, f.cluster, service, task)
			if err != nil {
				return err
			}
			scope.Stopped = stopped
			return views.Get(cmd.Context(), c, views.GetRequest{Kind: args[0], Names: args[1:], Scope: scope, Output: output}, cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "table", "table, wide, json, yaml or csv")
	cmd.Flags().StringVar(&service, "service", "", "only this service's")
	cmd.Flags().StringVar(&task, "task", "", "only this task's (id or ARN)")
	cmd.Flags().BoolVar(&stopped, "stopped", false, "stopped tasks instead of running ones")
	return cmd
}
