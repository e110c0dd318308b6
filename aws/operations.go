package aws

import "strings"

// class says what the gate does with an operation.
type class int

const (
	act     class = iota // changes something, or opens a door: needs read-write, a journal and an Act
	read                 // passes
	metered              // reads, but is paid for or holds a scarce session: passes, and is journalled
	ending               // ends what this console began: always passes, and is journalled
)

func (c class) String() string { return [...]string{"act", "read", "metered read", "ending"}[c] }

// service is what the chain knows of one AWS service, by the SDK's service id.
type service struct {
	iam string // prefix of IAM actions, also ours in "ecs:ListServices"
	// reads are the operations that pass in read-only mode; a name that ends in "*"
	// is a prefix. What is not named is an act.
	reads []string
}

// services is the allow-list of the gate. An operation of a service that is not here
// is an act. Operations that hand out secrets or credentials (secret values,
// authorization tokens, parameters) are not reads, whatever their name.
var services = map[string]service{
	"ECS":                       {iam: "ecs", reads: []string{"List*", "Describe*", "GetTaskProtection"}},
	"CloudWatch Logs":           {iam: "logs", reads: []string{"Describe*", "List*", "FilterLogEvents", "GetLogEvents", "GetLogGroupFields", "GetQueryResults"}},
	"CloudWatch":                {iam: "cloudwatch", reads: []string{"Describe*", "List*", "GetMetricData", "GetMetricStatistics", "GetDashboard", "GetInsightRuleReport"}},
	"GuardDuty":                 {iam: "guardduty", reads: []string{"Describe*", "List*", "GetDetector", "GetFindings", "GetFindingsStatistics", "GetCoverageStatistics", "GetMemberDetectors", "GetUsageStatistics", "GetFilter"}},
	"STS":                       {iam: "sts", reads: []string{"GetCallerIdentity", "GetAccessKeyInfo"}},
	"SSM":                       {iam: "ssm", reads: []string{"Describe*", "List*", "GetConnectionStatus", "GetDocument"}},
	"KMS":                       {iam: "kms", reads: []string{"Describe*", "List*", "GetKeyPolicy", "GetKeyRotationStatus", "GetPublicKey"}},
	"IAM":                       {iam: "iam", reads: []string{"List*", "Simulate*", "GetRole", "GetRolePolicy", "GetPolicy", "GetPolicyVersion", "GetInstanceProfile", "GetUser"}},
	"EC2":                       {iam: "ec2", reads: []string{"Describe*"}},
	"ECR":                       {iam: "ecr", reads: []string{"Describe*", "List*", "BatchGet*", "GetLifecyclePolicy", "GetRegistryScanningConfiguration", "GetRepositoryPolicy", "GetSigningConfiguration"}},
	"Elastic Load Balancing v2": {iam: "elasticloadbalancing", reads: []string{"Describe*"}},
	"Auto Scaling":              {iam: "autoscaling", reads: []string{"Describe*"}},
	"Application Auto Scaling":  {iam: "application-autoscaling", reads: []string{"Describe*"}},
	"EFS":                       {iam: "elasticfilesystem", reads: []string{"Describe*"}},
	"SecurityHub":               {iam: "securityhub", reads: []string{"Describe*", "List*", "BatchGet*", "GetEnabledStandards", "GetFindings", "GetFindingsV2", "GetFindingStatisticsV2", "GetResourcesV2"}},
	"Inspector2":                {iam: "inspector2", reads: []string{"Describe*", "List*", "BatchGet*", "GetClustersForImage"}},
	"Secrets Manager":           {iam: "secretsmanager", reads: []string{"DescribeSecret", "ListSecrets"}},
	"EventBridge":               {iam: "events", reads: []string{"Describe*", "List*"}},
	"CloudTrail":                {iam: "cloudtrail", reads: []string{"Describe*", "List*", "LookupEvents", "GetTrailStatus", "GetEventSelectors"}},
	"CloudFormation":            {iam: "cloudformation", reads: []string{"Describe*", "List*"}},
	"Service Quotas":            {iam: "servicequotas", reads: []string{"List*", "GetServiceQuota", "GetAWSDefaultServiceQuota"}},
	"S3":                        {iam: "s3", reads: []string{"ListBucket"}},
	// The ways to credentials. Their clients are not gated; the names serve the meter.
	"SSO":      {iam: "sso"},
	"SSO OIDC": {iam: "sso-oauth"},
	"Signin":   {iam: "signin"},
	"ec2imds":  {iam: "imds"},
}

// classify sorts one operation.
func classify(serviceID, operation string) class {
	switch serviceID + "/" + operation {
	case "CloudWatch Logs/StartLiveTail", "CloudWatch Logs/StartQuery", "CloudWatch Logs/StopQuery":
		return metered
	case "SSM/TerminateSession", "SSM/ResumeSession":
		return ending
	}
	if matches(services[serviceID].reads, operation) {
		return read
	}
	return act
}

func matches(patterns []string, name string) bool {
	for _, p := range patterns {
		prefix, wild := strings.CutSuffix(p, "*")
		if p == name || wild && strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// opName is the name of an operation as IAM writes it: "ecs:ListServices".
func opName(serviceID, operation string) string {
	prefix := strings.ToLower(strings.ReplaceAll(serviceID, " ", ""))
	if s, ok := services[serviceID]; ok {
		prefix = s.iam
	}
	return prefix + ":" + operation
}
