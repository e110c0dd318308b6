package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"ecsole/aws/sim"
)

// simFlags describe a simulated account.
type simFlags struct {
	o sim.Options
}

func (s *simFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.SortFlags = false
	f.Int64Var(&s.o.Seed, "seed", 1, "what the world is made from")
	f.IntVar(&s.o.Scale.Clusters, "clusters", 0, "number of clusters (0: as many as fit the rest)")
	f.IntVar(&s.o.Scale.Services, "services", 0, "number of services (0: 30)")
	f.IntVar(&s.o.Scale.Tasks, "tasks", 0, "number of tasks (0: 120)")
	f.Float64Var(&s.o.LogRate, "log-rate", 0, "log lines a second over all services (0: as the services would)")
	f.DurationVar(&s.o.Latency, "latency", 0, "time added to each answer, such as 60ms")
	f.StringVar(&s.o.Faults, "faults", "", "what goes wrong, such as 'throttle=2,exec-cut=4s'; 'help' lists the switches")
	f.BoolVar(&s.o.HostShell, "host-shell", false, "shells are real shells on this machine: for tests only")
}

// options are the flags' and the region's.
func (s *simFlags) options(f *flags) sim.Options {
	o := s.o
	o.Region = f.region
	return o
}

func simCommand(f *flags) *cobra.Command {
	var listen string
	s := &simFlags{}
	cmd := &cobra.Command{
		Use:   "sim",
		Short: "Serve a simulated AWS account on a port of this machine",
		Long: "sim serves a simulated account that speaks AWS's own protocols, and prints the lines to eval\n" +
			"that point the aws CLI, an SDK or ecsole itself at it. It goes on until it is interrupted.\n\n" +
			"What may go wrong is switched with --faults: answers that are late, throttled, denied or cut, expired\n" +
			"credentials, logs that come late or twice, and data channels of exec and port sessions whose messages\n" +
			"are lost, doubled, reordered or late, which are cut, paused or put to sleep, or end (exec-…). \"--faults\n" +
			"help\" lists all switches.",
		Example: "  ecsole sim > sim.env &\n  . ./sim.env && aws ecs list-clusters\n  ecsole sim --faults exec-drop=9/7,exec-acks=7/9,exec-cut=4s",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if s.o.Faults == "help" {
				_, err := fmt.Fprint(cmd.OutOrStdout(), sim.FaultsHelp)
				return own(err)
			}
			l, err := bind(listen, s.o.HostShell)
			if err != nil {
				return own(err)
			}
			defer l.Close()
			server, err := sim.New(s.options(f))
			if err != nil {
				return own(err)
			}
			defer server.Close()
			if s.o.HostShell {
				fmt.Fprintln(cmd.ErrOrStderr(), "ecsole: warning: whoever has the key below gets a shell on this machine")
			}
			for _, line := range server.Env("http://" + reachable(l.Addr())) {
				if _, err := fmt.Fprintln(cmd.OutOrStdout(), line); err != nil {
					return own(err)
				}
			}
			ended := make(chan struct{})
			defer close(ended)
			go func() {
				select {
				case <-cmd.Context().Done():
					server.Close()
				case <-ended:
				}
			}()
			err = server.Serve(l)
			if cmd.Context().Err() != nil {
				return nil // being ended from outside is how it ends
			}
			return own(err)
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:4566", "address to serve on; port 0 takes a free one")
	s.add(cmd)
	return cmd
}

// bind listens. Other machines may be let in, but never to shells of this one.
func bind(address string, hostShell bool) (net.Listener, error) {
	if !strings.Contains(address, ":") {
		return nil, fmt.Errorf("--listen %s has no port: HOST:PORT is wanted, such as 127.0.0.1:4566", address)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		var op *net.OpError
		if errors.As(err, &op) {
			err = op.Err
		}
		var call *os.SyscallError
		if errors.As(err, &call) {
			err = call.Err
		}
		return nil, fmt.Errorf("cannot listen on %s: %w · --listen 127.0.0.1:0 takes a free port", address, err)
	}
	if hostShell && !l.Addr().(*net.TCPAddr).IP.IsLoopback() {
		return nil, errors.Join(fmt.Errorf("--host-shell serves this machine alone: --listen %s would give its shell to others", address), l.Close())
	}
	return l, nil
}

// reachable is the address that a client on this machine dials.
func reachable(a net.Addr) string {
	t := a.(*net.TCPAddr)
	if t.IP.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", fmt.Sprint(t.Port))
	}
	return t.String()
}
