package terminal

import (
	"os"
	"syscall"
)

// winch is the signal that a terminal sends to the programs in it. This process has
// another terminal, or none.
func (d *desk) winch() {
	d.t.Helper()
	if err := syscall.Kill(os.Getpid(), syscall.SIGWINCH); err != nil {
		d.t.Fatal(err)
	}
}
