package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ecsole/aws/logs"
	"ecsole/lines/match"
	"ecsole/tui/clean"
	"ecsole/tui/logview"
	"ecsole/views"
)

const targetHelp = "TARGET is an ARN, [CLUSTER/]SERVICE[/TASK] or [CLUSTER/]TASKID; of two parts the first is the cluster."

// logsFlags are what `logs` is asked for beside the target.
type logsFlags struct {
	container, since, until, filter string
	follow, json, previous, unmask  bool
}

func logsCommand(f *flags) *cobra.Command {
	var l logsFlags
	cmd := &cobra.Command{
		Use:   "logs TARGET",
		Short: "Print the logs of a task or a service, merged by time",
		Long: "logs prints what the containers of TARGET wrote to CloudWatch Logs, oldest first: the time, the\n" +
			"task and the container, and the line. With --follow it goes on with what is new, of new tasks too.\n" +
			"Secrets in the lines are hidden; --unmask shows them, which is journalled.\n" + targetHelp + "\n" +
			"A time is a duration back from now (90s, 15m, 2h, 3d), a time of day or a date (14:05,\n" +
			"2026-11-22T14:00Z); without a zone it is in UTC.",
		Example: "  ecsole logs prod/checkout\n  ecsole logs prod/checkout -f --container app --filter 'level>=warn'\n" +
			"  ecsole logs prod/checkout --since 14:05 --until 14:20 --json | jq .message\n  ecsole logs prod/checkout --previous",
		Args: oneArgument("TARGET"),
		RunE: func(cmd *cobra.Command, args []string) error {
			usage := func(err error) error { return usageError{err, "ecsole logs --help"} }
			span, err := l.span(cmd.Flags().Changed("since"), time.Now())
			if err != nil {
				return usage(err)
			}
			query, err := match.Parse(l.filter)
			if err != nil {
				return usage(fmt.Errorf("--filter: %w", err))
			}
			return f.withClients(cmd.Context(), func(_ *setup, c views.Clients) error {
				return l.print(cmd, c, views.LogRequest{Target: args[0], Cluster: f.cluster, Container: l.container, Previous: l.previous}, span, query)
			})
		},
	}
	p := cmd.Flags()
	p.SortFlags = false
	p.BoolVarP(&l.follow, "follow", "f", false, "go on with new lines")
	p.StringVar(&l.since, "since", "15m", "the time to begin at")
	p.StringVar(&l.until, "until", "", "the time to end at")
	p.StringVar(&l.filter, "filter", "", "only lines that match: a regex, !regex, level>=warn, status>=500, joined by &&")
	p.StringVar(&l.container, "container", "", "only this container")
	p.BoolVar(&l.previous, "previous", false, "the tasks that stopped last, and why, in place of those that run")
	p.BoolVar(&l.json, "json", false, "a line of JSON for each event")
	p.BoolVar(&l.unmask, "unmask", false, "show secrets in lines; this is journalled")
	return cmd
}

// span reads --since and --until. With --previous the tasks' own time is the default.
func (l *logsFlags) span(sinceGiven bool, now time.Time) (r logs.Range, err error) {
	if l.until != "" && l.follow {
		return r, errors.New("--until and --follow exclude each other")
	}
	if l.previous && l.follow {
		return r, errors.New("--previous and --follow exclude each other: the tasks have ended")
	}
	if sinceGiven || !l.previous {
		if r.From, err = when(l.since, now); err != nil {
			return r, fmt.Errorf("--since: %w", err)
		}
		if r.From.After(now) {
			return r, fmt.Errorf("--since %s lies in the future", l.since)
		}
	}
	if l.until != "" {
		if r.To, err = when(l.until, now); err != nil {
			return r, fmt.Errorf("--until: %w", err)
		}
		if !r.To.After(r.From) {
			return r, errors.New("--until is not after --since")
		}
	}
	return r, nil
}

// when reads a time; a duration is counted back from now, with a minus or without.
func when(text string, now time.Time) (time.Time, error) {
	if at, err := logview.ParseTime("-"+strings.TrimPrefix(text, "-"), now, time.UTC); err == nil {
		return at, nil
	}
	return logview.ParseTime(text, now, time.UTC)
}

// print works out what to read, says what is missing, and prints the rest.
func (l *logsFlags) print(cmd *cobra.Command, c views.Clients, r views.LogRequest, span logs.Range, query *match.Query) error {
	spec, err := views.FindLogs(cmd.Context(), c, r)
	if err != nil {
		return err
	}
	say := func(text string) { fmt.Fprintln(cmd.ErrOrStderr(), "ecsole: "+oneLine(text)) }
	if spec.Unread != nil {
		say("logs may be missing: " + views.Problem(spec.Unread))
	}
	nowhere := !slices.ContainsFunc(spec.Sources, func(s logs.Source) bool { return s.Elsewhere == "" })
	for _, source := range spec.Sources {
		if source.Elsewhere != "" && !nowhere { // else that is the error
			say(clean.Line(source.Container + ": " + source.Elsewhere))
		}
	}
	for _, why := range spec.Head {
		say(why)
	}
	if !span.From.IsZero() {
		spec.Range.From = span.From
	}
	if !span.To.IsZero() {
		spec.Range.To = span.To
	}
	if l.unmask {
		if err := views.RecordUnmask(c, r.Target); err != nil {
			return err
		}
	}
	p := newPrinter(cmd.OutOrStdout(), l, query)
	if err := p.run(cmd.Context(), c.Logs, spec.Spec, l.follow, func(text string) { say(clean.Line(text)) }); err != nil {
		return err
	}
	switch {
	case p.lines > 0:
	case query.Empty():
		say("no line was found in that time")
	default:
		say("no line of that time matches the filter")
	}
	return nil
}
