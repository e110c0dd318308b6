package api

import (
	"context"
	"net/http"
	"time"

	"ecsole/aws/sim/wire"
)

// Call is one request that has passed the front: routed, its signature verified,
// neither throttled nor denied.
type Call struct {
	Context   context.Context
	Service   string // "ecs"
	Operation string // "ListClusters"
	Protocol  wire.Protocol
	Request   *http.Request // its body is read already
	RequestID string
	Account   string // twelve digits
	Region    string // of the credential scope
	Principal Principal
	Now       time.Time // the world's clock
	// Input is the decoded request, by the names of AWS's members.
	Input wire.Tree
}

// Principal is who signed the call.
type Principal struct {
	Account, ARN, UserID string
	AccessKey            string
}

// Action is the IAM action of the call: "ecs:ListClusters".
func (c *Call) Action() string { return c.Service + ":" + c.Operation }

// Bind fills a struct from the input by its json tags. Numbers and booleans that
// arrive as text (query, paths) are converted; time.Time takes the protocol's
// timestamp; unknown members are ignored, as AWS does. A member of the wrong type
// is a SerializationException.
func (c *Call) Bind(v any) error {
	if err := wire.Bind(c.Input, v, c.Protocol); err != nil {
		return &Error{Code: "SerializationException", Message: err.Error()}
	}
	return nil
}

// StreamHost is the scheme ("ws" or "wss") and host under which the client
// reached the simulator, for URLs that are handed out.
func (c *Call) StreamHost() (scheme, host string) {
	if c.Request.TLS != nil {
		return "wss", c.Request.Host
	}
	return "ws", c.Request.Host
}
