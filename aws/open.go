package aws

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"
)

const (
	connectTimeout = 5 * time.Second
	keepAlive      = 15 * time.Second
	// idleConns per host: a refresh of many batches at once should not dial anew.
	idleConns = 32
)

// Open makes an account. It does no network: credentials are resolved when the first
// call needs them. It fails, with an *Error, where the configuration is broken, the
// profile does not exist, or no region is set.
func Open(ctx context.Context, o Options) (*Account, error) {
	a := &Account{
		opts: o, pacer: o.Pacer, meter: newMeter(), problems: &Problems{},
		owned: map[string]*owned{},
	}
	if a.pacer == nil {
		a.pacer = NewPacer()
	}
	// The account outlives the context under which it was opened.
	a.ctx, a.cancel = context.WithCancel(context.WithoutCancel(ctx))
	var err error
	if o.Static != nil {
		a.static(*o.Static)
	} else {
		err = a.load(ctx)
	}
	if err != nil {
		a.cancel()
		return nil, err
	}
	if a.cfg.Region == "" {
		a.cancel()
		return nil, &Error{Class: Invalid, Text: "no region is set for profile " + a.profile,
			Hint: "choose one with --region, AWS_REGION or in the profile"}
	}
	a.cfg.Credentials = a.creds.cache
	a.cfg.HTTPClient = a.http
	a.cfg.APIOptions = []func(*middleware.Stack) error{a.chain}
	a.cfg.Retryer = func() sdk.Retryer { return newRetryer() }
	a.cfg.Logger = logging.Nop{}
	a.cfg.ClientLogMode = 0
	if a.cfg.AppID == "" {
		a.cfg.AppID = "ecsole"
	}
	a.buckets.Store(a.pacer.scope(a.scopeKey("profile " + a.profile)))
	return a, nil
}

// static builds everything by hand, without the SDK's loading, which would read the
// environment, files and an instance's metadata.
func (a *Account) static(s Static) {
	a.profile = first(s.Name, a.opts.Profile, "static")
	a.transportFrom(&http.Transport{
		TLSHandshakeTimeout: 10 * time.Second, IdleConnTimeout: 90 * time.Second, ForceAttemptHTTP2: true,
	})
	a.transport.Proxy = nil
	a.endpoints = endpoints{all: s.Endpoint}
	a.cfg = sdk.Config{Region: first(a.opts.Region, s.Region)}
	if s.Endpoint != "" {
		a.cfg.BaseEndpoint = &s.Endpoint
	}
	a.creds = newCredentials(a, staticSource(s))
}

// load reads the configuration as every AWS tool does.
func (a *Account) load(ctx context.Context) error {
	a.profile = first(a.opts.Profile, os.Getenv("AWS_PROFILE"), os.Getenv("AWS_DEFAULT_PROFILE"), "default")
	cfg, err := a.loadConfig(ctx)
	if err != nil {
		return configError(a.profile, err)
	}
	a.cfg = cfg
	tr := awshttp.NewBuildableClient().GetTransport()
	if b, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok { // with the certificates of AWS_CA_BUNDLE
		tr = b.GetTransport()
	}
	a.transportFrom(tr)
	a.endpoints = endpoints{
		sources: cfg.ConfigSources, ignored: endpointsIgnored(ctx, cfg.ConfigSources),
		plainHosts: strings.EqualFold(os.Getenv("AWS_DISABLE_HOST_PREFIX_INJECTION"), "true"),
	}
	if cfg.BaseEndpoint != nil {
		a.endpoints.all = *cfg.BaseEndpoint
	}
	a.creds = newCredentials(a, sourceOf(a, cfg))
	return nil
}

func (a *Account) loadConfig(ctx context.Context) (sdk.Config, error) {
	options := []func(*config.LoadOptions) error{
		config.WithAPIOptions([]func(*middleware.Stack) error{a.credentialChain}),
		config.WithRetryer(func() sdk.Retryer { return newRetryer() }),
		config.WithLogger(logging.Nop{}),
		// "auto" would ask the instance's metadata service for its region.
		config.WithDefaultsMode(sdk.DefaultsModeStandard),
		config.WithAssumeRoleCredentialOptions(func(o *stscreds.AssumeRoleOptions) {
			device := sdk.ToString(o.SerialNumber)
			o.TokenProvider = func() (string, error) { return a.askMFA(device) }
			if o.RoleSessionName == "" {
				o.RoleSessionName = "ecsole"
			}
			// Every role grants an hour; the SDK's quarter would ask for a code four
			// times in it.
			if o.SerialNumber != nil && o.Duration == 0 {
				o.Duration = time.Hour
			}
		}),
	}
	if a.opts.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(a.opts.Profile))
	}
	if a.opts.Region != "" {
		options = append(options, config.WithRegion(a.opts.Region))
	}
	return config.LoadDefaultConfig(ctx, options...)
}

func configError(profile string, err error) error {
	var missing config.SharedConfigProfileNotExistError
	e := &Error{Class: Invalid, Err: err, Text: "the AWS configuration cannot be used: " + oneLine(err.Error())}
	if errors.As(err, &missing) {
		e.Class, e.Text = NotFound, "there is no profile "+profile+" in the AWS configuration"
		e.Hint = "the files are ~/.aws/config and ~/.aws/credentials, or those of AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE; :ctx lists their profiles"
	}
	return e
}

// transportFrom makes the HTTP client of everything that this account sends. It is
// not one of the SDK's own: those are rebuilt by every service client with a dialer
// of their own, which would go past Options.Dial.
func (a *Account) transportFrom(tr *http.Transport) {
	tr.DialContext = (&net.Dialer{Timeout: connectTimeout, KeepAlive: keepAlive}).DialContext
	tr.MaxIdleConnsPerHost = idleConns
	if a.opts.Dial != nil {
		tr.DialContext, tr.Proxy = a.opts.Dial, nil
	}
	a.transport = tr
	a.http = &http.Client{
		Transport: plainBodies{tr},
		// A signature holds for one host; AWS does not redirect these services.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// withoutEnvironment takes out of a User-Agent what the SDK takes from the
// environment (AWS_EXECUTION_ENV).
func withoutEnvironment(agent string) string {
	words := strings.Fields(agent)
	kept := words[:0]
	for _, w := range words {
		if !strings.HasPrefix(w, "exec-env/") {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " ")
}
