package main

import (
	"context"
	"fmt"
	"net"

	"github.com/spf13/cobra"

	"ecsole/aws"
	"ecsole/aws/sim"
)

func demoCommand(f *flags) *cobra.Command {
	s := &simFlags{}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Open the console on a simulated account",
		Long:  "demo runs the console and a simulated AWS account in one process. It reads no AWS variable and\nno AWS file, and reaches no address but its own. Its journal is kept apart from the real one.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if s.o.Faults == "help" {
				_, err := fmt.Fprint(cmd.OutOrStdout(), sim.FaultsHelp)
				return own(err)
			}
			return runConsole(cmd.Context(), f, simulated(f, s.options(f)))
		},
	}
	cmd.Flags().StringVarP(&f.command, "command", "c", "", "command to begin with, such as ':svc api'")
	s.add(cmd)
	return cmd
}

const demoProfile = "demo"

// simulated is the setup of an account that lives in this process. Its dialer
// knows the way to the simulator and to nothing else.
func simulated(f *flags, o sim.Options) func(context.Context) (*setup, error) {
	return func(context.Context) (*setup, error) {
		s, err := newSetup(f, true)
		if err != nil {
			return nil, err
		}
		server, err := sim.New(o)
		if err != nil {
			return nil, own(err)
		}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, own(err)
		}
		go server.Serve(l)
		s.closing = append(s.closing, func() { server.Close(); l.Close() })
		address := l.Addr().String()
		key, secret, region := server.Static("http://" + address)
		s.profiles = func() ([]aws.Profile, error) {
			return []aws.Profile{{Name: demoProfile, Region: region, Kind: "keys"}}, nil
		}
		pacer := aws.NewPacer()
		s.open = func(ctx context.Context, profile, wanted string, asker aws.Asker) (*aws.Account, error) {
			if profile != "" && profile != demoProfile {
				return nil, ownError{fmt.Errorf("the demo has one profile, %s", demoProfile)}
			}
			if wanted != "" && wanted != region {
				return nil, ownError{fmt.Errorf("the simulated account has nothing in %s; it is in %s", wanted, region)}
			}
			return opened(ctx, aws.Options{
				Static:   &aws.Static{Endpoint: "http://" + address, AccessKey: key, SecretKey: secret, Region: region, Name: demoProfile},
				ReadOnly: f.isReadOnly(s.config, demoProfile), Journal: s.journal, Asker: asker, Pacer: pacer,
				Dial: only(address), HTTPLog: s.http,
			})
		}
		return s, nil
	}
}

// only dials one address and refuses every other.
func only(address string) func(context.Context, string, string) (net.Conn, error) {
	var d net.Dialer
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		if addr != address {
			return nil, fmt.Errorf("the demo reaches no other address than its own, not %s", addr)
		}
		return d.DialContext(ctx, network, addr)
	}
}
