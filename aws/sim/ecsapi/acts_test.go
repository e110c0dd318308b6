package ecsapi_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecsole/aws/sim"
	"ecsole/aws/sim/session"
)

// after moves the clock in steps until the condition holds.
func (r rig) after(limit time.Duration, what string, ok func() bool) {
	r.Helper()
	for passed := time.Duration(0); !ok(); passed += 2 * time.Second {
		if passed > limit {
			r.Fatalf("not within %v: %s", limit, what)
		}
		r.clock.move(2 * time.Second)
	}
}

func TestUpdateService(t *testing.T) {
	r := start(t, sim.Options{Faults: "buckets=off"})
	out, err := r.UpdateService(background, &sdk.UpdateServiceInput{Cluster: ptr("prod"), Service: ptr("cart"), DesiredCount: ptr(int32(8)), ForceNewDeployment: true})
	if err != nil || out.Service.DesiredCount != 8 || len(out.Service.Deployments) != 2 || out.Service.Deployments[0].RolloutState != "IN_PROGRESS" {
		t.Fatalf("%+v, %v", out, err)
	}
	r.after(10*time.Minute, "the rollout", func() bool {
		s := r.service("prod", "cart")
		return s.RunningCount == 8 && len(s.Deployments) == 1 && s.Deployments[0].RolloutState == "COMPLETED"
	})
	if s := r.service("prod", "cart"); !strings.HasPrefix(*s.Events[0].Message, "(service cart) has reached a steady state.") {
		t.Error(*s.Events[0].Message)
	}
	off, err := r.UpdateService(background, &sdk.UpdateServiceInput{Cluster: ptr("prod"), Service: ptr("cart"), EnableExecuteCommand: ptr(false)})
	if err != nil || off.Service.EnableExecuteCommand || len(off.Service.Deployments) != 2 {
		t.Errorf("%+v, %v", off, err)
	}
	for _, c := range []struct {
		in         sdk.UpdateServiceInput
		code, text string
	}{
		{sdk.UpdateServiceInput{Cluster: ptr("prod"), Service: ptr("nobody")}, "ServiceNotFoundException", "Service not found."},
		{sdk.UpdateServiceInput{Service: ptr("cart")}, "ClusterNotFoundException", ""},
		{sdk.UpdateServiceInput{Cluster: ptr("prod"), Service: ptr("cart"), DesiredCount: ptr(int32(-1))}, "InvalidParameterException", ""},
		{sdk.UpdateServiceInput{Cluster: ptr("prod"), Service: ptr("cart"), TaskDefinition: ptr("none:9")}, "ClientException", "TaskDefinition not found."},
		{sdk.UpdateServiceInput{Cluster: ptr("platform"), Service: ptr("node-agent"), DesiredCount: ptr(int32(1))}, "InvalidParameterException", "daemon"},
	} {
		_, err := r.UpdateService(background, &c.in)
		r.refused(err, c.code, c.text)
	}
}

func TestStopTask(t *testing.T) {
	r := start(t, sim.Options{Faults: "buckets=off"})
	arn := r.tasks(sdk.ListTasksInput{ServiceName: ptr("web")})[0]
	out, err := r.StopTask(background, &sdk.StopTaskInput{Cluster: ptr("prod"), Task: &arn, Reason: ptr("INC-7")})
	if err != nil || *out.Task.DesiredStatus != "STOPPED" || *out.Task.StoppedReason != "INC-7" || out.Task.StopCode != "UserInitiated" || out.Task.StoppingAt == nil {
		t.Fatalf("%+v, %v", out, err)
	}
	if !slices.Contains(r.tasks(sdk.ListTasksInput{ServiceName: ptr("web"), DesiredStatus: types.DesiredStatusStopped}), arn) {
		t.Error("it is not listed as stopped")
	}
	r.after(5*time.Minute, "ten tasks again", func() bool { return r.service("prod", "web").RunningCount == 10 })
	_, err = r.StopTask(background, &sdk.StopTaskInput{Cluster: ptr("prod"), Task: ptr("nobody")})
	r.refused(err, "InvalidParameterException", "The referenced task was not found.")
}

func TestRegisterTaskDefinition(t *testing.T) {
	r := start(t, sim.Options{})
	old, err := r.DescribeTaskDefinition(background, &sdk.DescribeTaskDefinitionInput{TaskDefinition: ptr("prod-web")})
	if err != nil {
		t.Fatal(err)
	}
	d := old.TaskDefinition
	in := &sdk.RegisterTaskDefinitionInput{
		Family: d.Family, ContainerDefinitions: d.ContainerDefinitions, NetworkMode: d.NetworkMode, RequiresCompatibilities: d.RequiresCompatibilities,
		Cpu: d.Cpu, Memory: d.Memory, TaskRoleArn: d.TaskRoleArn, ExecutionRoleArn: d.ExecutionRoleArn, Tags: []types.Tag{{Key: ptr("by"), Value: ptr("test")}},
	}
	out, err := r.RegisterTaskDefinition(background, in)
	if err != nil || out.TaskDefinition.Revision != d.Revision+1 || len(out.Tags) != 1 || out.TaskDefinition.Status != "ACTIVE" || len(out.TaskDefinition.ContainerDefinitions) != len(d.ContainerDefinitions) {
		t.Fatalf("%+v, %v", out, err)
	}
	again, err := r.DescribeTaskDefinition(background, &sdk.DescribeTaskDefinitionInput{TaskDefinition: out.TaskDefinition.TaskDefinitionArn})
	if err != nil || *again.TaskDefinition.ContainerDefinitions[1].Image != *d.ContainerDefinitions[1].Image {
		t.Errorf("%+v, %v", again, err)
	}
	in.Cpu = nil
	_, err = r.RegisterTaskDefinition(background, in)
	r.refused(err, "ClientException", "cpu and memory")
	in.ContainerDefinitions = []types.ContainerDefinition{}
	_, err = r.RegisterTaskDefinition(background, in)
	r.refused(err, "ClientException", "Container list cannot be empty.")
}

func TestExecuteCommand(t *testing.T) {
	r := start(t, sim.Options{})
	run := func(service, container string, interactive bool) (*sdk.ExecuteCommandOutput, error) {
		arn := r.tasks(sdk.ListTasksInput{ServiceName: &service})[0]
		in := &sdk.ExecuteCommandInput{Cluster: ptr("prod"), Task: &arn, Command: ptr("sh"), Interactive: interactive}
		if container != "" {
			in.Container = &container
		}
		return r.ExecuteCommand(background, in)
	}
	out, err := run("checkout", "checkout", true)
	if err != nil {
		t.Fatal(err)
	}
	s := out.Session
	if !strings.HasPrefix(*s.SessionId, "ecs-execute-command-") || *s.StreamUrl != "ws://simulator/v1/data-channel/"+*s.SessionId+"?role=publish_subscribe" || len(*s.TokenValue) < 64 {
		t.Errorf("%s %s", *s.SessionId, *s.StreamUrl)
	}
	got, ok := r.sim.Sessions().Admit(*s.SessionId, *s.TokenValue)
	if !ok || got.Spec.Container != "checkout" || got.Spec.Kind != session.Exec || got.Spec.Command != "sh" || got.Spec.TaskARN != *out.TaskArn ||
		!strings.HasPrefix(got.Spec.Target, "ecs:prod_") || !strings.HasSuffix(got.Spec.Target, "_"+got.Spec.RuntimeID) {
		t.Errorf("%+v", got)
	}
	if _, ok := r.sim.Sessions().Admit(*s.SessionId, "another"); ok {
		t.Error("another token opens the session")
	}
	if one, err := run("catalog", "", true); err != nil || *one.ContainerName != "catalog" {
		t.Errorf("a task with one container: %v", err)
	}
	const off = "execute command was not enabled when the task was run or the execute command agent isn’t running"
	_, err = run("sessions-cache", "sessions-cache", true)
	r.refused(err, "InvalidParameterException", off)
	_, err = run("ledger", "ledger", true)
	r.refused(err, "TargetNotConnectedException", "The execute command failed due to an internal error. Try again later.")
	_, err = run("checkout", "", true)
	r.refused(err, "InvalidParameterException", "container name")
	_, err = run("checkout", "nobody", true)
	r.refused(err, "InvalidParameterException", "nobody")
	_, err = run("image-resizer", "aws-gd-agent", true)
	r.refused(err, "InvalidParameterException", off)
	_, err = run("checkout", "checkout", false)
	r.refused(err, "InvalidParameterException", "Interactive is the only mode supported currently.")
	stopped := r.tasks(sdk.ListTasksInput{DesiredStatus: types.DesiredStatusStopped})[0]
	_, err = r.ExecuteCommand(background, &sdk.ExecuteCommandInput{Cluster: ptr("prod"), Task: &stopped, Command: ptr("sh"), Interactive: true})
	r.refused(err, "InvalidParameterException", off)
	_, err = r.ExecuteCommand(background, &sdk.ExecuteCommandInput{Cluster: ptr("prod"), Task: ptr("nobody"), Command: ptr("sh"), Interactive: true})
	r.refused(err, "InvalidParameterException", "The referenced task was not found.")
}

func TestSessionsEndWithTheirTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, sim.Options{})
		arn := r.tasks(sdk.ListTasksInput{ServiceName: ptr("catalog")})[0]
		out, err := r.ExecuteCommand(background, &sdk.ExecuteCommandInput{Cluster: ptr("prod"), Task: &arn, Command: ptr("sh"), Interactive: true})
		if err != nil {
			t.Fatal(err)
		}
		done := r.sim.Sessions().Done(*out.Session.SessionId)
		time.Sleep(time.Minute)
		select {
		case <-done:
			t.Fatal("it ended while its task ran")
		default:
		}
		if _, err := r.world().StopTask(arn, ""); err != nil {
			t.Fatal(err)
		}
		r.clock.move(time.Minute)
		<-done
	})
}
