package aws

import (
	"slices"
	"strings"
)

// limit is one of AWS's throttle buckets: the calls of all its operations, of an
// account in a region, draw on it together.
type limit struct {
	name          string
	burst, refill float64 // calls, calls per second
}

// limitOf finds the bucket of an operation. Numbers of ECS: its API reference,
// "Request throttling"; of CloudWatch Logs and CloudWatch: their pages on quotas.
// What AWS does not publish gets a cautious bucket per service.
func limitOf(op, region string) limit {
	svc, name, _ := strings.Cut(op, ":")
	switch svc {
	case "ecs":
		return ecsLimit(name)
	case "logs":
		return logsLimit(name, region)
	case "cloudwatch":
		switch name {
		case "GetMetricData":
			return limit{"cloudwatch:GetMetricData", 500, 500}
		case "ListMetrics":
			return limit{"cloudwatch:ListMetrics", 25, 25}
		case "DescribeAlarms":
			return limit{"cloudwatch:DescribeAlarms", 9, 9}
		}
	case "iam":
		// Not published, and one for all regions; simulations are the dearest.
		if strings.HasPrefix(name, "Simulate") {
			return limit{"iam: simulate", 20, 5}
		}
		return limit{"iam", 20, 10}
	case "ec2": // "Request throttling for the Amazon EC2 API": calls that change nothing
		return limit{"ec2: read", 100, 20}
	case "securityhub":
		if strings.HasPrefix(name, "GetFindings") {
			return limit{"securityhub:GetFindings", 6, 3}
		}
	case "cloudtrail":
		if name == "LookupEvents" {
			return limit{"cloudtrail:LookupEvents", 2, 2}
		}
	}
	return limit{svc, 20, 10}
}

func ecsLimit(name string) limit {
	switch name {
	case "DescribeClusters", "ListClusters":
		return limit{"ecs: cluster read", 50, 20}
	case "DescribeServices", "ListServices":
		return limit{"ecs: service read", 100, 20}
	case "ListTasks", "DescribeTasks", "ListContainerInstances", "DescribeContainerInstances", "ListAttributes":
		return limit{"ecs: cluster resource read", 100, 20}
	case "DescribeTaskDefinition", "ListTaskDefinitions", "ListTaskDefinitionFamilies":
		return limit{"ecs: task definition read", 50, 20}
	case "DescribeServiceDeployments", "ListServiceDeployments":
		return limit{"ecs: service deployment", 50, 20}
	case "DescribeServiceRevisions":
		return limit{"ecs: service revision", 50, 20}
	case "DescribeCapacityProviders":
		return limit{"ecs: capacity provider read", 50, 20}
	case "ListTagsForResource":
		return limit{"ecs: tag read", 50, 20}
	case "ListAccountSettings":
		return limit{"ecs: setting read", 50, 20}
	case "ListServicesByNamespace":
		return limit{"ecs: services by namespace", 10, 1}
	case "GetTaskProtection", "UpdateTaskProtection":
		return limit{"ecs: task protection", 200, 80}
	case "ExecuteCommand", "StopTask", "RunTask", "StartTask", "DeregisterContainerInstance", "RegisterContainerInstance",
		"UpdateContainerInstancesState", "UpdateContainerAgent", "PutAttributes", "DeleteAttributes":
		return limit{"ecs: cluster resource modify", 100, 40}
	case "UpdateService", "CreateService", "DeleteService":
		return limit{"ecs: service modify", 50, 5}
	case "CreateCluster", "DeleteCluster", "UpdateCluster", "UpdateClusterSettings", "PutClusterCapacityProviders":
		return limit{"ecs: cluster modify", 20, 1}
	case "RegisterTaskDefinition", "DeregisterTaskDefinition", "DeleteTaskDefinitions":
		return limit{"ecs: task definition modify", 20, 1}
	}
	// Daemons, gateways, express gateways, stopping and continuing deployments: not published.
	return limit{"ecs: others", 20, 5}
}

func logsLimit(name, region string) limit {
	per := func(n float64) limit { return limit{"logs:" + name, n, n} }
	in := func(regions ...string) bool { return slices.Contains(regions, region) }
	switch name {
	case "FilterLogEvents":
		switch {
		case in("us-east-1"):
			return per(25)
		case in("eu-central-1", "ap-northeast-3", "ap-southeast-3", "ca-west-1", "il-central-1"):
			return per(5)
		}
		return per(10)
	case "GetLogEvents":
		switch {
		case in("eu-west-3"):
			return per(30)
		case in("us-west-2", "eu-west-1", "eu-central-1", "ap-northeast-3", "ap-southeast-3", "ca-west-1", "il-central-1"):
			return per(10)
		}
		return per(25)
	case "DescribeLogStreams":
		return per(25)
	case "StartLiveTail":
		return per(5)
	case "DescribeLogGroups", "StartQuery", "GetQueryResults", "StopQuery":
		return per(10)
	}
	return limit{"logs", 10, 5}
}
