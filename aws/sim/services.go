package sim

import (
	"ecsole/aws/sim/agent"
	"ecsole/aws/sim/api"
	"ecsole/aws/sim/ec2api"
	"ecsole/aws/sim/ecsapi"
	"ecsole/aws/sim/guarddutyapi"
	"ecsole/aws/sim/iamapi"
	"ecsole/aws/sim/kmsapi"
	"ecsole/aws/sim/logsapi"
	"ecsole/aws/sim/metricsapi"
	"ecsole/aws/sim/s3api"
	"ecsole/aws/sim/ssmapi"
	"ecsole/aws/sim/stsapi"
)

// services lists what the account answers, one line for each service. A service
// that owns more than its operations adds what ends it to s.closers.
func (s *Sim) services() ([]api.Service, error) {
	s.logs = logsapi.New(s.world, logsapi.Options{Rate: s.options.LogRate, Pager: s.pager})
	s.faults.extend(s.logs.Switches())
	keys, err := kmsapi.New(s.world)
	if err != nil {
		return nil, err
	}
	guard, switches := guarddutyapi.Service(s.world, s.pager)
	s.faults.extend(switches)
	s.ssm = ssmapi.New(ssmapi.Needs{World: s.world, Sessions: s.sessions, Keys: keys, HostShell: s.options.HostShell, Log: s.logs.Stream})
	s.closers = append(s.closers, s.ssm.Close)
	s.faults.extend(s.ssm.Switches())
	s.faults.extend(wrongs(s.world))
	return []api.Service{
		stsapi.Service(s.keys),
		ecsapi.Service(ecsapi.Needs{World: s.world, Sessions: s.sessions, Pager: s.pager, Failure: s.faults.Failure}),
		s.logs.Service(),
		metricsapi.Service(s.world, s.pager),
		guard,
		s.ssm.Service(),
		keys.Service(),
		iamapi.Service(iamapi.Needs{World: s.world, Pager: s.pager, Denied: s.faults.Denied}),
		ec2api.Service(s.world, s.pager),
		s3api.Service(s.world),
	}, nil
}

// Logs is CloudWatch Logs with its switches: late events, empty and repeated
// pages, sampling.
func (s *Sim) Logs() *logsapi.Logs { return s.logs }

// Agent is the far side of the sessions' data channels with its switches: lost and
// doubled messages, cuts, limits.
func (s *Sim) Agent() *agent.Registry { return s.ssm.Agent() }
