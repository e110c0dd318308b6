package sim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"ecsole/aws/sim"
)

// cli runs the aws command line against a simulator on a socket.
type cli struct {
	*testing.T
	path string
	env  []string
}

// newCLI finds the aws command. Where there is none the test says so and is skipped:
// it is the proof by a stranger, and needs the stranger.
func newCLI(t *testing.T, o sim.Options) (cli, *sim.Sim) {
	t.Helper()
	path, err := exec.LookPath("aws")
	if err != nil {
		t.Skip("the aws command is not installed: the proof by it is left out")
	}
	s, err := sim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		<-done
	})
	env := []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=", "AWS_MAX_ATTEMPTS=1"}
	for _, line := range s.Env("http://" + l.Addr().String()) {
		if v, ok := strings.CutPrefix(line, "export "); ok {
			env = append(env, v)
		}
	}
	return cli{t, path, env}, s
}

// run gives what the command prints; failed says that it is to fail, and gives
// what it complains of.
func (c cli) run(failed bool, args ...string) string {
	c.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.path, append(args, "--output", "json")...)
	cmd.Env = c.env
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err := cmd.Run()
	if failed {
		if err == nil {
			c.Fatalf("aws %s did not fail:\n%s", strings.Join(args, " "), out.String())
		}
		return complaint.String()
	}
	if err != nil {
		c.Fatalf("aws %s: %v\n%s", strings.Join(args, " "), err, complaint.String())
	}
	return out.String()
}

// get runs a command and reads its JSON.
func (c cli) get(v any, args ...string) {
	c.Helper()
	out := c.run(false, args...)
	if err := json.Unmarshal([]byte(out), v); err != nil {
		c.Fatalf("%v in %s", err, out)
	}
}

func TestTheAWSCommandLine(t *testing.T) {
	c, s := newCLI(t, sim.Options{})
	var me struct{ Account, Arn string }
	c.get(&me, "sts", "get-caller-identity")
	if me.Account != s.World().Account() || me.Arn == "" {
		t.Errorf("%+v", me)
	}
	var list struct {
		ClusterArns []string `json:"clusterArns"`
		ServiceArns []string `json:"serviceArns"`
		TaskArns    []string `json:"taskArns"`
	}
	c.get(&list, "ecs", "list-clusters")
	c.get(&list, "ecs", "list-services", "--cluster", "prod") // two pages of ten
	c.get(&list, "ecs", "list-tasks", "--cluster", "prod", "--service-name", "catalog")
	if len(list.ClusterArns) != 4 || len(list.ServiceArns) != 14 || len(list.TaskArns) != 10 {
		t.Errorf("%d clusters, %d services, %d tasks", len(list.ClusterArns), len(list.ServiceArns), len(list.TaskArns))
	}
	var described struct {
		Services []struct {
			Name    string                     `json:"serviceName"`
			Running int                        `json:"runningCount"`
			Events  []struct{ Message string } `json:"events"`
		} `json:"services"`
		Tasks []struct {
			Last       string                  `json:"lastStatus"`
			Containers []struct{ Name string } `json:"containers"`
		} `json:"tasks"`
		Failures []struct{ Arn, Reason string } `json:"failures"`
	}
	c.get(&described, "ecs", "describe-services", "--cluster", "prod", "--services", "catalog", "nobody")
	if len(described.Services) != 1 || described.Services[0].Running != 10 || len(described.Services[0].Events) == 0 || len(described.Failures) != 1 || described.Failures[0].Reason != "MISSING" {
		t.Errorf("%+v", described)
	}
	c.get(&described, append([]string{"ecs", "describe-tasks", "--cluster", "prod", "--tasks"}, list.TaskArns...)...)
	if len(described.Tasks) != 10 || described.Tasks[0].Last != "RUNNING" || described.Tasks[0].Containers[0].Name != "catalog" {
		t.Errorf("%+v", described.Tasks)
	}
}

func TestTheAWSCommandLineIsRefused(t *testing.T) {
	c, s := newCLI(t, sim.Options{})
	_, secret, _ := s.Static("")
	good := c.env
	swap := func(old, new string) {
		c.env = nil
		for _, v := range good {
			c.env = append(c.env, strings.Replace(v, old, new, 1))
		}
	}
	swap(secret, strings.Repeat("x", len(secret)))
	if got := c.run(true, "ecs", "list-clusters"); !strings.Contains(got, "InvalidSignatureException") {
		t.Error(got)
	}
	if got := c.run(true, "sts", "get-caller-identity"); !strings.Contains(got, "SignatureDoesNotMatch") {
		t.Error(got)
	}
	swap("AWS_ACCESS_KEY_ID=AKIA", "AWS_ACCESS_KEY_ID=AKIB")
	if got := c.run(true, "ecs", "list-clusters"); !strings.Contains(got, "UnrecognizedClientException") {
		t.Error(got)
	}
}
