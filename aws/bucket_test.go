package aws

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
)

// What S3 answers about a bucket has no body: the status and the headers say it.
func TestLookBucket(t *testing.T) {
	const noError Class = -1
	for what, c := range map[string]struct {
		status         int
		header         map[string]string
		region, action string
		class          Class // where it is an error
	}{
		"it is there":                {200, map[string]string{"X-Amz-Bucket-Region": "eu-central-1"}, "eu-central-1", "", noError},
		"it is there, no region":     {200, nil, "", "", noError},
		"in another region":          {301, map[string]string{"X-Amz-Bucket-Region": "us-west-2", "Location": "http://127.0.0.1:1/"}, "us-west-2", "", noError},
		"in another, signed wrongly": {400, map[string]string{"X-Amz-Bucket-Region": "us-west-2"}, "us-west-2", "", noError},
		"not for us":                 {403, nil, "", "s3:ListBucket", Denied},
		"not there":                  {404, map[string]string{"X-Amz-Request-Id": "Q7"}, "", "", NotFound},
		"a server without S3":        {404, nil, "", "", Unsupported},
		"bad request":                {400, nil, "", "", Invalid},
	} {
		t.Run(what, func(t *testing.T) {
			seen := make(chan *http.Request, 9)
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				seen <- r
				for k, v := range c.header {
					w.Header().Set(k, v)
				}
				w.WriteHeader(c.status)
			}))
			defer s.Close()
			a, err := Open(t.Context(), Options{ReadOnly: true, Static: &Static{Endpoint: s.URL, AccessKey: "AKID", SecretKey: "s", Region: "eu-central-1"}})
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			region, err := a.LookBucket(t.Context(), "audit.logs")
			r := <-seen
			if r.Method != "HEAD" || r.URL.Path != "/audit.logs" || !strings.Contains(r.Header.Get("Authorization"), "/eu-central-1/s3/aws4_request") {
				t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
			}
			var e *Error
			errors.As(err, &e)
			switch {
			case (err == nil) != (c.class == noError) || region != c.region:
				t.Errorf("%q, %v", region, err)
			case err != nil && (e.Class != c.class || e.Action != c.action || e.Op != "s3:ListBucket"):
				t.Errorf("%+v", e)
			}
			if c.status == 404 && c.header != nil && e.RequestID != "Q7" {
				t.Errorf("the request's id is %q", e.RequestID)
			}
			if u := a.Meter().Stats(); len(u) != 1 || u[0].Op != "s3:ListBucket" || u[0].Calls != 1 {
				t.Errorf("the meter has %+v", u)
			}
		})
	}
}

type fips struct{}

func (fips) GetUseFIPSEndpoint(context.Context) (sdk.FIPSEndpointState, bool, error) {
	return sdk.FIPSEndpointStateEnabled, true, nil
}

func (fips) GetUseDualStackEndpoint(context.Context) (sdk.DualStackEndpointState, bool, error) {
	return sdk.DualStackEndpointStateEnabled, true, nil
}

func TestBucketURL(t *testing.T) {
	for _, c := range []struct {
		region, name, endpoint string
		sources                []any
		want                   string
	}{
		{"eu-central-1", "b.c", "", nil, "https://s3.eu-central-1.amazonaws.com/b.c"},
		{"cn-north-1", "b", "", nil, "https://s3.cn-north-1.amazonaws.com.cn/b"},
		{"us-gov-west-1", "b", "", []any{1, fips{}}, "https://s3-fips.dualstack.us-gov-west-1.amazonaws.com/b"},
		{"eu-central-1", "b", "http://localhost:4566", nil, "http://localhost:4566/b"},
		{"eu-central-1", "b", "http://localhost/s3/", nil, "http://localhost/s3/b"},
		{"eu-central-1", "b/../c", "", nil, ""},
		{"eu-central-1", "", "", nil, ""},
	} {
		a := &Account{cfg: sdk.Config{Region: c.region, ConfigSources: c.sources}, endpoints: endpoints{all: c.endpoint}}
		u, err := a.bucketURL(c.name)
		if (err != nil) != (c.want == "") || err == nil && u.String() != c.want {
			t.Errorf("%s in %s: %v, %v", c.name, c.region, u, err)
		}
	}
}
