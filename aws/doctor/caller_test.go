package doctor_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sts"

	"ecsole/aws"
	"ecsole/aws/doctor"
	"ecsole/aws/ecs"
	"ecsole/aws/sim/world"
)

// assumed opens the account with a role's session.
func (r rig) assumed(role string) rig {
	r.Helper()
	arn := "arn:aws:iam::" + r.Sim.World().Account() + ":role/" + role
	out, err := sts.NewFromConfig(r.Config).AssumeRole(r.Context(), &sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: text("night")})
	if err != nil {
		r.Fatal(err)
	}
	k := out.Credentials
	a := r.AccountWith(aws.Static{AccessKey: *k.AccessKeyId, SecretKey: *k.SecretAccessKey, SessionToken: *k.SessionToken})
	return rig{r.Rig, ecs.New(a), doctor.New(a)}
}

// The ARN of a session lacks its role's path, without which IAM does not know it.
func TestARoleWithAPathIsFound(t *testing.T) {
	r := start(t).assumed("aws-reserved/sso.amazonaws.com/eu-central-1/" + world.SingleSignOn)
	s := r.subject("prod", "checkout")
	r.wants(r.examine(s), doctor.Caller, ecs.PointPassed, "role "+world.SingleSignOn)
	r.Sim.Faults().Deny("iam:GetRole")
	ps := r.examine(s)
	r.wants(ps, doctor.Caller, ecs.PointUnknown, "iam:GetRole")
	if ps[doctor.Caller].Missing != "iam:GetRole" {
		t.Errorf("%+v", ps[doctor.Caller])
	}
	r.wants(ps, doctor.Role, ecs.PointPassed)
}

func TestARoleWithoutAPathNeedsNoLook(t *testing.T) {
	r := start(t).assumed("terraform")
	r.Sim.Faults().Deny("iam:GetRole")
	r.wants(r.examine(r.subject("prod", "checkout")), doctor.Caller, ecs.PointPassed, "role terraform")
	r = r.assumed("prod-checkout-task") // may not open shells
	ps := r.examine(r.subject("prod", "checkout"))
	r.wants(ps, doctor.Caller, ecs.PointFailed, "prod-checkout-task may not ecs:ExecuteCommand", "aws iam put-role-policy --role-name prod-checkout-task")
	r.wants(ps, doctor.StartDirect, ecs.PointPassed, "may not ssm:StartSession", "as AWS recommends")
}
