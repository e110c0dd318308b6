package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"ecsole/aws/logs"
	"ecsole/lines"
	"ecsole/tui/clean"
	"ecsole/views"
)

const targetHelp = "TARGET is an ARN, [CLUSTER/]SERVICE[/TASK] or [CLUSTER/]TASKID; of two parts the first is the cluster."

func logsCommand(f *flags) *cobra.Command {
	var container string
	var since time.Duration
	var follow bool
	cmd := &cobra.Command{
		Use:   "logs TARGET",
		Short: "Print the logs of a task or a service, merged by time",
		Long: "logs prints what the containers of TARGET wrote to CloudWatch Logs, oldest first: the time, the\n" +
			"task and the container, and the line. With --follow it goes on with what is new, of new tasks too.\n" + targetHelp,
		Example: "  ecsole logs prod/checkout\n  ecsole logs prod/checkout -f --container app\n  ecsole logs prod/checkout/3f2a --since 2h | grep ERROR",
		Args:    oneArgument("TARGET"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if since < 0 {
				return usageError{fmt.Errorf("--since %s lies in the future", since), "ecsole logs --help"}
			}
			return f.withClients(cmd.Context(), func(_ *setup, c views.Clients) error {
				spec, unread, err := views.LogSpec(cmd.Context(), c, args[0], f.cluster, container)
				if err != nil {
					return err
				}
				if unread != nil {
					fmt.Fprintln(cmd.ErrOrStderr(), "ecsole: logs may be missing: "+oneLine(views.Problem(unread)))
				}
				for _, source := range spec.Sources {
					if source.Elsewhere != "" {
						fmt.Fprintln(cmd.ErrOrStderr(), "ecsole: "+clean.Line(source.Container+": "+source.Elsewhere))
					}
				}
				spec.Range = logs.Range{Last: since}
				return printLogs(cmd.Context(), c.Logs, spec, follow, cmd.OutOrStdout())
			})
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on with new lines")
	cmd.Flags().DurationVar(&since, "since", 15*time.Minute, "how far back to begin")
	cmd.Flags().StringVar(&container, "container", "", "only this container")
	return cmd
}

// printLogs writes clean lines.
func printLogs(ctx context.Context, hub *logs.Hub, spec logs.Spec, follow bool, w io.Writer) error {
	out := bufio.NewWriter(w)
	return hub.Once(ctx, spec, follow, func(page []lines.Line, stream func(lines.StreamID) lines.Stream) error {
		for _, l := range page {
			s := stream(l.Stream)
			if _, err := fmt.Fprintf(out, "%s %s/%s %s\n", time.UnixMilli(l.Time).UTC().Format("2006-01-02T15:04:05.000Z"), clean.Line(s.Label), clean.Line(s.Container), clean.Line(string(l.Text))); err != nil {
				return own(err)
			}
		}
		return own(out.Flush())
	})
}
