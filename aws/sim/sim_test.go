package sim_test

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"go.uber.org/goleak"

	"ecsole/aws/sim"
)

func TestIdentityAndRoles(t *testing.T) {
	s, cfg := serve(t, sim.Options{Account: "222233334444", Region: "us-west-2"})
	c := sts.NewFromConfig(cfg)
	me, err := c.GetCallerIdentity(background, &sts.GetCallerIdentityInput{})
	if err != nil || *me.Account != "222233334444" || *me.Arn != "arn:aws:iam::222233334444:user/oncall" || !strings.HasPrefix(*me.UserId, "AIDA") {
		t.Fatalf("%+v, %v", me, err)
	}
	role := "arn:aws:iam::222233334444:role/ops/breakglass"
	got, err := c.AssumeRole(background, &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: ptr("ana"), DurationSeconds: ptr(int32(900))})
	if err != nil {
		t.Fatal(err)
	}
	if left := time.Until(*got.Credentials.Expiration); left < 14*time.Minute || left > 15*time.Minute {
		t.Errorf("it ends in %v", left)
	}
	as := cfg.Copy()
	as.Credentials = credentials.NewStaticCredentialsProvider(*got.Credentials.AccessKeyId, *got.Credentials.SecretAccessKey, *got.Credentials.SessionToken)
	me, err = sts.NewFromConfig(as).GetCallerIdentity(background, &sts.GetCallerIdentityInput{})
	if err != nil || *me.Arn != "arn:aws:sts::222233334444:assumed-role/breakglass/ana" || *me.Arn != *got.AssumedRoleUser.Arn || !strings.HasSuffix(*me.UserId, ":ana") {
		t.Errorf("%+v, %v", me, err)
	}
	s.Faults().Deny("ecs:ListClusters")
	if err := clusters(ecs.NewFromConfig(as)); err == nil || !strings.Contains(err.Error(), "User: arn:aws:sts::222233334444:assumed-role/breakglass/ana is not") {
		t.Error(err)
	}
	for _, in := range []sts.AssumeRoleInput{
		{RoleArn: ptr("arn:aws:iam::222233334444:role/x-denied"), RoleSessionName: ptr("ana")},
		{RoleArn: ptr("arn:aws:iam::999999999999:role/x"), RoleSessionName: ptr("ana")},
	} {
		if _, err := c.AssumeRole(background, &in); code(t, err) != "AccessDenied" {
			t.Error(err)
		}
	}
	for _, in := range []sts.AssumeRoleInput{
		{RoleArn: ptr("nobody"), RoleSessionName: ptr("ana")}, {RoleArn: &role, RoleSessionName: ptr("a b")},
		{RoleArn: &role, RoleSessionName: ptr("ana"), DurationSeconds: ptr(int32(60))},
	} {
		if _, err := c.AssumeRole(background, &in); code(t, err) != "ValidationError" {
			t.Error(err)
		}
	}
}

func TestStrangersAreRefused(t *testing.T) {
	_, cfg := serve(t, sim.Options{})
	other, err := sim.New(sim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	id, secret, _ := other.Static("")
	cfg.Credentials = credentials.NewStaticCredentialsProvider(id, secret, "")
	if got := code(t, clusters(ecs.NewFromConfig(cfg))); got != "UnrecognizedClientException" {
		t.Error(got)
	}
	_, err = sts.NewFromConfig(cfg).GetCallerIdentity(background, &sts.GetCallerIdentityInput{})
	if code(t, err) != "InvalidClientTokenId" {
		t.Error(err)
	}
}

func TestEnv(t *testing.T) {
	s, err := sim.New(sim.Options{Region: "eu-west-1"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	id, secret, region := s.Static("http://127.0.0.1:1")
	want := []string{
		"export AWS_ENDPOINT_URL=http://127.0.0.1:1", "export AWS_ACCESS_KEY_ID=" + id, "export AWS_SECRET_ACCESS_KEY=" + secret,
		"export AWS_REGION=eu-west-1", "export AWS_DEFAULT_REGION=eu-west-1", "export AWS_DISABLE_HOST_PREFIX_INJECTION=true",
		"export AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=false", "unset AWS_PROFILE AWS_SESSION_TOKEN",
	}
	if got := s.Env("http://127.0.0.1:1"); strings.Join(got, "\n") != strings.Join(want, "\n") || region != "eu-west-1" {
		t.Errorf("%q", got)
	}
	if strings.ContainsAny(id+secret, " $\"'`\\;&|<>()*?~#!") {
		t.Error("a shell would read the keys")
	}
}

func TestOtherRegionsAreEmpty(t *testing.T) {
	_, cfg := serve(t, sim.Options{})
	cfg.Region = "us-east-1"
	c := ecs.NewFromConfig(cfg)
	out, err := c.ListClusters(background, &ecs.ListClustersInput{})
	if err != nil || len(out.ClusterArns) != 0 {
		t.Errorf("%v, %v", out, err)
	}
	_, err = c.ListServices(background, &ecs.ListServicesInput{Cluster: ptr("prod")})
	if code(t, err) != "ClusterNotFoundException" {
		t.Error(err)
	}
}

// TestServeAndClose: a server on a socket leaves nothing behind.
func TestServeAndClose(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	s, err := sim.New(sim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	client := sim.Client((&net.Dialer{}).DialContext)
	id, secret, region := s.Static("")
	c := ecs.New(ecs.Options{
		Region: region, BaseEndpoint: sdkaws.String("http://" + l.Addr().String()), HTTPClient: client,
		Credentials: credentials.NewStaticCredentialsProvider(id, secret, ""),
	})
	if err := clusters(c); err != nil {
		t.Fatal(err)
	}
	client.CloseIdleConnections()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := <-done; !errors.Is(err, sim.ErrClosed) {
		t.Error(err)
	}
	if err := s.Serve(l); !errors.Is(err, sim.ErrClosed) {
		t.Errorf("Serve after Close: %v", err)
	}
}
