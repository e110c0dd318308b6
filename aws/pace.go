package aws

import "context"

// Pacer holds the token buckets of this process, one per AWS throttle bucket,
// region and account.
type Pacer struct{}

// NewPacer makes a pacer with full buckets.
func NewPacer() *Pacer { return &Pacer{} }

type foregroundKey struct{}

// Foreground marks the calls made under the context as waited for: by a key that
// was pressed or a screen that has no rows yet. They may use more of AWS's budget
// than calls of the background, which is the default.
func Foreground(ctx context.Context) context.Context {
	return context.WithValue(ctx, foregroundKey{}, true)
}
