package agent

import (
	"context"
	"io"
	"net"
	"sync"

	"github.com/xtaci/smux"
)

// Dial opens a connection to a simulated service.
type Dial func(ctx context.Context) (net.Conn, error)

// Forward is the program of a port session: smux over the data channel, one stream
// for each of the client's connections, each to a connection of dial.
func Forward(dial Dial) Program {
	return ProgramFunc(func(ctx context.Context, t *Terminal) string {
		cfg := smux.DefaultConfig()
		cfg.KeepAliveDisabled = true // it would hold the session's idle time up
		mux, err := smux.Server(duplex{t}, cfg)
		if err != nil {
			return "Unable to start the multiplexer: " + err.Error()
		}
		stop := context.AfterFunc(ctx, func() { mux.Close() })
		defer stop()
		defer mux.Close()
		var wg sync.WaitGroup
		defer wg.Wait()
		for {
			stream, err := mux.AcceptStream()
			if err != nil {
				return ""
			}
			wg.Go(func() {
				defer stream.Close()
				far, err := dial(ctx)
				if err != nil {
					_ = t.Flag(FlagConnectToPortError) // the session is over if it cannot be sent
					return
				}
				join(ctx, stream, far)
			})
		}
	})
}

// join copies both ways until one side ends, then closes both.
func join(ctx context.Context, a, b io.ReadWriteCloser) {
	stop := context.AfterFunc(ctx, func() { a.Close(); b.Close() })
	defer stop()
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = io.Copy(a, b); a.Close() })
	wg.Go(func() { _, _ = io.Copy(b, a); b.Close() })
	wg.Wait()
}

// duplex is a terminal as the connection below smux; it ends with the session.
type duplex struct{ *Terminal }

func (duplex) Close() error { return nil }
