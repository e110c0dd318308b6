package aws

import (
	"context"
	"sync"
)

// RawBody holds the bytes of an answer as they came over the wire.
type RawBody struct {
	mu   sync.Mutex
	body []byte
}

// Bytes is the body of the latest successful answer under the context, nil if there
// was none. It must not be changed.
func (r *RawBody) Bytes() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.body
}

func (r *RawBody) set(b []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.body = b
}

type rawKey struct{}

// CaptureRaw returns a context under which the chain keeps the body of the answer.
// Calls that run at the same time need a context each.
func CaptureRaw(ctx context.Context) (context.Context, *RawBody) {
	r := &RawBody{}
	return context.WithValue(ctx, rawKey{}, r), r
}
