// Package api is the contract between the simulator's server and the services
// that answer in it. A service is one value: its names on the wire and a list of
// operations. The server routes, verifies signatures, throttles, denies, delays
// and encodes; an operation only reads its input and returns its output.
package api

import (
	"net/http"
)

// Service is one AWS service as its clients address it.
type Service struct {
	// Name is the prefix of IAM actions and of the fault switches: "ecs", "logs",
	// "cloudwatch", "guardduty", "ssm", "sts".
	Name string
	// Signing is the service name in the SigV4 credential scope where it differs
	// from Name ("monitoring" for CloudWatch).
	Signing string
	// Target is the prefix of X-Amz-Target ("AmazonEC2ContainerServiceV20141113")
	// and the service's name in RPC v2 CBOR paths; empty where it speaks neither.
	Target string
	// Namespace is the Smithy namespace that RPC v2 CBOR errors carry in front of
	// their code ("com.amazonaws.cloudwatch").
	Namespace string
	// JSON is the version of awsJson that is answered: "1.1" (default) or "1.0".
	JSON string
	// XMLNS is the name space of query answers; empty where query is not spoken.
	XMLNS string
	// EC2 marks the one service whose query is a dialect of its own: lists without
	// "member", answers without a result element, errors of another shape.
	EC2 bool
	// Version is the API version that query clients send.
	Version string
	// RequestID is the header of the request's id, where it is not X-Amzn-RequestId.
	RequestID string
	// Operations that are answered. What is missing is an unknown operation.
	Operations []Operation
	// Upgrades are paths outside the signed API, such as the data channel's
	// WebSocket. Their handlers check their own credentials.
	Upgrades []Upgrade
}

// SigningName is the service's name in a credential scope.
func (s Service) SigningName() string {
	if s.Signing != "" {
		return s.Signing
	}
	return s.Name
}

// Operation is one call of a service.
type Operation struct {
	Name string // "ListClusters"
	// Bucket throttles the operation; operations that name the same bucket within
	// one service share it. The zero Bucket never throttles.
	Bucket Bucket
	// Method and Path bind a REST-JSON operation: "GET", "/detector/{detectorId}".
	// Path labels, query parameters and body members all become input members.
	Method, Path string
	// Query renames query parameters of a REST-JSON operation where the wire name
	// is not the member's name: {"maxResults": "MaxResults"}.
	Query map[string]string
	// Resource names the ARN in the text of a denial; nil is "*".
	Resource func(*Call) string
	// Do answers. Its output is a struct with json tags (or a map), a *Stream, or
	// nil for an empty answer. An error that is not an *Error becomes a 500.
	Do func(*Call) (any, error)
}

// Bucket is a token bucket per account and Region.
type Bucket struct {
	Name   string
	Burst  float64 // calls
	Refill float64 // calls per second
}

// Upgrade is a path prefix that is served outside the signed API.
type Upgrade struct {
	Prefix  string // "/v1/data-channel/"
	Handler http.Handler
}
