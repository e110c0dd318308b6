package aws_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// When the files hold other keys, who acts is asked anew: the journal and the header
// must not name who acted before.
func TestIdentityFollowsTheKeys(t *testing.T) {
	_, o, keys := simulated(t)
	home := environment(t, "[default]\n", "[default]\n"+keys)
	t.Setenv("AWS_ENDPOINT_URL", "http://"+host)
	o.Journal = openJournal(t)
	a := openAccount(t, o)
	before, err := a.Identity(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	role, err := sts.NewFromConfig(a.Config()).AssumeRole(withAct(t.Context(), "role/ops"), &sts.AssumeRoleInput{
		RoleArn: sdk.String("arn:aws:iam::" + before.Account + ":role/ops"), RoleSessionName: sdk.String("other"),
	})
	if err != nil {
		t.Fatal(err)
	}
	c := role.Credentials
	text := fmt.Sprintf("[default]\naws_access_key_id = %s\naws_secret_access_key = %s\naws_session_token = %s\n", *c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
	if err := os.WriteFile(filepath.Join(home, "SHARED_CREDENTIALS_FILE"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	a.Renew()
	if err := list(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	// By itself, for the header; nobody calls Identity again.
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
		if who, ok := a.KnownIdentity(); ok {
			if who.ARN == before.ARN || !strings.Contains(who.ARN, "assumed-role/ops") {
				t.Errorf("still known as %s", who.ARN)
			}
			return
		}
		if time.Now().After(end) {
			t.Fatal("nobody asks who it is now")
		}
	}
}
