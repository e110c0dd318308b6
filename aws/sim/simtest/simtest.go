// Package simtest starts simulators in tests, with a clock that the test moves.
package simtest

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"

	"ecsole/aws"
	"ecsole/aws/sim"
)

// Noon is where a Clock begins.
func Noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

// Clock is a world's time that stands still until it is moved.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// Now is the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Move puts the clock forward.
func (c *Clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// Rig is a running simulator, reached through memory, and what a client of the SDK
// needs to speak to it. AWS's own throttling is off until a test switches it on.
type Rig struct {
	*testing.T
	Sim    *sim.Sim
	Clock  *Clock
	Config sdkaws.Config // without retries
	dial   aws.Options
}

// readOnly hides WriteTo of the SDK's request bodies. The SDK closes a body when the
// answer begins, and a closed one's WriteTo gives io.EOF, for which net/http breaks
// the connection if the server was quicker than its own look for the body's end.
type readOnly struct{ next http.RoundTripper }

func (t readOnly) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		r = r.WithContext(r.Context())
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return t.next.RoundTrip(r)
}

// Start runs a simulator until the test ends. Without a Clock in the options its
// world stands at Noon.
func Start(t *testing.T, o sim.Options) *Rig {
	t.Helper()
	r := &Rig{T: t, Clock: &Clock{at: Noon()}}
	if o.Clock == nil {
		o.Clock = r.Clock.Now
	}
	s, err := sim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Faults().Buckets(false)
	l, dial := sim.Pipe()
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	transport := &http.Transport{DialContext: dial}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := <-served; !errors.Is(err, sim.ErrClosed) {
			t.Error(err)
		}
	})
	key, secret, region := s.Static("http://simulator")
	r.Sim = s
	r.Config = sdkaws.Config{
		Region: region, Credentials: credentials.NewStaticCredentialsProvider(key, secret, ""), BaseEndpoint: sdkaws.String("http://simulator"),
		HTTPClient: &http.Client{Transport: readOnly{transport}}, Retryer: func() sdkaws.Retryer { return sdkaws.NopRetryer{} },
	}
	r.dial = aws.Options{Dial: dial, Static: &aws.Static{Endpoint: "http://simulator", AccessKey: key, SecretKey: secret, Region: region, Name: "test"}}
	return r
}

// Account opens an account on the simulator, with its whole chain. It is closed
// before the simulator.
func (r *Rig) Account() *aws.Account {
	r.Helper()
	a, err := aws.Open(r.Context(), r.dial)
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(a.Close)
	return a
}

// AccountWith opens an account with other keys.
func (r *Rig) AccountWith(keys aws.Static) *aws.Account {
	r.Helper()
	o := r.dial
	keys.Endpoint, keys.Region, keys.Name = o.Static.Endpoint, o.Static.Region, o.Static.Name
	o.Static = &keys
	a, err := aws.Open(r.Context(), o)
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(a.Close)
	return a
}

// Wants checks the code of an error, and a part of its message.
func (r *Rig) Wants(err error, code, part string) {
	r.Helper()
	var e smithy.APIError
	if !errors.As(err, &e) || e.ErrorCode() != code || !strings.Contains(e.ErrorMessage(), part) {
		r.Errorf("error is %v, want %s: …%s…", err, code, part)
	}
}
