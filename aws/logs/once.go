package logs

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"ecsole/aws"
	"ecsole/lines"
)

// onceBudget holds what was handed over lately, so that doubles are known.
const onceBudget = 64 << 20

// Once reads a range to its end and hands the lines over in order, in portions;
// with follow it then goes on until the context ends, handing over what is new as
// it comes: late lines come late. It is for output to a pipe: an error of emit ends
// it, as does one of reading that will not pass by itself before it follows. From then
// on say is told what hinders reading, and that it has passed.
func (h *Hub) Once(ctx context.Context, spec Spec, follow bool, emit func([]lines.Line, func(lines.StreamID) lines.Stream) error, say func(string)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	o := &output{hub: h, ctx: ctx, emit: emit, errs: make(chan error, 1)}
	if err := o.prepare(spec); err != nil {
		return err
	}
	defer o.tail.end()
	now := h.clock.now()
	from, to := o.span(now)
	if err := o.past(from, to); err != nil || !follow {
		return err
	}
	for _, p := range o.tail.pasts {
		f := h.follow(p.place, o)
		defer h.unfollow(f, o)
		o.tail.feeds = append(o.tail.feeds, f) // for its state
	}
	// What came while the past was read, and late into it.
	if err := o.past(now.Add(-settle-headEvery), h.clock.now()); err != nil {
		return err
	}
	if err := o.begin(); err != nil {
		return err
	}
	t := time.NewTicker(headEvery)
	defer t.Stop()
	told := told{say: say}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-o.errs:
			return err
		case <-t.C:
			if o.mu.TryLock() { // else it may be the reader who takes no more
				o.mu.Unlock()
				st := o.tail.state()
				told.look(&st)
			}
		}
	}
}

// output is a sink that hands over what it takes.
type output struct {
	hub  *Hub
	ctx  context.Context
	tail *tail
	emit func([]lines.Line, func(lines.StreamID) lines.Stream) error
	errs chan error

	mu   sync.Mutex
	open bool
	held []lines.Event // what feeds bring before the past has been read
}

func (o *output) prepare(spec Spec) error {
	o.tail = newTail(o.hub, "", spec, lines.NewBudget(onceBudget))
	if len(o.tail.pasts) > 0 {
		return nil
	}
	err := errors.New("none of the containers logs to CloudWatch")
	for _, n := range o.tail.notes() {
		err = errors.Join(err, errors.New(n))
	}
	return err
}

// span is the range in time.
func (o *output) span(now time.Time) (from, to time.Time) {
	r := o.tail.spec.Range
	from, to = r.From, r.To
	if to.IsZero() {
		to = now
	}
	switch {
	case r.Head:
		for i, p := range o.tail.pasts {
			if at := o.hub.oldest(o.ctx, p.place); i == 0 || at.Before(from) {
				from = at
			}
		}
	case from.IsZero():
		from = to.Add(-10 * time.Minute)
	}
	return from, to
}

// past reads a span of all places at once, merged page by page.
func (o *output) past(from, to time.Time) error {
	ctx := aws.Foreground(o.ctx)
	m := &merge{o: o, next: make([][]lines.Event, len(o.tail.pasts))}
	for i, p := range o.tail.pasts {
		m.pages = append(m.pages, o.hub.pages(ctx, p.place, from, to))
		if err := m.fill(i); err != nil {
			return err
		}
	}
	return m.run()
}

func (o *output) viewed() time.Time { return time.Now() }

// take hands over what a feed brings.
func (o *output) take(p place, in []types.FilteredLogEvent, m lines.Mode) {
	events := o.tail.events(p, in)
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.open {
		o.held = append(o.held, events...)
		return
	}
	if err := o.write(events, m); err != nil {
		select {
		case o.errs <- err:
		default:
		}
	}
}

// begin hands over what was held back.
func (o *output) begin() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open = true
	held := o.held
	o.held = nil
	slices.SortStableFunc(held, func(a, b lines.Event) int { return cmp.Compare(a.Time, b.Time) })
	return o.write(held, lines.Mode{})
}

// write hands over the events that are new, once it is known whose they are.
func (o *output) write(events []lines.Event, m lines.Mode) error {
	if len(events) == 0 {
		return nil
	}
	o.tail.tasks.askNow(o.ctx)
	var stored []lines.Line
	m.Stored = &stored
	o.tail.store.Append(events, m)
	if len(stored) == 0 {
		return nil
	}
	slices.SortFunc(stored, func(a, b lines.Line) int { return a.Compare(b.Key) })
	streams := o.tail.store.Streams()
	return o.emit(stored, func(id lines.StreamID) lines.Stream { return streams[id] })
}

// fatal are the failures that will not pass while nobody does anything about them.
func fatal(err error) bool {
	switch aws.AsError(err).Class {
	case aws.Denied, aws.Expired, aws.Invalid, aws.Unsupported:
		return true
	}
	return false
}

// pages reads a span page by page; the function gives the next page, nil at the end.
func (h *Hub) pages(ctx context.Context, p place, from, to time.Time) func() ([]types.FilteredLogEvent, error) {
	var token *string
	done := false
	return func() ([]types.FilteredLogEvent, error) {
		for failures := 0; !done; {
			out, err := h.onePage(ctx, p, from.UnixMilli(), to.UnixMilli(), token)
			switch {
			case ctx.Err() != nil:
				return nil, ctx.Err()
			case err == nil:
				if next := sdkaws.ToString(out.NextToken); next != "" && next == sdkaws.ToString(token) {
					return nil, noProgress()
				}
				token = out.NextToken
				done = token == nil || *token == ""
				if len(out.Events) > 0 {
					return out.Events, nil
				}
				failures = 0
			case failures <= 8 && noStream(aws.AsError(err)) && h.search(ctx, p):
				token = nil // of those that are there, from the beginning; what was read is known
				failures++
				if err := sleep(ctx, backoff(aws.Throttled, failures)); err != nil {
					return nil, err
				}
			case failures <= 8 && noStream(aws.AsError(err)):
				done = true
			case fatal(err) || gone(aws.AsError(err)) || failures > 8:
				return nil, aws.AsError(err)
			default:
				failures++
				if err := sleep(ctx, backoff(aws.AsError(err).Class, failures)); err != nil {
					return nil, err
				}
			}
		}
		return nil, nil
	}
}

// merge hands over the pages of several places in one order.
type merge struct {
	o     *output
	pages []func() ([]types.FilteredLogEvent, error)
	next  [][]lines.Event
}

// fill gets the next page of a place; without any, the place has come to its end.
func (m *merge) fill(i int) error {
	events, err := m.pages[i]()
	m.next[i] = m.o.tail.events(m.o.tail.pasts[i].place, events)
	return err
}

// run takes, again and again, what lies before the end of the page that ends first:
// nothing that comes later can belong there.
func (m *merge) run() error {
	for {
		bound, any := int64(0), false
		for i := range m.next {
			if n := len(m.next[i]); n > 0 && (!any || m.next[i][n-1].Time < bound) {
				bound, any = m.next[i][n-1].Time, true
			}
		}
		if !any {
			return nil
		}
		var part []lines.Event
		for i := range m.next {
			n, _ := slices.BinarySearchFunc(m.next[i], bound+1, func(e lines.Event, t int64) int { return cmp.Compare(e.Time, t) })
			part = append(part, m.next[i][:n]...)
			m.next[i] = m.next[i][n:]
			if n > 0 && len(m.next[i]) == 0 {
				if err := m.fill(i); err != nil {
					return err
				}
			}
		}
		if err := m.o.write(part, lines.Mode{}); err != nil {
			return err
		}
	}
}
