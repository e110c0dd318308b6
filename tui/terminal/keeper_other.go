//go:build !unix

package terminal

import (
	"errors"
	"os"
)

// Keeper looks after the terminal; this system has none.
type Keeper struct{}

// Keep is not to be had here.
func Keep(*os.File, string) (*Keeper, error) { return nil, errors.ErrUnsupported }

// Stop does nothing.
func (*Keeper) Stop() {}
