//go:build !unix

package terminal

// watchSize tells nothing: this system has no signal for it.
func watchSize() (changed <-chan struct{}, stop func()) { return nil, func() {} }
