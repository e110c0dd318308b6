package ecsapi_test

import (
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecsole/aws/sim"
)

func TestDescribeClusters(t *testing.T) {
	r := start(t, sim.Options{})
	bare, err := r.DescribeClusters(background, &sdk.DescribeClustersInput{Clusters: []string{"prod", "nobody"}})
	if err != nil || len(bare.Clusters) != 1 || len(bare.Failures) != 1 || *bare.Failures[0].Reason != "MISSING" ||
		*bare.Failures[0].Arn != "arn:aws:ecs:eu-central-1:111122223333:cluster/nobody" {
		t.Fatalf("%+v, %v", bare, err)
	}
	k := bare.Clusters[0]
	if len(k.Settings)+len(k.Statistics)+len(k.Tags) != 0 || k.Configuration != nil {
		t.Errorf("what was not asked for is there: %+v", k)
	}
	if k.ActiveServicesCount != 14 || k.RunningTasksCount < 70 || k.RegisteredContainerInstancesCount == 0 {
		t.Errorf("%+v", k)
	}
	full, err := r.DescribeClusters(background, &sdk.DescribeClustersInput{
		Clusters: []string{*k.ClusterArn}, Include: types.ClusterField("").Values(),
	})
	if err != nil {
		t.Fatal(err)
	}
	k = full.Clusters[0]
	if len(k.Statistics) != 8 || len(k.Tags) == 0 || *k.Settings[0].Value != "enhanced" || k.Configuration.ExecuteCommandConfiguration.Logging != "OVERRIDE" {
		t.Errorf("%+v", k)
	}
}

func TestDescribeServices(t *testing.T) {
	r := start(t, sim.Options{})
	s := r.service("prod", "checkout")
	if s.DesiredCount != 6 || s.RunningCount != 6 || len(s.Deployments) == 0 || len(s.LoadBalancers) != 1 || s.NetworkConfiguration == nil ||
		*s.HealthCheckGracePeriodSeconds != 60 || !s.DeploymentConfiguration.DeploymentCircuitBreaker.Enable || s.CreatedAt.After(time.Now()) || len(s.Tags) != 0 {
		t.Errorf("%+v", s)
	}
	for i := 1; i < len(s.Events); i++ {
		if s.Events[i].CreatedAt.After(*s.Events[i-1].CreatedAt) {
			t.Error("events are not newest first")
		}
	}
	if s.CurrentServiceDeployment == nil || len(s.CurrentServiceRevisions) != 1 || s.CurrentServiceRevisions[0].RunningTaskCount != 6 {
		t.Errorf("%+v", s.CurrentServiceRevisions)
	}
	_, err := r.DescribeServices(background, &sdk.DescribeServicesInput{Cluster: ptr("prod"), Services: make([]string, 11)})
	r.refused(err, "InvalidParameterException", "service names can have at most 10 items.")
	_, err = r.DescribeServices(background, &sdk.DescribeServicesInput{Cluster: ptr("prod"), Services: []string{}})
	r.refused(err, "InvalidParameterException", "cannot be empty")
	_, err = r.DescribeServices(background, &sdk.DescribeServicesInput{Services: []string{"web"}})
	r.refused(err, "ClusterNotFoundException", "")
	_, err = r.DescribeServices(background, &sdk.DescribeServicesInput{Cluster: ptr("staging"), Services: []string{*s.ServiceArn}})
	r.refused(err, "InvalidParameterException", "Identifier is for cluster prod. Your cluster is staging")
	tagged, err := r.DescribeServices(background, &sdk.DescribeServicesInput{Cluster: ptr("prod"), Services: []string{"web"}, Include: []types.ServiceField{types.ServiceFieldTags}})
	if err != nil || len(tagged.Services[0].Tags) == 0 {
		t.Errorf("%+v, %v", tagged, err)
	}
}

func TestDescribeTasks(t *testing.T) {
	r := start(t, sim.Options{})
	var ids []string
	for _, s := range []string{"checkout", "catalog", "orders-worker", "image-resizer"} {
		ids = append(ids, r.tasks(sdk.ListTasksInput{ServiceName: &s})[0])
	}
	ids = append(ids, strings.Repeat("0", 32))
	out, err := r.DescribeTasks(background, &sdk.DescribeTasksInput{Cluster: ptr("prod"), Tasks: ids, Include: []types.TaskField{types.TaskFieldTags}})
	if err != nil || len(out.Tasks) != 4 || len(out.Failures) != 1 || *out.Failures[0].Arn != "arn:aws:ecs:eu-central-1:111122223333:task/prod/"+strings.Repeat("0", 32) {
		t.Fatalf("%+v, %v", out, err)
	}
	fargate, ec2, spot, resizer := out.Tasks[0], out.Tasks[1], out.Tasks[2], out.Tasks[3]
	if fargate.LaunchType != "FARGATE" || *fargate.PlatformVersion != "1.4.0" || len(fargate.Attachments) != 1 || len(fargate.Containers) != 2 ||
		len(fargate.Containers[0].NetworkInterfaces) != 1 || *fargate.Group != "service:checkout" || len(fargate.Tags) == 0 {
		t.Errorf("%+v", fargate)
	}
	app := fargate.Containers[1]
	if app.RuntimeId == nil || !strings.HasPrefix(*app.ImageDigest, "sha256:") || app.HealthStatus != "HEALTHY" || *app.ManagedAgents[0].LastStatus != "RUNNING" {
		t.Errorf("%+v", app)
	}
	if ec2.LaunchType != "EC2" || ec2.ContainerInstanceArn == nil || *ec2.CapacityProviderName != "prod-ec2" || len(ec2.Containers[0].NetworkBindings) != 1 || len(ec2.Attachments) != 0 {
		t.Errorf("%+v", ec2)
	}
	if p := *spot.CapacityProviderName; p != "FARGATE_SPOT" && p != "FARGATE" {
		t.Error(p)
	}
	if n := len(resizer.Containers); *resizer.Containers[n-1].Name != "aws-gd-agent" || resizer.EphemeralStorage.SizeInGiB != 60 {
		t.Errorf("%+v", resizer)
	}
	_, err = r.DescribeTasks(background, &sdk.DescribeTasksInput{Cluster: ptr("prod"), Tasks: make([]string, 101)})
	r.refused(err, "InvalidParameterException", "at most 100")
	_, err = r.DescribeTasks(background, &sdk.DescribeTasksInput{Cluster: ptr("prod"), Tasks: []string{}})
	r.refused(err, "InvalidParameterException", "cannot be empty")
}

func TestInstancesAndProviders(t *testing.T) {
	r := start(t, sim.Options{})
	list, err := r.ListContainerInstances(background, &sdk.ListContainerInstancesInput{Cluster: ptr("prod")})
	if err != nil || len(list.ContainerInstanceArns) < 3 {
		t.Fatalf("%+v, %v", list, err)
	}
	out, err := r.DescribeContainerInstances(background, &sdk.DescribeContainerInstancesInput{
		Cluster: ptr("prod"), ContainerInstances: append(list.ContainerInstanceArns, "nobody"), Include: []types.ContainerInstanceField{types.ContainerInstanceFieldContainerInstanceHealth},
	})
	if err != nil || len(out.ContainerInstances) != len(list.ContainerInstanceArns) || len(out.Failures) != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	i := out.ContainerInstances[0]
	if !i.AgentConnected || i.HealthStatus.OverallStatus != "OK" || len(i.RemainingResources) != 4 || i.RegisteredResources[0].IntegerValue != 4096 || len(i.Tags) != 0 {
		t.Errorf("%+v", i)
	}
	cp, err := r.DescribeCapacityProviders(background, &sdk.DescribeCapacityProvidersInput{CapacityProviders: []string{"prod-ec2", "FARGATE", "nobody"}})
	if err != nil || len(cp.CapacityProviders) != 2 || len(cp.Failures) != 1 {
		t.Fatalf("%+v, %v", cp, err)
	}
	one, err := r.DescribeCapacityProviders(background, &sdk.DescribeCapacityProvidersInput{MaxResults: ptr(int32(2))})
	if err != nil || len(one.CapacityProviders) != 2 || one.NextToken == nil {
		t.Errorf("%+v, %v", one, err)
	}
	_, err = r.DescribeCapacityProviders(background, &sdk.DescribeCapacityProvidersInput{MaxResults: ptr(int32(11))})
	r.refused(err, "InvalidParameterException", "maxResults")
}
