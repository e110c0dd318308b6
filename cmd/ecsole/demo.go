package main

import (
	"context"
	"fmt"
	"net"

	"github.com/spf13/cobra"

	"ecsole/aws"
	"ecsole/aws/sim"
	"ecsole/views/config"
)

func demoCommand(f *flags) *cobra.Command {
	s := &simFlags{}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Open the console on a simulated account",
		Long:  "demo runs the console and a simulated AWS account in one process. It reads no AWS variable and\nno AWS file, and reaches no address but its own.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runConsole(cmd.Context(), f, simulated(f, s.o))
		},
	}
	cmd.Flags().StringVarP(&f.command, "command", "c", "", "command to begin with, such as ':svc api'")
	s.add(cmd)
	return cmd
}

// simulated is the setup of an account that lives in this process. Its dialer
// knows the way to the simulator and to nothing else.
func simulated(f *flags, o sim.Options) func(context.Context) (*setup, error) {
	return func(ctx context.Context) (*setup, error) {
		paths := config.DefaultPaths()
		cfg, err := config.Load(paths.ConfigFile())
		if err != nil {
			return nil, err
		}
		if f.region != "" {
			o.Region = f.region
		}
		server, err := sim.New(o)
		if err != nil {
			return nil, err
		}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		go server.Serve(l)
		address := l.Addr().String()
		key, secret, region := server.Static("http://" + address)
		s := &setup{config: cfg, paths: paths, close: func() { server.Close(); l.Close() }}
		s.openJournal()
		s.profiles = func() ([]aws.Profile, error) {
			return []aws.Profile{{Name: demoProfile, Region: region, Kind: "keys"}}, nil
		}
		pacer := aws.NewPacer()
		s.open = func(ctx context.Context, profile, region2 string, asker aws.Asker) (*aws.Account, error) {
			if profile != "" && profile != demoProfile {
				return nil, fmt.Errorf("the demo has one profile, %s", demoProfile)
			}
			if region2 != "" && region2 != region {
				return nil, fmt.Errorf("the simulated account has nothing in %s; it is in %s", region2, region)
			}
			return aws.Open(ctx, aws.Options{
				Static:   &aws.Static{Endpoint: "http://" + address, AccessKey: key, SecretKey: secret, Region: region, Name: demoProfile},
				ReadOnly: f.isReadOnly(cfg, demoProfile), Journal: s.journal, Asker: asker, Pacer: pacer,
				Dial: only(address),
			})
		}
		return s, nil
	}
}

const demoProfile = "demo"

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
