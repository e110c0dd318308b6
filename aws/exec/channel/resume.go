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
	// lasting is how long a connection stands that is one, though nothing may come.
	lasting = 30 * time.Second
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
	var lost time.Time // since when no connection was of any use
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
		useless := l.frames.Load() == 0 && time.Since(l.opened) < lasting
		if !useless || lost.IsZero() {
			lost = time.Now()
		}
		c.cfg.Note(Note{Kind: Lost, Err: err})
		if useless { // it is no better than none
			if time.Since(lost) > c.cfg.GiveUp {
				c.finish(Result{Err: fmt.Errorf("%w: %w", ErrLost, err)})
				return
			}
			c.pause(&wait)
		}
		if l = c.reconnect(&wait, lost); l == nil {
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

// pause waits before the next try, and for longer the time after.
func (c *Channel) pause(wait *time.Duration) {
	select {
	case <-c.ctx.Done():
	case <-time.After(*wait + rand.N(*wait/4+1)):
	}
	*wait = min(*wait*2, longestWait)
}

// reconnect asks for tokens and dials until there is a connection; nil is the end.
func (c *Channel) reconnect(wait *time.Duration, lost time.Time) *link {
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
		c.pause(wait)
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
