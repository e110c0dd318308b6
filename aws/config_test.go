package aws_test

import (
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"ecsole/aws"
	"ecsole/aws/sim"
)

// environment clears what would lead a test astray and sets the AWS files.
func environment(t *testing.T, config, credentials string) (home string) {
	t.Helper()
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if strings.HasPrefix(name, "AWS_") || strings.HasSuffix(strings.ToUpper(name), "_PROXY") {
			t.Setenv(name, "") // so that it comes back
			os.Unsetenv(name)
		}
	}
	home = t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	for name, text := range map[string]string{"CONFIG_FILE": config, "SHARED_CREDENTIALS_FILE": credentials} {
		path := filepath.Join(home, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv("AWS_"+name, path)
	}
	return home
}

// simulated starts a simulator for a profile-based account: its keys as a section of
// the credentials file.
func simulated(t *testing.T) (*sim.Sim, aws.Options, string) {
	t.Helper()
	s, o := start(t, sim.Options{})
	keys := "aws_access_key_id = " + o.Static.AccessKey + "\naws_secret_access_key = " + o.Static.SecretKey + "\n"
	return s, aws.Options{Dial: o.Dial, Region: o.Static.Region}, keys
}

func TestProfileWithKeys(t *testing.T) {
	s, o, keys := simulated(t)
	environment(t, "[profile prod]\nregion = eu-central-1\nendpoint_url = http://"+host+"\n[profile bad]\nregion=eu-central-1\n", "[prod]\n"+keys)
	o.Profile, o.Region = "prod", ""
	a := openAccount(t, o)
	if n := s.Faults().Calls("*"); n != 0 {
		t.Errorf("opening made %d calls", n)
	}
	if c := a.Credentials(); c.Kind != aws.CredentialsUnknown || c.Source != "profile prod (keys)" {
		t.Errorf("%+v", c)
	}
	if a.Profile() != "prod" || a.Region() != "eu-central-1" || a.Endpoint() != host {
		t.Error(a.Profile(), a.Region(), a.Endpoint())
	}
	if _, err := a.Identity(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c := a.Credentials(); c.Kind != aws.CredentialsValid || c.Err != nil {
		t.Errorf("%+v", c)
	}
	creds, err := a.AWSCredentials(t.Context())
	if err != nil || !creds.HasKeys() {
		t.Errorf("%v", err)
	}
}

func TestProfileOfTheEnvironment(t *testing.T) {
	_, o, keys := simulated(t)
	environment(t, "[profile prod]\nregion = eu-central-1\n", "[prod]\n"+keys)
	t.Setenv("AWS_PROFILE", "prod")
	t.Setenv("AWS_ENDPOINT_URL", "http://"+host)
	o.Region = ""
	a := openAccount(t, o)
	if a.Profile() != "prod" {
		t.Error(a.Profile())
	}
	if _, err := a.Identity(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestConfigurationThatCannotBeUsed(t *testing.T) {
	environment(t, "[profile prod]\n", "")
	for _, c := range []struct {
		o     aws.Options
		class aws.Class
		text  string
	}{
		{aws.Options{Profile: "none", Region: "eu-central-1"}, aws.NotFound, "there is no profile none"},
		{aws.Options{Profile: "prod"}, aws.Invalid, "no region"},
	} {
		_, err := aws.Open(t.Context(), c.o)
		if e := aws.AsError(err); e == nil || e.Class != c.class || !strings.Contains(e.Text, c.text) || e.Hint == "" {
			t.Errorf("%+v", e)
		}
	}
}

// where finds the host that a call goes to.
func where(t *testing.T, cfg sdk.Config, call func(sdk.Config) error) (got string) {
	t.Helper()
	cfg.HTTPClient = doer(func(r *http.Request) (*http.Response, error) {
		got = r.URL.Host
		return nil, errSeen
	})
	cfg.Retryer = func() sdk.Retryer { return sdk.NopRetryer{} }
	if err := call(cfg); !errors.Is(err, errSeen) {
		t.Fatal(err)
	}
	return got
}

func TestHosts(t *testing.T) {
	list := func(c sdk.Config) error {
		_, err := ecs.NewFromConfig(c).ListClusters(t.Context(), &ecs.ListClustersInput{})
		return err
	}
	tail := func(c sdk.Config) error {
		_, err := cloudwatchlogs.NewFromConfig(c).StartLiveTail(t.Context(), &cloudwatchlogs.StartLiveTailInput{LogGroupIdentifiers: []string{"g"}})
		return err
	}
	for _, c := range []struct {
		name, region string
		env          map[string]string
		config       string
		call         func(sdk.Config) error
		host         string
		endpoint     string
		partition    string
	}{
		{name: "AWS", call: list, host: "ecs.eu-central-1.amazonaws.com"},
		{name: "China", region: "cn-north-1", call: list, host: "ecs.cn-north-1.amazonaws.com.cn", partition: "aws-cn"},
		{name: "GovCloud", region: "us-gov-west-1", call: list, host: "ecs.us-gov-west-1.amazonaws.com", partition: "aws-us-gov"},
		{name: "FIPS", region: "us-east-1", env: map[string]string{"AWS_USE_FIPS_ENDPOINT": "true"}, call: list, host: "ecs-fips.us-east-1.amazonaws.com"},
		{name: "dual stack", config: "use_dualstack_endpoint = true\n", call: list, host: "ecs.eu-central-1.api.aws"},
		{name: "live tail", call: tail, host: "stream-logs.eu-central-1.amazonaws.com"},
		{name: "live tail without prefix", env: map[string]string{"AWS_DISABLE_HOST_PREFIX_INJECTION": "true"}, call: tail, host: "logs.eu-central-1.amazonaws.com"},
		{name: "custom", env: map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}, call: list, host: "127.0.0.1:4566", endpoint: "127.0.0.1:4566"},
		{name: "custom live tail", env: map[string]string{"AWS_ENDPOINT_URL": "http://local.test:4566"}, call: tail, host: "local.test:4566", endpoint: "local.test:4566"},
		{name: "custom for ECS", env: map[string]string{"AWS_ENDPOINT_URL_ECS": "http://ecs.test"}, call: list, host: "ecs.test", endpoint: "ecs.test"},
		{name: "custom for ECS, live tail", env: map[string]string{"AWS_ENDPOINT_URL_ECS": "http://ecs.test"}, call: tail, host: "stream-logs.eu-central-1.amazonaws.com", endpoint: "ecs.test"},
		{name: "custom for both", env: map[string]string{"AWS_ENDPOINT_URL": "http://all.test", "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": "http://logs.test"}, call: tail, host: "logs.test", endpoint: "all.test, logs.test"},
		{name: "custom for a service of the examinations", env: map[string]string{"AWS_ENDPOINT_URL_IAM": "http://iam.test", "AWS_ENDPOINT_URL_EC2": "http://ec2.test"}, call: list, host: "ecs.eu-central-1.amazonaws.com", endpoint: "ec2.test, iam.test"},
		{name: "ignored", env: map[string]string{"AWS_ENDPOINT_URL": "http://x.test", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, call: tail, host: "stream-logs.eu-central-1.amazonaws.com"},
		{name: "of the profile", config: "endpoint_url = http://p.test\n", call: list, host: "p.test", endpoint: "p.test"},
	} {
		t.Run(c.name, func(t *testing.T) {
			environment(t, "[default]\naws_access_key_id = A\naws_secret_access_key = S\n"+c.config, "")
			for k, v := range c.env {
				t.Setenv(k, v)
			}
			if c.region == "" {
				c.region = "eu-central-1"
			}
			if c.partition == "" {
				c.partition = "aws"
			}
			a := openAccount(t, aws.Options{Region: c.region})
			if got := where(t, a.Config(), c.call); got != c.host {
				t.Errorf("%s, want %s", got, c.host)
			}
			if a.Endpoint() != c.endpoint || a.Partition() != c.partition {
				t.Errorf("endpoint %q, partition %q", a.Endpoint(), a.Partition())
			}
			if got := where(t, a.ConfigIn("ap-south-1"), c.call); a.Endpoint() == "" && !strings.Contains(got, "ap-south-1") {
				t.Errorf("in another region: %s", got)
			}
		})
	}
}

func TestPartitions(t *testing.T) {
	for region, want := range map[string]string{
		"eu-central-1": "aws", "cn-northwest-1": "aws-cn", "us-gov-east-1": "aws-us-gov", "us-iso-east-1": "aws-iso",
		"us-isob-east-1": "aws-iso-b", "eusc-de-east-1": "aws-eusc", "us-isof-south-1": "aws-iso-f", "": "aws",
	} {
		if got := aws.PartitionOf(region); got != want {
			t.Errorf("%s: %s, want %s", region, got, want)
		}
	}
}

func TestCertificatesOfTheEnvironment(t *testing.T) {
	s, err := sim.New(sim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	srv := httptest.NewUnstartedServer(s)
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // the handshake that is meant to fail
	srv.StartTLS()
	defer srv.Close()
	key, secret, region := s.Static("")
	home := environment(t, "", "[default]\naws_access_key_id = "+key+"\naws_secret_access_key = "+secret+"\n")
	t.Setenv("AWS_ENDPOINT_URL", srv.URL)
	a := openAccount(t, aws.Options{Region: region})
	_, err = a.Identity(t.Context())
	if e := aws.AsError(err); e == nil || e.Class != aws.Network || !strings.Contains(e.Text, "not trusted") {
		t.Errorf("a stranger's certificate: %v", err)
	}
	bundle := filepath.Join(home, "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})
	if err := os.WriteFile(bundle, text, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CA_BUNDLE", bundle)
	a = openAccount(t, aws.Options{Region: region})
	if _, err := a.Identity(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a.TLS().RootCAs == nil {
		t.Error("the bundle is not in the account's TLS configuration")
	}
}
