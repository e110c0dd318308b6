package views

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/screen"
)

// heard tells a browser that the account's watcher of findings has an answer.
type heard struct{}

// listen takes the watcher's answers, good or bad, as they come: the badges follow at
// once, not at the overlay's next turn.
func (b *Browser) listen() tea.Cmd {
	if b.badges() == nil {
		return nil
	}
	watcher := b.on.Findings
	return screen.Stream(b.work.Lane("heard"), 0, func(ctx context.Context, emit func(heard)) error {
		changed, done := watcher.Changed()
		defer done()
		for {
			select {
			case <-changed:
				emit(heard{})
			case <-ctx.Done():
				return nil
			}
		}
	})
}

// throttling tells that AWS has begun to refuse calls for their number.
type throttling struct{}

// watchThrottling has the header say at once that calls are being refused, while they
// are tried again and before any of them has failed.
func (b *Browser) watchThrottling() tea.Cmd {
	onset := b.on.Account.Meter().Onset()
	return screen.Stream(b.work.Lane("throttling"), 0, func(ctx context.Context, emit func(throttling)) error {
		for {
			select {
			case <-onset:
				emit(throttling{})
			case <-ctx.Done():
				return nil
			}
		}
	})
}

// heard draws the badges anew. What the overlay was waiting for is outdated.
func (b *Browser) heard(r screen.Result[heard]) tea.Cmd {
	if !screen.Current(b.work, r) || !r.More {
		return nil
	}
	o := b.badges()
	clear(o.asked)
	o.tried = time.Time{}
	b.work.Lane("overlay:" + o.name).Cancel()
	return screen.Batch(r.Next, b.decorate())
}

// badges is the overlay of findings, nil where the kind has none.
func (b *Browser) badges() *overlayState {
	for _, o := range b.overlays {
		if o.name == "findings" {
			return o
		}
	}
	return nil
}
