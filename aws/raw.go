package aws

import (
	"context"
	"sync"
)

// RawBody holds the bytes of answers as they came over the wire.
type RawBody struct {
	mu   sync.Mutex
	body []byte
}

// Bytes is the body of the latest answer under the context, nil if there was none.
func (r *RawBody) Bytes() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.body
}

type rawKey struct{}

// CaptureRaw returns a context under which the chain keeps the body of the answer.
func CaptureRaw(ctx context.Context) (context.Context, *RawBody) {
	r := &RawBody{}
	return context.WithValue(ctx, rawKey{}, r), r
}
