package channel

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/gorilla/websocket"
)

const (
	firstTries  = 4
	firstWait   = 100 * time.Millisecond
	longestWait = 10 * time.Second
	askTimeout  = 20 * time.Second
	// refusalsAtMost is how often in a row a token that was just given may be refused.
	refusalsAtMost = 3
)

// connectFirst opens the first connection. Right after ExecuteCommand the gateway may
// not know the session yet, so it is tried a few times.
func (c *Channel) connectFirst(ctx context.Context) (*link, error) {
	wait := firstWait
	for try := 1; ; try++ {
		l, err := c.connect(ctx, c.cfg.URL, c.cfg.Token)
		if err == nil {
			return l, nil
		}
		if try == firstTries || ctx.Err() != nil || c.final(err) {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(wait):
			wait *= 2
		}
	}
}

func (c *Channel) final(err error) bool { return c.cfg.Final != nil && c.cfg.Final(err) }

// supervise keeps the channel connected until it ends.
func (c *Channel) supervise(l *link) {
	refused := 0
	wait := firstWait
	for {
		err := l.serve()
		if c.ctx.Err() != nil {
			c.finish(Result{Err: ErrClosed})
			return
		}
		if l.frames.Load() > 0 {
			refused, wait = 0, firstWait
		} else if isRefusal(err) {
			if refused++; refused >= refusalsAtMost {
				c.finish(Result{Err: fmt.Errorf("%w (%w)", ErrRefused, err)})
				return
			}
		}
		c.cfg.Note(Note{Kind: Lost, Err: err})
		if l = c.reconnect(&wait); l == nil {
			return
		}
		c.cfg.Note(Note{Kind: Back})
	}
}

// isRefusal says that the service has closed the connection for a reason of policy.
func isRefusal(err error) bool {
	var e *websocket.CloseError
	return errors.As(err, &e) && (e.Code == websocket.ClosePolicyViolation || e.Code >= 4000)
}

// reconnect asks for tokens and dials until there is a connection; nil is the end.
func (c *Channel) reconnect(wait *time.Duration) *link {
	lost := time.Now()
	url := c.cfg.URL
	for {
		l, err := c.reconnectOnce(&url)
		switch {
		case err == nil:
			return l
		case c.ctx.Err() != nil:
			c.finish(Result{Err: ErrClosed})
			return nil
		case errors.Is(err, ErrOver), c.final(err):
			c.finish(Result{Err: err})
			return nil
		case time.Since(lost) > c.cfg.GiveUp:
			c.finish(Result{Err: fmt.Errorf("%w: %w", ErrLost, err)})
			return nil
		}
		select {
		case <-c.ctx.Done():
		case <-time.After(*wait + rand.N(*wait/4+1)):
		}
		*wait = min(*wait*2, longestWait)
	}
}

func (c *Channel) reconnectOnce(url *string) (*link, error) {
	ctx, cancel := context.WithTimeout(c.ctx, askTimeout)
	defer cancel()
	if c.cfg.Resume == nil {
		return nil, ErrOver
	}
	to, token, err := c.cfg.Resume(ctx)
	if err != nil {
		return nil, err
	}
	if token == "" {
		return nil, ErrOver
	}
	if to != "" {
		*url = to
	}
	return c.connect(ctx, *url, token)
}
