package main

import (
	"github.com/spf13/cobra"

	"ecsole/aws"
	"ecsole/aws/ecs"
	"ecsole/aws/exec"
	"ecsole/views"
)

func doctorCommand(f *flags) *cobra.Command {
	cmd := &cobra.Command{Use: "doctor", Short: "Find out why something does not work"}
	cmd.AddCommand(doctorExecCommand(f))
	return cmd
}

func doctorExecCommand(f *flags) *cobra.Command {
	var container, output string
	cmd := &cobra.Command{
		Use:   "exec TARGET",
		Short: "Find out why a shell does not open",
		Long: "exec examines what ECS Exec depends on: the task and its definition, the roles' and your own\n" +
			"permissions (by simulation), the network, the cluster's log and key. It changes nothing. Of a service\n" +
			"it takes the newest task that is not ready for a shell, else the newest. It ends with status 0 when\n" +
			"nothing failed, and with 1 when something failed or could not be read; a warning is no failure.\n" + targetHelp,
		Example: "  ecsole doctor exec prod/ledger\n  ecsole doctor exec prod/web --container nginx -o json | jq '.points[] | select(.state != \"passed\")'",
		Args:    oneArgument("TARGET"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := views.CheckDoctorOutput(output); err != nil {
				return usageError{err, "ecsole doctor exec --help"}
			}
			return f.withClients(cmd.Context(), func(_ *setup, c views.Clients) error {
				return views.DoctorExec(cmd.Context(), c, views.DoctorRequest{Target: args[0], Cluster: f.cluster, Container: container, Output: output}, cmd.OutOrStdout())
			})
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&container, "container", "", "only this container of the task")
	cmd.Flags().StringVarP(&output, "output", "o", "table", "table or json")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"table", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// withDoctor adds to the error of a shell that ECS did not open where its cause is
// found.
func withDoctor(err error, r exec.Request) error {
	e := aws.AsError(err)
	if e == nil || e.Op != "ecs:ExecuteCommand" || e.RefusedHere() || e.Class == aws.Expired || e.Class == aws.Cancelled || e.Class == aws.Throttled {
		return err
	}
	more := *e
	more.Err, more.Hint = err, "`ecsole doctor exec "+ecs.NameOf(r.Cluster)+"/"+ecs.NameOf(r.Task)+"` finds out why"
	if e.Hint != "" {
		more.Hint = e.Hint + " · " + more.Hint
	}
	return &more
}
