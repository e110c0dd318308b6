package aws

import (
	"context"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
)

// endpoints are the custom endpoints: AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_<SERVICE>
// and their like in the configuration files.
type endpoints struct {
	all     string // for every service without one of its own
	sources []any  // of the SDK's configuration; nil reads nothing
	ignored bool
	// plainHosts: AWS_DISABLE_HOST_PREFIX_INJECTION
	plainHosts bool
}

// of is the custom endpoint of a service by its SDK id, or "". It decides as the
// SDK's service clients do.
func (e endpoints) of(serviceID string) string {
	if e.ignored {
		return ""
	}
	if e.sources == nil {
		return e.all
	}
	_, everywhere := os.LookupEnv("AWS_ENDPOINT_URL")
	_, here := os.LookupEnv("AWS_ENDPOINT_URL_" + strings.ToUpper(strings.ReplaceAll(serviceID, " ", "_")))
	if everywhere && !here {
		return e.all
	}
	for _, s := range e.sources {
		p, ok := s.(interface {
			GetServiceBaseEndpoint(context.Context, string) (string, bool, error)
		})
		if !ok {
			continue
		}
		if u, found, err := p.GetServiceBaseEndpoint(context.Background(), serviceID); found && err == nil {
			return u
		}
	}
	return e.all
}

func (e endpoints) custom(serviceID string) bool { return e.of(serviceID) != "" }

// hosts names the hosts of all custom endpoints, that of ECS first.
func (e endpoints) hosts() string {
	var out []string
	for _, id := range []string{"ECS", "CloudWatch Logs", "CloudWatch", "GuardDuty", "SSM", "STS", "KMS", "EC2", "IAM"} {
		u, err := url.Parse(e.of(id))
		if err == nil && u.Host != "" && !slices.Contains(out, u.Host) {
			out = append(out, u.Host)
		}
	}
	return strings.Join(out, ", ")
}

// endpointsIgnored reads ignore_configured_endpoint_urls from the sources.
func endpointsIgnored(ctx context.Context, sources []any) bool {
	ignored, found, err := config.GetIgnoreConfiguredEndpoints(ctx, sources)
	return ignored && found && err == nil
}
