package aws

import (
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func TestClassify(t *testing.T) {
	for _, c := range []struct {
		service, op string
		want        class
	}{
		{"ECS", "ListServices", read}, {"ECS", "DescribeTasks", read}, {"ECS", "GetTaskProtection", read},
		{"ECS", "UpdateService", act}, {"ECS", "StopTask", act}, {"ECS", "ExecuteCommand", act}, {"ECS", "RunTask", act},
		{"ECS", "UpdateTaskProtection", act}, {"ECS", "SubmitTaskStateChange", act}, {"ECS", "DiscoverPollEndpoint", act},
		{"CloudWatch Logs", "FilterLogEvents", read}, {"CloudWatch Logs", "GetQueryResults", read},
		{"CloudWatch Logs", "StartLiveTail", metered}, {"CloudWatch Logs", "StartQuery", metered}, {"CloudWatch Logs", "StopQuery", metered},
		{"CloudWatch Logs", "PutRetentionPolicy", act}, {"CloudWatch Logs", "GetLogRecord", act},
		{"CloudWatch", "GetMetricData", read}, {"CloudWatch", "PutMetricAlarm", act},
		{"GuardDuty", "GetFindings", read}, {"GuardDuty", "ArchiveFindings", act}, {"GuardDuty", "CreateSampleFindings", act},
		{"STS", "GetCallerIdentity", read}, {"STS", "AssumeRole", act}, {"STS", "GetSessionToken", act}, {"STS", "GetFederationToken", act},
		{"SSM", "StartSession", act}, {"SSM", "TerminateSession", ending}, {"SSM", "ResumeSession", ending}, {"SSM", "GetParameter", act}, {"SSM", "SendCommand", act},
		{"KMS", "GenerateDataKey", act}, {"KMS", "Decrypt", act}, {"KMS", "DescribeKey", read},
		{"Secrets Manager", "GetSecretValue", act}, {"Secrets Manager", "BatchGetSecretValue", act}, {"Secrets Manager", "DescribeSecret", read},
		{"ECR", "GetAuthorizationToken", act}, {"ECR", "BatchGetImage", read}, {"IAM", "SimulatePrincipalPolicy", read}, {"IAM", "GetRole", read}, {"IAM", "PutRolePolicy", act}, {"IAM", "CreateAccessKey", act},
		{"EC2", "DescribeSubnets", read}, {"EC2", "DescribeVpcEndpoints", read}, {"EC2", "RunInstances", act}, {"EC2", "GetPasswordData", act},
		{"CloudTrail", "LookupEvents", read}, {"S3", "ListBucket", read}, {"S3", "GetObject", act}, {"S3", "PutObject", act},
		{"Lambda", "ListFunctions", act}, {"", "", act}, {"ECS", "", act},
	} {
		if got := classify(c.service, c.op); got != c.want {
			t.Errorf("%s %s: %v, want %v", c.service, c.op, got, c.want)
		}
	}
}

// Of all operations that the clients in use can call, none whose name says that it
// changes something passes as a read.
func TestNoOperationThatChangesIsARead(t *testing.T) {
	changing := []string{
		"Accept", "Add", "Archive", "Assoc", "Attach", "Cancel", "Continue", "Copy", "Create", "Decrypt", "Decline", "Delete",
		"Deregister", "Disable", "Disassociate", "Enable", "Encrypt", "Execute", "Generate", "Import", "Invite", "Modify", "Put",
		"Register", "Remove", "Reset", "Resume", "Rotate", "Run", "Send", "Set", "Sign", "Start", "Stop", "Submit", "Tag", "Terminate",
		"Test", "Unarchive", "Unlabel", "Untag", "Update",
	}
	for id, client := range map[string]any{
		ecs.ServiceID: &ecs.Client{}, cloudwatchlogs.ServiceID: &cloudwatchlogs.Client{}, cloudwatch.ServiceID: &cloudwatch.Client{},
		guardduty.ServiceID: &guardduty.Client{}, sts.ServiceID: &sts.Client{}, ssm.ServiceID: &ssm.Client{}, kms.ServiceID: &kms.Client{}, iam.ServiceID: &iam.Client{}, ec2.ServiceID: &ec2.Client{},
	} {
		if _, ok := services[id]; !ok {
			t.Errorf("%s is in use and not in the table", id)
		}
		typ, reads := reflect.TypeOf(client), 0
		for i := range typ.NumMethod() {
			name := typ.Method(i).Name
			if name == "Options" {
				continue
			}
			c := classify(id, name)
			if c == read {
				reads++
			}
			for _, verb := range changing {
				if strings.HasPrefix(name, verb) && c == read {
					t.Errorf("%s %s passes as a read", id, name)
				}
			}
		}
		if reads == 0 {
			t.Errorf("%s has no reads: is its id right?", id)
		}
	}
}

func TestOpName(t *testing.T) {
	for in, want := range map[[2]string]string{
		{"CloudWatch Logs", "FilterLogEvents"}:                "logs:FilterLogEvents",
		{"Elastic Load Balancing v2", "DescribeTargetHealth"}: "elasticloadbalancing:DescribeTargetHealth",
		{"Some New Service", "ListThings"}:                    "somenewservice:ListThings",
	} {
		if got := opName(in[0], in[1]); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
