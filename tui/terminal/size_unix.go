//go:build unix

package terminal

import (
	"os"
	"os/signal"
	"syscall"
)

// watchSize tells when the terminal's size may have changed.
func watchSize() (changed <-chan struct{}, stop func()) {
	signals, out, quit, done := make(chan os.Signal, 1), make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	signal.Notify(signals, syscall.SIGWINCH)
	go func() {
		defer close(done)
		for {
			select {
			case <-quit:
				return
			case <-signals:
				select {
				case out <- struct{}{}:
				default:
				}
			}
		}
	}()
	return out, func() {
		signal.Stop(signals)
		close(quit)
		<-done
	}
}
