package doctor_test

import (
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"

	"ecsole/aws"
	"ecsole/aws/doctor"
	"ecsole/aws/ecs"
)

// sight is one way that a point can be seen.
type sight struct {
	name, faults, service, container string // service: "prod/checkout" where it is ""
	state                            ecs.PointState
	words                            string // of its evidence or fix
	missing                          string // the permission, where it is unknown
	prepare                          func(*rig, *doctor.Subject)
}

const simulation = "iam:SimulatePrincipalPolicy"

func sights() []sight {
	passed, warned, failed, unknown := ecs.PointPassed, ecs.PointWarned, ecs.PointFailed, ecs.PointUnknown
	return []sight{
		{name: doctor.Task, state: passed, words: "RUNNING"},
		{name: doctor.Task, service: "staging/pricing", state: failed, words: "no task"},
		{name: doctor.Task, state: failed, words: "it is STOPPED", prepare: stopped},
		{name: doctor.Choice, state: passed, words: "own"},
		{name: doctor.Choice, service: "prod/ledger", container: "aws-gd-agent", state: failed, words: "sidecar of GuardDuty"},
		{name: doctor.Choice, container: "nobody", state: failed, words: `no container "nobody"`},
		{name: doctor.Status, state: passed, words: "RUNNING"},
		{name: doctor.Status, state: failed, words: "it is STOPPED", prepare: stopped},
		{name: doctor.Enabled, state: passed, words: "true"},
		{name: doctor.Enabled, service: "prod/sessions-cache", state: failed, words: "false"},
		{name: doctor.Enabled, state: warned, words: "the next task will not", prepare: disabled},
		{name: doctor.Caller, state: passed, words: "user oncall may ecs:ExecuteCommand"},
		{name: doctor.Caller, faults: "deny=ecs:ExecuteCommand", state: failed, words: "may not ecs:ExecuteCommand"},
		{name: doctor.Caller, faults: "deny=" + simulation, state: unknown, missing: simulation},
		{name: doctor.Role, state: passed, words: "ssmmessages:OpenDataChannel"},
		{name: doctor.Role, faults: "wrong=role", state: failed, words: "the task has no role"},
		{name: doctor.Role, faults: "role-lacks=ssmmessages:OpenDataChannel", state: failed, words: "may not ssmmessages:OpenDataChannel:"},
		{name: doctor.Role, faults: "deny=" + simulation, state: unknown, missing: simulation},
		{name: doctor.RootFS, state: passed, words: "can be written"},
		{name: doctor.RootFS, faults: "wrong=root-fs", state: failed, words: "must write to"},
		{name: doctor.RootFS, faults: "deny=ecs:DescribeTaskDefinition", state: unknown, missing: "ecs:DescribeTaskDefinition"},
		{name: doctor.Platform, state: passed, words: "Fargate 1.4.0"},
		{name: doctor.Platform, faults: "wrong=platform", state: failed, words: "Fargate 1.3.0 has no exec"},
		{name: doctor.Platform, service: "prod/sessions-cache", state: passed, words: "ECS agent 1.8"},
		{name: doctor.Platform, service: "prod/sessions-cache", faults: "wrong=ecs-agent", state: failed, words: "is 1.39.0; exec needs 1.50.2"},
		{name: doctor.Platform, service: "prod/sessions-cache", faults: "deny=ecs:DescribeContainerInstances", state: unknown, missing: "ecs:DescribeContainerInstances"},
		{name: doctor.IPv6, state: passed, words: "has IPv4"},
		{name: doctor.IPv6, faults: "wrong=ipv6", state: failed, words: "IPv6 only"},
		{name: doctor.IPv6, faults: "deny=ec2:DescribeSubnets", state: unknown, missing: "ec2:DescribeSubnets"},
		{name: doctor.Endpoints, state: passed, words: "vpce-0"},
		{name: doctor.Endpoints, service: "data/airflow-web", state: warned, words: "none for ssmmessages"},
		{name: doctor.Endpoints, faults: "wrong=endpoint", state: warned, words: "no private DNS name"},
		{name: doctor.Endpoints, faults: "deny=ec2:DescribeVpcEndpoints", state: unknown, missing: "ec2:DescribeVpcEndpoints"},
		{name: doctor.Endpoints, faults: "wrong=shared", state: unknown, words: "shared by account 444455556666"},
		{name: doctor.Environment, state: passed, words: "no AWS keys"},
		{name: doctor.Environment, faults: "wrong=environment", state: warned, words: "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY"},
		{name: doctor.Environment, faults: "deny=ecs:DescribeTaskDefinition", state: unknown, missing: "ecs:DescribeTaskDefinition"},
		{name: doctor.Proxy, state: passed, words: "no proxy"},
		{name: doctor.Proxy, faults: "wrong=proxy", state: warned, words: "NO_PROXY lacks 169.254.169.254 and 169.254.170.2"},
		{name: doctor.Proxy, faults: "deny=ecs:DescribeTaskDefinition", state: unknown, missing: "ecs:DescribeTaskDefinition"},
		{name: doctor.Agent, state: passed, words: "is RUNNING"},
		{name: doctor.Agent, service: "prod/ledger", state: failed, words: "STOPPED"},
		{name: doctor.Agent, faults: "wrong=environment", state: failed, words: "STOPPED"},
		{name: doctor.Key, state: passed, words: "TLS alone"},
		{name: doctor.Key, service: "platform/ingress", state: passed, words: "is enabled"},
		{name: doctor.Key, service: "platform/ingress", faults: "wrong=key", state: failed, words: "is Disabled"},
		{name: doctor.Key, service: "platform/ingress", faults: "deny=kms:DescribeKey", state: unknown, missing: "kms:DescribeKey"},
		{name: doctor.CallerKey, service: "platform/ingress", state: passed, words: "may kms:GenerateDataKey"},
		{name: doctor.CallerKey, service: "platform/ingress", faults: "deny=kms:GenerateDataKey", state: failed, words: "may not kms:GenerateDataKey"},
		{name: doctor.CallerKey, service: "platform/ingress", faults: "deny=" + simulation, state: unknown, missing: simulation},
		{name: doctor.RoleKey, service: "platform/ingress", state: passed, words: "may kms:Decrypt"},
		{name: doctor.RoleKey, service: "platform/ingress", faults: "role-lacks=kms:Decrypt", state: failed, words: "may not kms:Decrypt"},
		{name: doctor.RoleKey, service: "platform/ingress", faults: "deny=" + simulation, state: unknown, missing: simulation},
		{name: doctor.Logging, state: passed, words: "/ecs/exec/prod"},
		{name: doctor.Logging, service: "data/airflow-web", state: warned, words: "NONE"},
		{name: doctor.Logging, faults: "wrong=log-group", state: warned, words: "does not exist"},
		{name: doctor.Logging, faults: "deny=logs:DescribeLogGroups", state: unknown, missing: "logs:DescribeLogGroups"},
		{name: doctor.Bucket, state: passed, words: "prod-exec-111122223333 is there"},
		{name: doctor.Bucket, service: "staging/web", state: passed, words: "names no bucket"},
		{name: doctor.Bucket, faults: "wrong=bucket", state: warned, words: "there is no bucket prod-exec-111122223333"},
		{name: doctor.Bucket, faults: "deny=s3:ListBucket", state: unknown, words: "may be anybody's", missing: "s3:ListBucket"},
		{name: doctor.Bucket, faults: "lack=s3:ListBucket:501", state: unknown, words: "HTTP 501"},
		{name: doctor.RoleLogs, state: passed, words: "may logs:CreateLogStream"},
		{name: doctor.RoleLogs, faults: "role-lacks=logs:PutLogEvents", state: failed, words: "may not logs:PutLogEvents"},
		{name: doctor.RoleLogs, faults: "deny=" + simulation, state: unknown, missing: simulation},
		{name: doctor.RoleBucket, state: passed, words: "may s3:GetEncryptionConfiguration"},
		{name: doctor.RoleBucket, faults: "role-lacks=s3:PutObject", state: failed, words: "may not s3:PutObject"},
		{name: doctor.RoleBucket, faults: "deny=" + simulation, state: unknown, missing: simulation},
		{name: doctor.Resume, state: passed, words: "may ssm:ResumeSession"},
		{name: doctor.Resume, faults: "deny=ssm:ResumeSession", state: warned, words: "may not ssm:ResumeSession"},
		{name: doctor.Resume, faults: "deny=" + simulation, state: unknown, missing: simulation},
		{name: doctor.Processes, state: passed, words: "each container has its own"},
		{name: doctor.Processes, faults: "wrong=processes", service: "prod/web", state: warned, words: "only one can have a shell"},
		{name: doctor.Processes, faults: "deny=ecs:DescribeTaskDefinition", state: unknown, missing: "ecs:DescribeTaskDefinition"},
		{name: doctor.Init, container: "checkout", state: passed, words: "is true"},
		{name: doctor.Init, faults: "wrong=init", state: warned, words: "not set"},
		{name: doctor.Init, faults: "deny=ecs:DescribeTaskDefinition", state: unknown, missing: "ecs:DescribeTaskDefinition"},
		{name: doctor.StartDirect, state: warned, words: "not logged"},
		{name: doctor.StartDirect, faults: "deny=ssm:StartSession", state: passed, words: "as AWS recommends"},
		{name: doctor.StartDirect, faults: "deny=" + simulation, state: unknown, missing: simulation},
		{name: doctor.CLI, state: passed, words: "not needed"},
		{name: doctor.Plugin, state: passed, words: "not needed"},
	}
}

// stopped takes a task that has stopped, of whatever service.
func stopped(r *rig, s *doctor.Subject) {
	all, gaps := aws.Collect(r.ecs.Tasks(r.Context(), ecs.TaskQuery{Cluster: s.Cluster, Stopped: true}))
	for _, t := range all {
		if t.LastStatus == "STOPPED" && t.Service() != "" {
			s.Task, s.Service, s.Container = &t, nil, ""
			return
		}
	}
	r.Fatal("no task has stopped", gaps)
}

// disabled switches exec off for the service; its task still has it.
func disabled(r *rig, s *doctor.Subject) {
	no := false
	if _, err := sdk.NewFromConfig(r.Config).UpdateService(r.Context(), &sdk.UpdateServiceInput{Cluster: &s.Cluster, Service: &s.Service.Name, EnableExecuteCommand: &no}); err != nil {
		r.Fatal(err)
	}
	found, gaps := aws.Collect(r.ecs.DescribeServices(r.Context(), s.Cluster, []string{s.Service.Name}))
	if len(found) != 1 {
		r.Fatal(gaps)
	}
	s.Service = &found[0]
}

// Each point is seen in each state that it can have. Those that cannot be unknown are
// told by the task itself, without which there is no examination.
func TestEachPointInEachState(t *testing.T) {
	told := []string{doctor.Task, doctor.Choice, doctor.Status, doctor.Enabled, doctor.Agent, doctor.CLI, doctor.Plugin}
	type seen struct{ passed, bad, unknown bool }
	all := map[string]*seen{}
	for _, name := range doctor.Names() {
		all[name] = &seen{}
	}
	for _, name := range told {
		all[name].unknown = true
	}
	all[doctor.CLI].bad, all[doctor.Plugin].bad = true, true // other programs, which nothing here needs
	for _, c := range sights() {
		t.Run(c.name+"/"+c.state.String()+" "+c.faults, func(t *testing.T) {
			r := start(t)
			if c.service == "" {
				c.service = "prod/checkout"
			}
			cluster, service, _ := strings.Cut(c.service, "/")
			if err := r.Sim.Faults().Set(strings.Replace(c.faults, "deny=ecs:DescribeTaskDefinition", "", 1)); err != nil {
				t.Fatal(err)
			}
			s := r.subject(cluster, service)
			s.Container = c.container
			if c.prepare != nil {
				c.prepare(&r, &s)
			}
			if err := r.Sim.Faults().Set(c.faults); err != nil {
				t.Fatal(err)
			}
			r.doctor = doctor.New(r.Account()) // which has read no definition yet
			p, ok := r.examine(s)[c.name]
			text := p.Evidence + " | " + p.Fix
			if !ok || p.State != c.state || p.Missing != c.missing || !strings.Contains(text, c.words) || !strings.Contains(text, c.missing) {
				t.Errorf("%+v", p)
			}
			switch p.State {
			case ecs.PointPassed:
				all[c.name].passed = true
			case ecs.PointUnknown:
				all[c.name].unknown = true
			default:
				all[c.name].bad = true
				if p.Fix == "" && c.name != doctor.Choice {
					t.Errorf("nothing mends it: %+v", p)
				}
			}
		})
	}
	for name, s := range all {
		if !s.passed || !s.bad || !s.unknown {
			t.Errorf("%s: passed %v, failed or warned %v, unknown %v", name, s.passed, s.bad, s.unknown)
		}
	}
}
