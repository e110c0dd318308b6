package aws_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"ecsole/aws"
	"ecsole/aws/sim"
)

// What AWS repeats of a request whose signature it refuses holds the session's token.
func TestNoTokenInErrorsOrJournal(t *testing.T) {
	const token = "FwoGZXIvYXdzEBYaDsecret"
	message := "The request signature we calculated does not match the signature you provided.\\n\\nThe Canonical String for this request should have been\\n'POST\\n/\\n\\nhost:x\\nx-amz-security-token:" + token + "\\n\\nhost'"
	for _, text := range []string{message, "bad header x-amz-security-token:" + token, "Authorization=AWS4-HMAC-SHA256 Credential=AKIA/x, Signature=" + token} {
		_, o := start(t, sim.Options{})
		o.Journal = openJournal(t)
		a := openAccount(t, o)
		n := names(t, a)
		cfg := a.Config()
		cfg.HTTPClient = doer(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 403, Header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}},
				Body: io.NopCloser(strings.NewReader(`{"__type":"InvalidSignatureException","message":"` + text + `"}`))}, nil
		})
		_, err := ecs.NewFromConfig(cfg).StopTask(withAct(t.Context(), n.task), &ecs.StopTaskInput{Cluster: &n.cluster, Task: &n.task})
		if e := aws.AsError(err); e == nil || e.Class != aws.Expired || strings.Contains(e.Error()+e.Hint, token) {
			t.Errorf("%+v", e)
		}
		journal, err := os.ReadFile(o.Journal.Path())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(journal), "InvalidSignatureException") || strings.Contains(string(journal), token) {
			t.Errorf("the journal: %s", journal)
		}
	}
}

// An act that may have been done is sent again only if twice is the same as once.
func TestActInDoubtIsNotDoneTwice(t *testing.T) {
	lost := errors.New("read: connection reset by peer")
	none := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	for _, c := range []struct {
		name  string
		force bool
		fault error
		sent  int
	}{
		{"a new deployment", true, lost, 1}, {"a count", false, lost, 2}, {"a new deployment that was never sent", true, none, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, o := start(t, sim.Options{})
			o.Journal = openJournal(t)
			a := openAccount(t, o)
			n := names(t, a)
			cfg, sent := a.Config(), 0
			next := cfg.HTTPClient
			cfg.HTTPClient = doer(func(r *http.Request) (*http.Response, error) {
				if sent++; sent == 1 {
					return nil, c.fault
				}
				return next.Do(r)
			})
			in := &ecs.UpdateServiceInput{Cluster: &n.cluster, Service: &n.service, ForceNewDeployment: c.force}
			if !c.force {
				in.DesiredCount = sdk.Int32(2)
			}
			ctx, cancel := context.WithTimeout(withAct(t.Context(), n.service), time.Minute)
			defer cancel()
			_, err := ecs.NewFromConfig(cfg).UpdateService(ctx, in)
			if sent != c.sent || (err == nil) != (c.sent == 2) {
				t.Errorf("sent %d times, want %d: %v", sent, c.sent, err)
			}
		})
	}
}
