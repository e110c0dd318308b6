package aws_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"ecsole/aws"
	"ecsole/aws/sim"
)

const childEnv = "ECSOLE_TEST_STATIC_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		if err := staticChild(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// A static account is all there is. The child runs under an environment in which
// every variable leads astray and every file blocks whoever opens it.
func TestStaticReadsNoEnvironmentAndNoFile(t *testing.T) {
	home := t.TempDir()
	trap := filepath.Join(home, "trap")
	if err := syscall.Mkfifo(trap, 0o600); err != nil { // opening it waits for ever
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(home, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"config", "credentials"} {
		if err := os.Link(trap, filepath.Join(home, ".aws", name)); err != nil {
			t.Fatal(err)
		}
	}
	env := []string{childEnv + "=1", "HOME=" + home, "PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.Getenv("TMPDIR")}
	for _, name := range []string{"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CA_BUNDLE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"} {
		env = append(env, name+"="+trap)
	}
	for name, value := range map[string]string{
		"AWS_PROFILE": "poison", "AWS_DEFAULT_PROFILE": "poison", "AWS_REGION": "poison-1", "AWS_DEFAULT_REGION": "poison-1",
		"AWS_ACCESS_KEY_ID": "POISON", "AWS_SECRET_ACCESS_KEY": "POISON", "AWS_SESSION_TOKEN": "POISON",
		"AWS_ENDPOINT_URL": "http://poison", "AWS_ENDPOINT_URL_ECS": "http://poison", "AWS_ENDPOINT_URL_STS": "http://poison",
		"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true", "AWS_USE_FIPS_ENDPOINT": "true", "AWS_USE_DUALSTACK_ENDPOINT": "true",
		"AWS_SDK_UA_APP_ID": "poison", "AWS_EXECUTION_ENV": "poison", "AWS_LAMBDA_FUNCTION_NAME": "poison", "_X_AMZN_TRACE_ID": "Root=poison",
		"AWS_MAX_ATTEMPTS": "poison", "AWS_RETRY_MODE": "poison", "AWS_DEFAULTS_MODE": "auto",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://poison/", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://poison",
		"HTTP_PROXY": "http://poison:1", "HTTPS_PROXY": "http://poison:1", "http_proxy": "http://poison:1",
	} {
		env = append(env, name+"="+value)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, exe)
	cmd.Env = env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func staticChild() error {
	s, err := sim.New(sim.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	l, dial := sim.Pipe()
	go func() { _ = s.Serve(l) }()
	key, secret, region := s.Static("")
	static := &aws.Static{Endpoint: "http://" + host, AccessKey: key, SecretKey: secret, Region: region, Name: "demo"}
	proxied, err := aws.Open(context.Background(), aws.Options{Static: static})
	if err != nil {
		return err
	}
	defer proxied.Close()
	if proxied.Proxy() != nil {
		return errors.New("the proxy of the environment counts")
	}
	a, err := aws.Open(context.Background(), aws.Options{Static: static, Dial: dial})
	if err != nil {
		return err
	}
	defer a.Close()
	if a.Profile() != "demo" || a.Region() != region || a.Endpoint() != host {
		return fmt.Errorf("profile %q, region %q, endpoint %q", a.Profile(), a.Region(), a.Endpoint())
	}
	if c := a.Credentials(); c.Source != "static" {
		return fmt.Errorf("credentials %+v", c)
	}
	var astray error
	cfg := a.Config()
	cfg.HTTPClient = sendWith(cfg.HTTPClient, func(r *http.Request) {
		if text := fmt.Sprint(r.URL, r.Header); strings.Contains(strings.ToLower(text), "poison") {
			astray = fmt.Errorf("the environment is in the request: %s", text)
		}
	})
	if _, err := sts.NewFromConfig(cfg).GetCallerIdentity(context.Background(), &sts.GetCallerIdentityInput{}); err != nil {
		return err
	}
	if _, err := ecs.NewFromConfig(cfg).ListClusters(context.Background(), &ecs.ListClustersInput{}); err != nil {
		return err
	}
	if _, err := a.Identity(context.Background()); err != nil {
		return err
	}
	if hosts := a.Meter().Hosts(); len(hosts) != 1 || hosts[0] != host {
		return fmt.Errorf("hosts %q", hosts)
	}
	return astray
}
