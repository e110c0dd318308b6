package aws_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecsole/aws"
)

const configFile = `
; a comment
[default]
region = eu-central-1
output=json

[profile prod]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = ops
region = eu-west-1   # Dublin
s3 =
  region = not-this-one

[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-central-1

[profile "with space"]
role_arn = arn:aws:iam::444455556666:role/admin
source_profile = prod

[profile ci]
role_arn = arn:aws-cn:iam::777788889999:role/ci
web_identity_token_file = /var/run/token

[profile tool]
credential_process = /usr/bin/tool --json

[profile web]
login_session = arn:aws:sts::123456789012:assumed-role/x/y

[profile legacy]
sso_start_url = https://x
sso_account_id = 5

[profile bare]
[ignored]
region = us-east-1
[profile   ]
[unclosed
region = us-east-1
[services local]
ecs =
  endpoint_url = http://localhost
`

const credentialsFile = `
[default]
aws_access_key_id = AKIA
aws_secret_access_key = s
[only-keys]
aws_access_key_id=AKIA
`

func writeFiles(t *testing.T, config, credentials string) func(string) string {
	t.Helper()
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"config": config, "credentials": credentials} {
		if err := os.WriteFile(filepath.Join(home, ".aws", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return func(k string) string { return map[string]string{"HOME": home}[k] }
}

func TestProfiles(t *testing.T) {
	got, err := aws.Profiles(writeFiles(t, configFile, credentialsFile))
	if err != nil {
		t.Fatal(err)
	}
	want := []aws.Profile{
		{Name: "bare"},
		{Name: "ci", AccountID: "777788889999", Kind: "web identity"},
		{Name: "default", Region: "eu-central-1", Kind: "keys"},
		{Name: "legacy", Kind: "sso"},
		{Name: "only-keys", Kind: "keys"},
		{Name: "prod", Region: "eu-west-1", AccountID: "111122223333", Kind: "sso"},
		{Name: "tool", Kind: "process"},
		{Name: "web", AccountID: "123456789012", Kind: "login"},
		{Name: "with space", AccountID: "444455556666", Kind: "role"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestProfilesFromFilesOfTheEnvironment(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "c")
	if err := os.WriteFile(path, []byte("[profile x]\r\nregion=eu-north-1\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"AWS_CONFIG_FILE": path, "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(dir, "none")}
	got, err := aws.Profiles(func(k string) string { return env[k] })
	if d := cmp.Diff([]aws.Profile{{Name: "x", Region: "eu-north-1"}}, got); d != "" || err != nil {
		t.Error(d, err)
	}
	env["AWS_CONFIG_FILE"] = dir // a directory cannot be read
	if _, err := aws.Profiles(func(k string) string { return env[k] }); err == nil {
		t.Error("a config file that cannot be read is no error")
	}
}

func FuzzProfiles(f *testing.F) {
	f.Add(configFile, credentialsFile)
	f.Add("[profile a]\nx\n=\n[", "[b]\n\tc=d")
	f.Fuzz(func(t *testing.T, config, credentials string) {
		got, err := aws.Profiles(writeFiles(t, config, credentials))
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, p := range got {
			if p.Name == "" || seen[p.Name] || strings.ContainsAny(p.Name, "\n]") {
				t.Errorf("name %q", p.Name)
			}
			seen[p.Name] = true
			if p.AccountID != "" && len(p.AccountID) != 12 {
				t.Errorf("account %q", p.AccountID)
			}
		}
	})
}
