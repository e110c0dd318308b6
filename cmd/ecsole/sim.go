package main

import (
	"fmt"
	"net"

	"github.com/spf13/cobra"

	"ecsole/aws/sim"
)

// simFlags describe a simulated account.
type simFlags struct {
	o sim.Options
}

func (s *simFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.Int64Var(&s.o.Seed, "seed", 1, "what the world is made from")
	f.IntVar(&s.o.Scale.Clusters, "clusters", 0, "number of clusters (0: as many as fit the rest)")
	f.IntVar(&s.o.Scale.Services, "services", 0, "number of services")
	f.IntVar(&s.o.Scale.Tasks, "tasks", 0, "number of tasks")
	f.Float64Var(&s.o.LogRate, "log-rate", 0, "log lines a second over all services (0: as the services would)")
	f.DurationVar(&s.o.Latency, "latency", 0, "time added to each answer")
	f.StringVar(&s.o.Faults, "faults", "", "what goes wrong, such as 'throttle=2,deny=ecs:DescribeServices'")
	f.BoolVar(&s.o.HostShell, "host-shell", false, "shells are real shells on this machine: for tests only")
}

func simCommand() *cobra.Command {
	var listen string
	s := &simFlags{}
	cmd := &cobra.Command{
		Use:   "sim",
		Short: "Serve a simulated AWS account on a port of this machine",
		Long:  "sim serves a simulated account that speaks AWS's own protocols, and prints the lines to eval\nthat point the aws CLI, an SDK or ecsole itself at it.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			server, err := sim.New(s.o)
			if err != nil {
				return err
			}
			defer server.Close()
			l, err := net.Listen("tcp", listen)
			if err != nil {
				return err
			}
			if s.o.HostShell {
				fmt.Fprintln(cmd.ErrOrStderr(), "warning: whoever has the key below gets a shell on this machine")
			}
			for _, line := range server.Env("http://" + l.Addr().String()) {
				fmt.Fprintln(cmd.OutOrStdout(), line)
			}
			go func() {
				<-cmd.Context().Done()
				server.Close()
				l.Close()
			}()
			err = server.Serve(l)
			if cmd.Context().Err() != nil {
				return nil
			}
			return err
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:4566", "address to serve on; keep it on this machine")
	s.add(cmd)
	return cmd
}
