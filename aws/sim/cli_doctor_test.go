package sim_test

import (
	"strings"
	"testing"

	"ecsole/aws/sim"
)

// What an examination of ECS Exec reads, asked by the aws command line.
func TestTheAWSCommandLineReadsPolicies(t *testing.T) {
	c, s := newCLI(t, sim.Options{})
	var got struct {
		EvaluationResults []struct {
			EvalActionName, EvalDecision string
			MatchedStatements            []struct{ SourcePolicyId string }
			ResourceSpecificResults      []struct{ EvalResourceName, EvalResourceDecision string }
		}
		Role            struct{ Arn, Path string }
		InstanceProfile struct{ Roles []struct{ RoleName string } }
		KeyMetadata     struct{ KeyState string }
	}
	role := func(name string) string { return "arn:aws:iam::" + s.World().Account() + ":role/" + name }
	simulate := func(source string, more ...string) {
		t.Helper()
		got.EvaluationResults = nil
		c.get(&got, append([]string{"iam", "simulate-principal-policy", "--policy-source-arn", source, "--page-size", "1",
			"--action-names", "ssmmessages:OpenDataChannel", "kms:Decrypt", "ecs:ExecuteCommand"}, more...)...)
		if len(got.EvaluationResults) != 3 {
			t.Fatalf("%d results over the pages: %+v", len(got.EvaluationResults), got)
		}
	}
	decisions := func() (out string) {
		for _, r := range got.EvaluationResults {
			out += r.EvalActionName + "=" + r.EvalDecision + " "
		}
		return out
	}
	simulate(role("prod-checkout-task"))
	if d := decisions(); d != "ssmmessages:OpenDataChannel=allowed kms:Decrypt=allowed ecs:ExecuteCommand=implicitDeny " {
		t.Error(d)
	}
	if m := got.EvaluationResults[0].MatchedStatements; len(m) != 1 || m[0].SourcePolicyId != "prod-checkout-task-policy" {
		t.Errorf("%+v", m)
	}
	simulate(role("prod-ledger-task"), "--resource-arns", "arn:aws:kms:eu-central-1:111122223333:key/a", "arn:aws:kms:eu-central-1:111122223333:key/b")
	if d := decisions(); !strings.HasPrefix(d, "ssmmessages:OpenDataChannel=implicitDeny kms:Decrypt=allowed") {
		t.Error(d)
	}
	if r := got.EvaluationResults[1].ResourceSpecificResults; len(r) != 2 || r[1].EvalResourceDecision != "allowed" || !strings.HasSuffix(r[1].EvalResourceName, "key/b") {
		t.Errorf("%+v", r)
	}
	s.Faults().Deny("ecs:ExecuteCommand")
	simulate("arn:aws:iam::" + s.World().Account() + ":user/oncall")
	if d := decisions(); !strings.HasSuffix(d, "kms:Decrypt=allowed ecs:ExecuteCommand=implicitDeny ") {
		t.Error(d)
	}
	if text := c.run(true, "iam", "simulate-principal-policy", "--policy-source-arn", role("nobody"), "--action-names", "kms:Decrypt"); !strings.Contains(text, "NoSuchEntity") {
		t.Error(text)
	}
	if text := c.run(true, "iam", "simulate-principal-policy", "--policy-source-arn", "arn:aws:sts::111122223333:assumed-role/ops/me", "--action-names", "kms:Decrypt"); !strings.Contains(text, "InvalidInput") {
		t.Error(text)
	}
	c.get(&got, "iam", "get-role", "--role-name", "AWSReservedSSO_OnCall_4f1c20a86be7d935")
	if !strings.Contains(got.Role.Arn, ":role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReserved") || got.Role.Path != "/aws-reserved/sso.amazonaws.com/eu-central-1/" {
		t.Errorf("%+v", got.Role)
	}
	c.get(&got, "iam", "get-instance-profile", "--instance-profile-name", "ecsInstanceRole")
	if r := got.InstanceProfile.Roles; len(r) != 1 || r[0].RoleName != "ecsInstanceRole" {
		t.Errorf("%+v", r)
	}
	key := s.World().Cluster("platform").Exec.KMSKey
	c.get(&got, "kms", "describe-key", "--key-id", key)
	if got.KeyMetadata.KeyState != "Enabled" {
		t.Errorf("%+v", got.KeyMetadata)
	}
}

func TestTheAWSCommandLineReadsNetworks(t *testing.T) {
	c, s := newCLI(t, sim.Options{})
	vpc := s.World().VPC("data")
	var got struct {
		Subnets []struct {
			SubnetId, VpcId, AvailabilityZone, OwnerId string
			Ipv6Native                                 bool
		}
		VpcEndpoints []struct {
			ServiceName, State, VpcId string
			SubnetIds                 []string
			Groups                    []struct{ GroupId string }
			PrivateDnsEnabled         bool
		}
		Reservations []struct {
			Instances []struct {
				InstanceId, SubnetId string
				State                struct{ Name string }
				IamInstanceProfile   struct{ Arn string }
			}
		}
	}
	c.get(&got, "ec2", "describe-subnets", "--filters", "Name=vpc-id,Values=vpc-none,"+vpc)
	if len(got.Subnets) != 3 || got.Subnets[0].VpcId != vpc || got.Subnets[0].OwnerId != s.World().Account() || got.Subnets[0].Ipv6Native {
		t.Errorf("%+v", got.Subnets)
	}
	one := got.Subnets[1].SubnetId
	c.get(&got, "ec2", "describe-subnets", "--subnet-ids", one)
	if len(got.Subnets) != 1 || got.Subnets[0].SubnetId != one {
		t.Errorf("%+v", got.Subnets)
	}
	c.get(&got, "ec2", "describe-subnets", "--page-size", "5")
	if len(got.Subnets) != 12 {
		t.Errorf("%d subnets over the pages", len(got.Subnets))
	}
	services := func(cluster string) string {
		c.get(&got, "ec2", "describe-vpc-endpoints", "--filters", "Name=vpc-id,Values="+s.World().VPC(cluster))
		names := ""
		for _, e := range got.VpcEndpoints {
			if e.State != "available" || !e.PrivateDnsEnabled || len(e.SubnetIds) != 3 || len(e.Groups) != 1 {
				t.Errorf("%+v", e)
			}
			names += e.ServiceName + " "
		}
		return names
	}
	const sessions = "com.amazonaws.eu-central-1.ssmmessages"
	if names := services("prod"); !strings.Contains(names, sessions) {
		t.Error("prod:", names)
	}
	if names := services("staging"); names != "" {
		t.Error("staging:", names)
	}
	if names := services("data"); !strings.Contains(names, "ecr.dkr") || strings.Contains(names, sessions) {
		t.Error("data:", names)
	}
	id := s.World().Instances("prod")[0].EC2ID
	c.get(&got, "ec2", "describe-instances", "--instance-ids", id)
	if len(got.Reservations) != 1 || got.Reservations[0].Instances[0].InstanceId != id || !strings.HasSuffix(got.Reservations[0].Instances[0].IamInstanceProfile.Arn, ":instance-profile/ecsInstanceRole") {
		t.Errorf("%+v", got.Reservations)
	}
	for text, args := range map[string][]string{
		"InvalidSubnetID.NotFound": {"describe-subnets", "--subnet-ids", "subnet-0"},
		"InvalidParameterValue":    {"describe-subnets", "--filters", "Name=colour,Values=red"},
	} {
		if out := c.run(true, append([]string{"ec2"}, args...)...); !strings.Contains(out, text) {
			t.Errorf("%v: %s", args, out)
		}
	}
	s.Faults().Deny("ec2:DescribeSubnets")
	if out := c.run(true, "ec2", "describe-subnets"); !strings.Contains(out, "UnauthorizedOperation") || !strings.Contains(out, "not authorized to perform: ec2:DescribeSubnets") {
		t.Error(out)
	}
}
