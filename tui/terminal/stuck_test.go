package terminal

import (
	"strings"
	"sync/atomic"
	"testing"
)

// A terminal that takes nothing holds up the remote alone: not a notice, not a change of
// size, and not who wants to leave.
func TestStuckTerminal(t *testing.T) {
	for name, leave := range map[string]func(d *desk, s *shell){
		"ended":    func(d *desk, s *shell) { d.keys("~", ".") },
		"detached": func(d *desk, s *shell) { d.keys("~", "d") },
		"help":     func(d *desk, s *shell) { d.keys("~", "?"); d.keys("d") },
		"over":     func(d *desk, s *shell) { s.finish("bye") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, s := newDesk(t), newShell("one")
			d.run(s, Options{})
			d.mu.Lock() // what reads the terminal waits for it
			var taken atomic.Int64
			done := make(chan struct{})
			go func() {
				defer close(done)
				for range 64 {
					s.writes(strings.Repeat("x", 32<<10))
					taken.Add(32 << 10)
				}
			}()
			d.until("the remote to wait", func() bool { return taken.Load() > pumpLimit })
			s.tells("the connection is lost")
			leave(d, s)
			if err := d.left(); err != nil {
				t.Error(err)
			}
			d.mu.Unlock()
			<-done
		})
	}
}
