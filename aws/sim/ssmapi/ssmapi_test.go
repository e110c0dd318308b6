package ssmapi_test

import (
	"bytes"
	"strings"
	"testing"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	sdkecs "github.com/aws/aws-sdk-go-v2/service/ecs"
	sdkkms "github.com/aws/aws-sdk-go-v2/service/kms"
	sdk "github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"go.uber.org/goleak"

	"ecsole/aws/sim"
	"ecsole/aws/sim/agent"
	"ecsole/aws/sim/simtest"
	"ecsole/aws/sim/world"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, goleak.IgnoreCurrent()) }

// ready is a container of a cluster that sessions can be opened in.
func ready(t *testing.T, s *sim.Sim, cluster string) (*world.Task, *world.Container) {
	t.Helper()
	for _, task := range s.World().Tasks(cluster) {
		for i := range task.Containers {
			c := &task.Containers[i]
			if c.Name == task.Facts.Container && c.Agent == "RUNNING" && task.LastStatus == "RUNNING" && task.Exec {
				return task, c
			}
		}
	}
	t.Fatalf("nothing in %s takes sessions", cluster)
	return nil, nil
}

func target(cluster string, task *world.Task, c *world.Container) string {
	return "ecs:" + cluster + "_" + task.ID + "_" + c.RuntimeID
}

func TestStartSession(t *testing.T) {
	r := simtest.Start(t, sim.Options{})
	c := sdk.NewFromConfig(r.Config)
	task, box := ready(t, r.Sim, "prod")
	port := map[string][]string{"portNumber": {"8080"}, "localPortNumber": {"9000"}}
	host := map[string][]string{"portNumber": {"5432"}, "host": {"db.internal"}}
	instance := r.Sim.World().Instances("prod")[0].EC2ID
	for name, tc := range map[string]struct {
		target, document string
		parameters       map[string][]string
		code, text       string
	}{
		"shell in a container": {target("prod", task, box), "", nil, "", ""},
		"shell on an instance": {instance, "SSM-SessionManagerRunShell", nil, "", ""},
		"command":              {instance, "AWS-StartInteractiveCommand", map[string][]string{"command": {"top"}}, "", ""},
		"port":                 {target("prod", task, box), "AWS-StartPortForwardingSession", port, "", ""},
		"remote host":          {target("prod", task, box), "AWS-StartPortForwardingSessionToRemoteHost", host, "", ""},
		"no such task":         {"ecs:prod_" + strings.Repeat("0", 32) + "_x-1", "", nil, "TargetNotConnected", "is not connected."},
		"wrong runtime":        {"ecs:prod_" + task.ID + "_other-1", "", nil, "TargetNotConnected", "is not connected."},
		"no such instance":     {"i-0123456789abcdef0", "", nil, "TargetNotConnected", "i-0123456789abcdef0 is not connected."},
		"no such document":     {instance, "AWS-StartDancing", nil, "InvalidDocument", "AWS-StartDancing"},
		"no port":              {instance, "AWS-StartPortForwardingSession", nil, "InvalidParameters", ""},
		"port out of range":    {instance, "AWS-StartPortForwardingSession", map[string][]string{"portNumber": {"70000"}}, "InvalidParameters", ""},
		"no host":              {instance, "AWS-StartPortForwardingSessionToRemoteHost", port, "InvalidParameters", ""},
		"no command":           {instance, "AWS-StartInteractiveCommand", nil, "InvalidParameters", ""},
	} {
		t.Run(name, func(t *testing.T) {
			in := &sdk.StartSessionInput{Target: &tc.target, Parameters: tc.parameters, Reason: sdkaws.String("a test")}
			if tc.document != "" {
				in.DocumentName = &tc.document
			}
			out, err := c.StartSession(t.Context(), in)
			if tc.code != "" {
				r.Wants(err, tc.code, tc.text)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(*out.SessionId, "oncall-") || *out.TokenValue == "" ||
				!strings.HasPrefix(*out.StreamUrl, "ws://simulator/v1/data-channel/"+*out.SessionId) {
				t.Errorf("answer %+v", out)
			}
		})
	}
	if n := len(r.Sim.Agent().Sessions()); n != 0 {
		t.Errorf("%d sessions run before anybody has opened them", n)
	}
}

func TestResumeAndTerminate(t *testing.T) {
	r := simtest.Start(t, sim.Options{})
	c := sdk.NewFromConfig(r.Config)
	task, box := ready(t, r.Sim, "prod")
	started, err := sdkecs.NewFromConfig(r.Config).ExecuteCommand(t.Context(), &sdkecs.ExecuteCommandInput{
		Cluster: sdkaws.String("prod"), Task: &task.ID, Container: &box.Name, Command: sdkaws.String("/bin/sh"), Interactive: true})
	if err != nil {
		t.Fatal(err)
	}
	id := started.Session.SessionId
	resumed, err := c.ResumeSession(t.Context(), &sdk.ResumeSessionInput{SessionId: id})
	if err != nil || resumed.TokenValue == nil || *resumed.TokenValue == *started.Session.TokenValue {
		t.Fatalf("resumed: %+v, %v", resumed, err)
	}
	active, err := c.DescribeSessions(t.Context(), &sdk.DescribeSessionsInput{State: types.SessionStateActive})
	if err != nil || len(active.Sessions) != 1 || *active.Sessions[0].SessionId != *id || *active.Sessions[0].Target != target("prod", task, box) ||
		*active.Sessions[0].DocumentName != "AmazonECS-ExecuteInteractiveCommand" {
		t.Fatalf("active: %+v, %v", active, err)
	}
	r.Sim.Agent().Faults().Set(func(s *agent.Switches) { s.RefuseResume = agent.ResumeDenied })
	_, err = c.ResumeSession(t.Context(), &sdk.ResumeSessionInput{SessionId: id})
	r.Wants(err, "AccessDeniedException", "ssm:ResumeSession")
	r.Sim.Agent().Faults().Set(func(s *agent.Switches) { s.RefuseResume = agent.ResumeEmpty })
	if empty, err := c.ResumeSession(t.Context(), &sdk.ResumeSessionInput{SessionId: id}); err != nil || empty.TokenValue != nil {
		t.Errorf("empty: %+v, %v", empty, err)
	}
	r.Sim.Agent().Faults().Reset()
	if _, err := c.TerminateSession(t.Context(), &sdk.TerminateSessionInput{SessionId: id}); err != nil {
		t.Fatal(err)
	}
	for _, s := range r.Sim.Agent().Sessions() {
		if s.ID == *id && s.Ended.IsZero() {
			t.Error("the session lives on")
		}
	}
	_, err = c.ResumeSession(t.Context(), &sdk.ResumeSessionInput{SessionId: sdkaws.String("nobody-0")})
	r.Wants(err, "DoesNotExistException", "nobody-0")
	status, err := c.GetConnectionStatus(t.Context(), &sdk.GetConnectionStatusInput{Target: sdkaws.String(target("prod", task, box))})
	if err != nil || status.Status != types.ConnectionStatusConnected {
		t.Errorf("status %+v, %v", status, err)
	}
}

func TestKMS(t *testing.T) {
	r := simtest.Start(t, sim.Options{})
	c := sdkkms.NewFromConfig(r.Config)
	key := r.Sim.World().Cluster("platform").Exec.KMSKey
	ec := map[string]string{"aws:ssm:SessionId": "s", "aws:ssm:TargetId": "t"}
	made, err := c.GenerateDataKey(t.Context(), &sdkkms.GenerateDataKeyInput{KeyId: &key, NumberOfBytes: sdkaws.Int32(64), EncryptionContext: ec})
	if err != nil || len(made.Plaintext) != 64 || *made.KeyId != key {
		t.Fatalf("made %+v, %v", made, err)
	}
	open := func(blob []byte, ec map[string]string) ([]byte, error) {
		out, err := c.Decrypt(t.Context(), &sdkkms.DecryptInput{CiphertextBlob: blob, EncryptionContext: ec})
		if err != nil {
			return nil, err
		}
		return out.Plaintext, nil
	}
	if plain, err := open(made.CiphertextBlob, ec); err != nil || !bytes.Equal(plain, made.Plaintext) {
		t.Errorf("opened %x, %v", plain, err)
	}
	for name, other := range map[string]map[string]string{
		"none": nil, "another session": {"aws:ssm:SessionId": "x", "aws:ssm:TargetId": "t"}, "one too few": {"aws:ssm:SessionId": "s"},
		"one too many": {"aws:ssm:SessionId": "s", "aws:ssm:TargetId": "t", "more": "m"}, "shifted": {"aws:ssm:SessionId": "saws:ssm:TargetId", "t": ""},
	} {
		if _, err := open(made.CiphertextBlob, other); err == nil {
			t.Errorf("context %s opens the key", name)
		} else {
			r.Wants(err, "InvalidCiphertextException", "")
		}
	}
	_, err = open([]byte("short"), ec)
	r.Wants(err, "InvalidCiphertextException", "")
	none := "arn:aws:kms:eu-central-1:111122223333:key/none"
	_, err = c.GenerateDataKey(t.Context(), &sdkkms.GenerateDataKeyInput{KeyId: &none, NumberOfBytes: sdkaws.Int32(64)})
	r.Wants(err, "NotFoundException", "does not exist")
	if d, err := c.DescribeKey(t.Context(), &sdkkms.DescribeKeyInput{KeyId: &key}); err != nil || !d.KeyMetadata.Enabled {
		t.Errorf("described %+v, %v", d, err)
	}
}
