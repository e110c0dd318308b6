package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"ecsole/aws/logs"
	"ecsole/lines"
	"ecsole/tui/clean"
	"ecsole/views"
)

func logsCommand(f *flags) *cobra.Command {
	var container string
	var since time.Duration
	var follow bool
	cmd := &cobra.Command{
		Use:   "logs TARGET",
		Short: "Print the logs of a task or a service, merged by time",
		Long: "logs prints what the containers of TARGET wrote to CloudWatch Logs, oldest first.\n" +
			"TARGET is an ARN, [CLUSTER/]SERVICE[/TASK] or [CLUSTER/]TASKID.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT)
			defer stop()
			s, err := real(f)(ctx)
			if err != nil {
				return err
			}
			c, done, err := f.clients(ctx, s)
			if err != nil {
				return err
			}
			defer done()
			spec, err := views.LogSpec(ctx, c, args[0], f.cluster, container)
			if err != nil {
				return err
			}
			for _, source := range spec.Sources {
				if source.Elsewhere != "" {
					fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s\n", source.Container, clean.Line(source.Elsewhere))
				}
			}
			spec.Range = logs.Range{Last: since}
			return printLogs(ctx, c.Logs, spec, follow, cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&container, "container", "", "only this container")
	cmd.Flags().DurationVar(&since, "since", 15*time.Minute, "how far back to begin")
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on with new lines")
	return cmd
}

// printLogs writes clean lines. A reader that goes away ends it without a word.
func printLogs(ctx context.Context, hub *logs.Hub, spec logs.Spec, follow bool, w io.Writer) error {
	out := bufio.NewWriter(w)
	err := hub.Once(ctx, spec, follow, func(page []lines.Line, stream func(lines.StreamID) lines.Stream) error {
		for _, l := range page {
			s := stream(l.Stream)
			if _, err := fmt.Fprintf(out, "%s %s/%s %s\n", time.UnixMilli(l.Time).UTC().Format("2006-01-02T15:04:05.000Z"), s.Label, s.Container, clean.Line(string(l.Text))); err != nil {
				return err
			}
		}
		return out.Flush()
	})
	switch {
	case errors.Is(err, syscall.EPIPE), errors.Is(err, context.Canceled):
		return nil
	}
	return err
}
