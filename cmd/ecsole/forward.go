package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ecsole/aws/ecs"
	"ecsole/aws/exec"
	"ecsole/aws/exec/forward"
	"ecsole/tui/clean"
	"ecsole/views"
)

func forwardCommand(f *flags) *cobra.Command {
	var container, address, reason string
	var follow bool
	cmd := &cobra.Command{
		Use:   "forward TARGET [LOCAL:][HOST:]PORT...",
		Short: "Forward local ports to a container, or to hosts that it reaches",
		Long: "forward listens on this machine and carries connections to PORT of the container or, with HOST, to a\n" +
			"host that the container reaches. Of two parts the first, if it is a number, is LOCAL. Without LOCAL\n" +
			"it is PORT, or a free port where that is taken; 0 is a free port. It prints an address for each port\n" +
			"and runs until it is interrupted; a session that ends is opened again by the next connection, and a\n" +
			"service is followed to another task.\n" + targetHelp,
		Example: "  ecsole forward prod/checkout 8080\n  ecsole forward prod/checkout 15432:checkout-db.internal:5432 9090:8080\n  psql -h $(ecsole forward prod/checkout 0:db.internal:5432 | head -1)",
		Args: func(_ *cobra.Command, args []string) error {
			switch len(args) {
			case 0:
				return errors.New("TARGET is missing")
			case 1:
				return errors.New("PORT is missing")
			}
			_, err := parsePorts(args[1:])
			return err
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			ports, err := parsePorts(args[1:])
			if err != nil {
				return err
			}
			return f.withClients(cmd.Context(), func(s *setup, c views.Clients) error {
				if err := views.Forbidden(s.config); err != nil {
					return own(err)
				}
				if address == "" {
					address = s.config.Forward.Address
				}
				r, err := views.ExecRequest(cmd.Context(), c, args[0], f.cluster, container)
				if err != nil {
					return err
				}
				base := forward.Request{Cluster: r.Cluster, Task: r.Task, Container: r.Container, RuntimeID: r.RuntimeID, Reason: reason}
				if base.Service, err = serviceOf(cmd.Context(), c, r); err != nil {
					return err
				}
				base.Follow = follow && base.Service != ""
				if spec, err := ecs.ParseTarget(args[0]); err == nil && spec.Task != "" && !cmd.Flags().Changed("follow") {
					base.Follow = false // this task was meant, and no other
				}
				if !views.ForwardTold(s.paths) {
					fmt.Fprintln(cmd.ErrOrStderr(), "ecsole: "+views.ForwardNote)
				}
				return runForwards(cmd, s, c, base, address, ports)
			})
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&container, "container", "", "the container, where a task has several")
	cmd.Flags().StringVar(&address, "address", "", "the local address to listen on (127.0.0.1)")
	cmd.Flags().BoolVar(&follow, "follow", true, "go to another task of the service when the task has gone; without the flag only where TARGET is a service")
	cmd.Flags().StringVar(&reason, "reason", "", "why: it is written into the journal")
	return cmd
}

// serviceOf is the service of a request's task, "" where it is of none.
func serviceOf(ctx context.Context, c views.Clients, r exec.Request) (string, error) {
	t, err := ecs.Resolve(ctx, c.ECS, r.Task, r.Cluster)
	if err != nil || t.Task == nil {
		return "", err
	}
	return t.Task.Service(), nil
}

// portLine is one [LOCAL:][HOST:]PORT.
type portLine struct {
	local int // -1: like port
	host  string
	port  int
}

func parsePorts(all []string) ([]portLine, error) {
	var out []portLine
	for _, s := range all {
		p, err := parsePort(s)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", s, err)
		}
		out = append(out, p)
	}
	return out, nil
}

var errPortLine = errors.New("that is no [LOCAL:][HOST:]PORT")

func parsePort(s string) (portLine, error) {
	p := portLine{local: -1}
	rest, last := "", s
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		rest, last = s[:i], s[i+1:]
	}
	var ok bool
	if p.port, ok = portNumber(last); !ok || p.port == 0 {
		return p, errPortLine
	}
	if rest == "" {
		if rest != s[:len(s)-len(last)] {
			p.local = 0 // ":PORT": a free one
		}
		return p, nil
	}
	first, host, two := strings.Cut(rest, ":")
	n, number := portNumber(first)
	switch {
	case !two && number:
		p.local = n
		return p, nil
	case !two || !number && strings.HasPrefix(rest, "["):
		p.host = rest
	case number:
		p.local, p.host = n, host
	default:
		return p, errPortLine
	}
	if bare, ok := strings.CutPrefix(p.host, "["); ok { // an IPv6 address
		p.host = strings.TrimSuffix(bare, "]")
		if net.ParseIP(p.host) == nil {
			return p, errPortLine
		}
		return p, nil
	}
	if p.host == "" || strings.ContainsAny(p.host, ":/[] ") || allDigits(p.host) {
		return p, errPortLine
	}
	return p, nil
}

func allDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func portNumber(s string) (int, bool) {
	if !allDigits(s) || len(s) > 5 {
		return 0, false
	}
	n, _ := strconv.Atoi(s) // digits, and few
	return n, n <= 65535
}

// forwardsEnd is how long the end of the sessions may take when we are interrupted.
const forwardsEnd = 5 * time.Second

func runForwards(cmd *cobra.Command, s *setup, c views.Clients, base forward.Request, address string, ports []portLine) error {
	var open []*forward.Forward
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(cmd.Context()), forwardsEnd)
		defer cancel()
		for _, f := range open {
			last := f.State()
			f.Close(ctx)
			fmt.Fprintln(cmd.ErrOrStderr(), "ecsole: "+clean.Line(farewell(f, last)))
		}
	}()
	for _, p := range ports {
		f, err := openForward(cmd.Context(), c, base, address, p)
		if err != nil {
			return err
		}
		open = append(open, f)
		views.TellForward(s.paths)
		fmt.Fprintln(cmd.ErrOrStderr(), "ecsole: "+clean.Line(f.Address()+" → "+f.Far()+" of "+f.Target()))
		if _, err := fmt.Fprintln(cmd.OutOrStdout(), f.Address()); err != nil {
			return own(err)
		}
	}
	return watchForwards(cmd, open)
}

// openForward opens one. Where LOCAL was not named, a port that is taken here is no
// reason to fail.
func openForward(ctx context.Context, c views.Clients, r forward.Request, address string, p portLine) (*forward.Forward, error) {
	r.Host, r.Port = p.host, p.port
	local := p.local
	if local < 0 {
		local = views.FreePort(address, p.port)
	}
	r.Local = net.JoinHostPort(address, strconv.Itoa(local))
	f, err := c.Forwards.Open(ctx, r)
	var here *net.OpError
	if errors.As(err, &here) && here.Op == "listen" {
		return nil, own(err)
	}
	return f, err
}

// forwardsLook is how often the forwards are looked at.
const forwardsLook = 250 * time.Millisecond

// watchForwards tells what becomes of forwards until none carries anything any more, or
// the user ends them.
func watchForwards(cmd *cobra.Command, open []*forward.Forward) error {
	type seen struct {
		state forward.State
		at    time.Time
	}
	told := make([]seen, len(open))
	tick := time.NewTicker(forwardsLook)
	defer tick.Stop()
	for {
		select {
		case <-cmd.Context().Done():
			return cmd.Context().Err()
		case <-tick.C:
		}
		broken := 0
		for i, f := range open {
			at, err := f.LastError()
			now := seen{f.State(), at}
			if now != told[i] {
				text := f.Address() + ": " + forwardNews(now.state, f.Target(), err, !now.at.Equal(told[i].at))
				fmt.Fprintln(cmd.ErrOrStderr(), "ecsole: "+clean.Line(text))
			}
			told[i] = now
			if now.state == forward.Broken || now.state == forward.Closed {
				broken++
			}
		}
		if broken == len(open) {
			return ownError{errors.New("no forward carries anything any more")}
		}
	}
}

// forwardNews says what has become of a forward; fresh is an error that was not told.
func forwardNews(state forward.State, target string, err error, fresh bool) string {
	text := state.String()
	if state == forward.Ready {
		if text += " to " + target; err == nil || !fresh {
			return text
		}
		return text + " again, after: " + err.Error()
	}
	if err != nil {
		text += ": " + err.Error()
	}
	return text
}

// farewell says how a forward ended, and what went through it.
func farewell(f *forward.Forward, last forward.State) string {
	to, from := f.Traffic()
	_, total := f.Connections()
	text := fmt.Sprintf("%s closed after %s: %d connections, %d bytes to it, %d bytes from it", f.Address(),
		time.Since(f.Begun()).Round(time.Second), total, to, from)
	if _, err := f.LastError(); err != nil && last != forward.Ready && last != forward.Closed {
		text += "; " + last.String() + ": " + err.Error()
	}
	return text
}
