package ecsapi_test

import (
	"slices"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecsole/aws/sim"
)

func TestPages(t *testing.T) {
	r := start(t, sim.Options{Scale: sim.Scale{Clusters: 2, Services: 250, Tasks: 900}})
	for size, want := range map[*int32]int{nil: 13, ptr(int32(100)): 2, ptr(int32(7)): 18} {
		arns, pages := r.services("prod", size)
		unique := slices.Compact(slices.Sorted(slices.Values(arns)))
		all := len(r.world().Services("prod"))
		if len(arns) != all || len(unique) != all || pages < want-1 || pages > want+1 {
			t.Errorf("%d of %d services, %d unique, in %d pages", len(arns), all, len(unique), pages)
		}
	}
	out, err := r.ListTasks(background, &sdk.ListTasksInput{Cluster: ptr("prod")})
	if err != nil || len(out.TaskArns) != 100 || out.NextToken == nil {
		t.Fatalf("%d tasks, %v", len(out.TaskArns), err)
	}
	_, err = r.ListTasks(background, &sdk.ListTasksInput{Cluster: ptr("staging"), NextToken: out.NextToken})
	r.refused(err, "InvalidParameterException", "token")
	_, err = r.ListTasks(background, &sdk.ListTasksInput{Cluster: ptr("prod"), Family: ptr("x"), NextToken: out.NextToken})
	r.refused(err, "InvalidParameterException", "token")
	_, err = r.ListTasks(background, &sdk.ListTasksInput{Cluster: ptr("prod"), NextToken: ptr("made up")})
	r.refused(err, "InvalidParameterException", "token")
	for _, n := range []int32{0, 101, -1} {
		_, err = r.ListServices(background, &sdk.ListServicesInput{Cluster: ptr("prod"), MaxResults: &n})
		r.refused(err, "InvalidParameterException", "maxResults")
	}
}

// TestPagesWhileTasksGo: what goes between two pages hides nothing else.
func TestPagesWhileTasksGo(t *testing.T) {
	r := start(t, sim.Options{})
	first, err := r.ListTasks(background, &sdk.ListTasksInput{Cluster: ptr("prod"), MaxResults: ptr(int32(20))})
	if err != nil {
		t.Fatal(err)
	}
	all := r.tasks(sdk.ListTasksInput{})
	if _, err := r.world().StopTask(first.TaskArns[19], ""); err != nil { // the token's own
		t.Fatal(err)
	}
	second, err := r.ListTasks(background, &sdk.ListTasksInput{Cluster: ptr("prod"), MaxResults: ptr(int32(20)), NextToken: first.NextToken})
	if err != nil || !slices.Equal(second.TaskArns, all[20:40]) {
		t.Errorf("%v: %v, not %v", err, second.TaskArns, all[20:40])
	}
}

func TestListTasksFilters(t *testing.T) {
	r := start(t, sim.Options{})
	running := r.tasks(sdk.ListTasksInput{})
	stopped := r.tasks(sdk.ListTasksInput{DesiredStatus: types.DesiredStatusStopped})
	if len(running) < 70 || len(stopped) < 20 || len(r.tasks(sdk.ListTasksInput{DesiredStatus: types.DesiredStatusPending})) != 0 {
		t.Errorf("%d running, %d stopped", len(running), len(stopped))
	}
	for _, a := range running {
		if slices.Contains(stopped, a) {
			t.Errorf("%s is in both lists", a)
		}
	}
	catalog := r.tasks(sdk.ListTasksInput{ServiceName: ptr("catalog")})
	byARN := r.tasks(sdk.ListTasksInput{ServiceName: ptr(r.world().Service("prod", "catalog").ARN)})
	byFamily := r.tasks(sdk.ListTasksInput{Family: ptr("prod-catalog")})
	if len(catalog) != 10 || !slices.Equal(catalog, byARN) || !slices.Equal(catalog, byFamily) {
		t.Errorf("%d, %d, %d", len(catalog), len(byARN), len(byFamily))
	}
	one := r.world().Task(catalog[0])
	mates := r.tasks(sdk.ListTasksInput{ContainerInstance: &one.InstanceARN})
	if !slices.Contains(mates, one.ARN) || len(mates) >= len(running) {
		t.Errorf("%d on its instance", len(mates))
	}
	if by := r.tasks(sdk.ListTasksInput{StartedBy: &one.StartedBy}); !slices.Equal(by, catalog) {
		t.Errorf("%d started by %s", len(by), one.StartedBy)
	}
	ec2, fargate := r.tasks(sdk.ListTasksInput{LaunchType: types.LaunchTypeEc2}), r.tasks(sdk.ListTasksInput{LaunchType: types.LaunchTypeFargate})
	if len(ec2) == 0 || len(fargate) == 0 || len(ec2)+len(fargate) != len(running) {
		t.Errorf("%d + %d of %d", len(ec2), len(fargate), len(running))
	}
	_, err := r.ListTasks(background, &sdk.ListTasksInput{Cluster: ptr("prod"), ServiceName: ptr("nobody")})
	r.refused(err, "ServiceNotFoundException", "Service not found.")
	_, err = r.ListTasks(background, &sdk.ListTasksInput{Cluster: ptr("prod"), ServiceName: ptr("web"), StartedBy: ptr("x")})
	r.refused(err, "InvalidParameterException", "startedBy")
	_, err = r.ListTasks(background, &sdk.ListTasksInput{Cluster: ptr("prod"), ContainerInstance: ptr("x")})
	r.refused(err, "InvalidParameterException", "container instance")
	_, err = r.ListTasks(background, &sdk.ListTasksInput{Cluster: ptr("prod"), DesiredStatus: "GONE"})
	r.refused(err, "InvalidParameterException", "desiredStatus")
	_, err = r.ListTasks(background, &sdk.ListTasksInput{})
	r.refused(err, "ClusterNotFoundException", "Cluster not found.")
}

func TestListServicesFilters(t *testing.T) {
	r := start(t, sim.Options{})
	list := func(in sdk.ListServicesInput) []string {
		in.Cluster, in.MaxResults = ptr("platform"), ptr(int32(100))
		out, err := r.ListServices(background, &in)
		if err != nil {
			t.Fatal(err)
		}
		return out.ServiceArns
	}
	if got := list(sdk.ListServicesInput{SchedulingStrategy: types.SchedulingStrategyDaemon}); len(got) != 1 || !strings.HasSuffix(got[0], "/node-agent") {
		t.Error(got)
	}
	if got := list(sdk.ListServicesInput{LaunchType: types.LaunchTypeFargate}); len(got) != 2 {
		t.Error(got)
	}
}

func TestTaskDefinitions(t *testing.T) {
	r := start(t, sim.Options{})
	families, err := r.ListTaskDefinitionFamilies(background, &sdk.ListTaskDefinitionFamiliesInput{FamilyPrefix: ptr("prod-c")})
	if err != nil || !slices.Equal(families.Families, []string{"prod-cart", "prod-catalog", "prod-checkout"}) {
		t.Errorf("%v, %v", families, err)
	}
	var all []string
	p := sdk.NewListTaskDefinitionsPaginator(r, &sdk.ListTaskDefinitionsInput{MaxResults: ptr(int32(13))})
	for p.HasMorePages() {
		out, err := p.NextPage(background)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, out.TaskDefinitionArns...)
	}
	if len(all) < 95 || len(slices.Compact(slices.Sorted(slices.Values(all)))) != len(all) {
		t.Errorf("%d revisions", len(all))
	}
	revisions := func(sort types.SortOrder) []string {
		out, err := r.ListTaskDefinitions(background, &sdk.ListTaskDefinitionsInput{FamilyPrefix: ptr("prod-checkout"), Sort: sort})
		if err != nil {
			t.Fatal(err)
		}
		return out.TaskDefinitionArns
	}
	up, down := revisions(""), revisions(types.SortOrderDesc)
	slices.Reverse(down)
	if len(up) < 4 || !slices.Equal(up, down) {
		t.Errorf("%v and %v", up, down)
	}
	out, err := r.DescribeTaskDefinition(background, &sdk.DescribeTaskDefinitionInput{TaskDefinition: ptr("prod-checkout"), Include: []types.TaskDefinitionField{types.TaskDefinitionFieldTags}})
	if err != nil || *out.TaskDefinition.TaskDefinitionArn != up[len(up)-1] || len(out.Tags) != 2 || len(out.TaskDefinition.ContainerDefinitions) != 2 || out.TaskDefinition.RegisteredAt == nil {
		t.Errorf("%+v, %v", out, err)
	}
	_, err = r.DescribeTaskDefinition(background, &sdk.DescribeTaskDefinitionInput{TaskDefinition: ptr("nobody:1")})
	r.refused(err, "ClientException", "Unable to describe task definition.")
}

func TestDeploymentsAndRevisions(t *testing.T) {
	r := start(t, sim.Options{})
	arn := r.world().Service("prod", "payments").ARN
	list, err := r.ListServiceDeployments(background, &sdk.ListServiceDeploymentsInput{Service: &arn})
	if err != nil || len(list.ServiceDeployments) != 3 || list.ServiceDeployments[0].CreatedAt.Before(*list.ServiceDeployments[1].CreatedAt) {
		t.Fatalf("%+v, %v", list, err)
	}
	failed, err := r.ListServiceDeployments(background, &sdk.ListServiceDeploymentsInput{
		Cluster: ptr("prod"), Service: ptr("payments"), Status: []types.ServiceDeploymentStatus{types.ServiceDeploymentStatusRollbackSuccessful},
	})
	if err != nil || len(failed.ServiceDeployments) != 2 {
		t.Fatalf("%+v, %v", failed, err)
	}
	out, err := r.DescribeServiceDeployments(background, &sdk.DescribeServiceDeploymentsInput{
		ServiceDeploymentArns: []string{*failed.ServiceDeployments[0].ServiceDeploymentArn, "arn:aws:ecs:eu-central-1:111122223333:service-deployment/prod/web/none"},
	})
	if err != nil || len(out.Failures) != 1 || len(out.ServiceDeployments) != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	d := out.ServiceDeployments[0]
	if d.DeploymentCircuitBreaker.Status != "TRIGGERED" || d.DeploymentCircuitBreaker.FailureCount < 3 || d.Rollback == nil || d.Rollback.StartedAt == nil || len(d.SourceServiceRevisions) == 0 {
		t.Errorf("%+v", d)
	}
	rev, err := r.DescribeServiceRevisions(background, &sdk.DescribeServiceRevisionsInput{ServiceRevisionArns: []string{*d.TargetServiceRevision.Arn, *d.Rollback.ServiceRevisionArn}})
	if err != nil || len(rev.ServiceRevisions) != 2 || !strings.HasPrefix(*rev.ServiceRevisions[0].ContainerImages[0].ImageDigest, "sha256:") {
		t.Errorf("%+v, %v", rev, err)
	}
	_, err = r.ListServiceDeployments(background, &sdk.ListServiceDeploymentsInput{Cluster: ptr("prod"), Service: ptr("nobody")})
	r.refused(err, "ServiceNotFoundException", "")
	_, err = r.DescribeServiceRevisions(background, &sdk.DescribeServiceRevisionsInput{ServiceRevisionArns: make([]string, 21)})
	r.refused(err, "InvalidParameterException", "at most 20")
}
