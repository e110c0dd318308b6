package logs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"ecsole/aws"
	"ecsole/lines"
)

// How much of the past is read. CloudWatch gives the events under a prefix only
// forwards, so the past is read in spans, from the newest backwards, each longer
// than the one before as long as little is found in it.
const (
	firstSpan = 5 * time.Second
	growth    = 4
	enough    = 300 // lines, when the newest are wanted
	farBack   = 6 * time.Hour
	oneStep   = 200   // lines, when older ones are wanted
	manyPages = 4     // of one span: the next is shorter
	headLines = 50000 // from the first line on
	longAgo   = 10 * 365 * 24 * time.Hour
)

// past is what of one place's past has been read.
type past struct {
	tail    *tail
	place   place
	trouble *trouble

	// busy is held by whoever reads the past: what a tail begins with, or a step of
	// older lines. It guards these two.
	busy  sync.Mutex
	step  time.Duration
	token string // of GetLogEvents, backwards

	mu    sync.Mutex
	since time.Time // all from here on has been read; zero: nothing yet
	start bool      // nothing is older
}

func (p *past) state() (since time.Time, start bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.since, p.start
}

func (p *past) set(since time.Time, start bool) {
	p.mu.Lock()
	p.since, p.start = since, start
	p.mu.Unlock()
	p.tail.poke()
}

// past reads what the tail's range has of the past.
func (t *tail) past() {
	ctx := aws.Foreground(t.ctx)
	r := t.spec.Range
	to, more := r.To, r.To.After(t.opened)
	if to.IsZero() || more {
		to = t.opened
	}
	var wg sync.WaitGroup
	for _, p := range t.pasts {
		wg.Go(func() {
			p.busy.Lock()
			defer p.busy.Unlock()
			p.step = firstSpan
			switch {
			case r.Head:
				p.fromStart(ctx)
			case !r.From.IsZero():
				p.back(ctx, to, r.From, 0)
			default:
				p.newest(ctx, to)
			}
		})
	}
	wg.Wait()
	if more {
		t.toEnd(ctx)
	}
	t.say("")
	if !r.To.IsZero() && t.ctx.Err() == nil {
		t.finish("the end of the range")
	}
}

// toEnd reads on until an end of the range that is still to come has come, and what
// arrives late of it.
func (t *tail) toEnd(ctx context.Context) {
	end := t.spec.Range.To
	t.say("reading on until " + end.UTC().Format("2006-01-02 15:04:05 UTC"))
	from := t.opened
	for last := false; !last && sleep(ctx, headEvery) == nil; {
		until := t.hub.clock.now()
		if last = until.After(end.Add(settle)); until.After(end) {
			until = end
		}
		for _, p := range t.pasts {
			err := t.hub.span(ctx, p.place, from.Add(-settle).UnixMilli(), until.UnixMilli(), p.trouble, func(events []types.FilteredLogEvent) bool {
				t.add(p.place, events, lines.Mode{})
				return true
			})
			if err != nil && !errors.Is(err, errGone) {
				return
			}
		}
		from = until
	}
}

// say tells what of the past is being read; "" is nothing.
func (t *tail) say(what string) {
	t.mu.Lock()
	was := t.history
	t.history = what
	t.mu.Unlock()
	if was != what {
		t.poke()
	}
}

// newest reads the newest lines of a place.
func (p *past) newest(ctx context.Context, to time.Time) {
	if p.place.stream != "" {
		p.backByToken(ctx, to, enough)
		return
	}
	p.back(ctx, to, to.Add(-farBack), enough)
}

// back reads backwards from to until from, or until the store has want lines.
func (p *past) back(ctx context.Context, to, from time.Time, want int) {
	floor := p.tail.hub.oldest(ctx, p.place)
	if from.Before(floor) {
		from = floor
	}
	for to.After(from) && ctx.Err() == nil {
		begin := to.Add(-p.step)
		if begin.Before(from) {
			begin = from
		}
		pages, found, err := p.span(ctx, begin, to)
		if err != nil {
			if errors.Is(err, errGone) {
				p.set(from, true)
			}
			return
		}
		p.set(begin, !begin.After(floor))
		if want > 0 && p.tail.store.All().Len() >= want || p.full() {
			return
		}
		p.pace(pages, found)
		to = begin
	}
}

// pace makes the next span longer or shorter.
func (p *past) pace(pages, found int) {
	switch {
	case pages > manyPages:
		p.step = max(p.step/2, firstSpan)
	case pages <= 1 && found < oneStep:
		p.step = min(p.step*growth, 32*24*time.Hour)
	case pages <= 2:
		p.step *= 2
	}
}

// span reads one span as a whole.
func (p *past) span(ctx context.Context, from, to time.Time) (pages, found int, err error) {
	p.tail.say(fmt.Sprintf("reading %s–%s", from.UTC().Format("15:04:05"), to.UTC().Format("15:04:05 UTC")))
	err = p.tail.hub.span(ctx, p.place, from.UnixMilli(), to.UnixMilli(), p.trouble, func(events []types.FilteredLogEvent) bool {
		pages++
		found += p.tail.add(p.place, events, lines.Mode{Older: true}).New
		return true
	})
	return pages, found, err
}

// full reports whether older lines would push out newer ones.
func (p *past) full() bool { return p.tail.hub.budget.Full() }

// fromStart reads from the first line on, so many that one can find one's way, and
// follows if that reaches the present.
func (p *past) fromStart(ctx context.Context) {
	floor := p.tail.hub.oldest(ctx, p.place)
	p.set(floor, true)
	n := 0
	p.tail.say("reading from the first line")
	err := p.tail.hub.span(ctx, p.place, floor.UnixMilli(), p.tail.opened.UnixMilli(), p.trouble, func(events []types.FilteredLogEvent) bool {
		n += p.tail.add(p.place, events, lines.Mode{}).New
		return n < headLines && !p.full()
	})
	if errors.Is(err, errStop) {
		p.tail.finish(fmt.Sprintf("the first %d lines; a later time is reached with a range", n))
	} else if err == nil {
		p.tail.finish("the end of what there was when this was opened; 0 follows")
	}
}

// backByToken reads at least want lines backwards in one stream, which CloudWatch
// gives in exactly that order (GetLogEvents).
func (p *past) backByToken(ctx context.Context, to time.Time, want int) (found int) {
	for failures := 0; found < want && ctx.Err() == nil; {
		in := &sdk.GetLogEventsInput{
			LogGroupName: &p.place.group, LogStreamName: &p.place.stream,
			Limit: sdkaws.Int32(1000), StartFromHead: sdkaws.Bool(false),
		}
		if p.token != "" {
			in.NextToken = &p.token
		} else {
			in.EndTime = sdkaws.Int64(to.UnixMilli() + 1)
		}
		out, err := p.tail.hub.client(p.place.region).GetLogEvents(ctx, in, once)
		if ctx.Err() != nil {
			return found
		}
		if err != nil {
			e := aws.AsError(err)
			if gone(e) {
				p.trouble.gone(e)
				p.set(to, true)
				return found
			}
			if since, _ := p.state(); e.Class == aws.Invalid && p.token != "" {
				// The token has grown old: on from the oldest line by its time. Lines of that
				// very moment come again and are known.
				p.token = ""
				if !since.IsZero() {
					to = since
				}
			}
			failures++
			p.trouble.failed(e)
			if sleep(ctx, backoff(e.Class, failures)) != nil {
				return found
			}
			continue
		}
		failures = 0
		p.trouble.fine()
		next := sdkaws.ToString(out.NextBackwardToken)
		found += p.keep(out.Events)
		at := to
		if len(out.Events) > 0 {
			at = time.UnixMilli(sdkaws.ToInt64(out.Events[0].Timestamp))
		} else if since, _ := p.state(); !since.IsZero() {
			at = since
		}
		end := next == p.token || next == ""
		p.token = next
		p.set(at, end)
		if end || p.full() {
			return found
		}
	}
	return found
}

func (p *past) keep(events []types.OutputLogEvent) int {
	out := make([]types.FilteredLogEvent, len(events))
	for i, e := range events {
		out[i] = types.FilteredLogEvent{Timestamp: e.Timestamp, IngestionTime: e.IngestionTime, Message: e.Message, LogStreamName: &p.place.stream}
	}
	return p.tail.add(p.place, out, lines.Mode{Older: true}).New
}

// older reads one more step before the oldest line.
func (t *tail) older(ctx context.Context) error {
	t.reading.Lock()
	defer t.reading.Unlock()
	if t.hub.budget.Full() {
		u := t.hub.budget.Usage()
		return fmt.Errorf("the budget of %d MB for log text is used up: older lines would push out newer ones; open a range instead", u.Limit>>20)
	}
	ctx, cancel := context.WithCancel(aws.Foreground(ctx))
	defer cancel()
	defer context.AfterFunc(t.ctx, cancel)()
	defer t.say("")
	var wg sync.WaitGroup
	for _, p := range t.pasts {
		if _, start := p.state(); !start {
			wg.Go(func() { p.stepBack(ctx) })
		}
	}
	wg.Wait()
	return ctx.Err()
}

// stepBack reads backwards until some lines are found or nothing is older.
func (p *past) stepBack(ctx context.Context) {
	if !p.busy.TryLock() {
		return // the newest are still being read
	}
	defer p.busy.Unlock()
	to, _ := p.state()
	if to.IsZero() {
		return
	}
	if p.place.stream != "" && (p.token != "" || p.tail.spec.Range.From.IsZero()) {
		p.backByToken(ctx, to, oneStep)
		return
	}
	floor := p.tail.hub.oldest(ctx, p.place)
	for found := 0; found < oneStep && to.After(floor) && ctx.Err() == nil && !p.full(); {
		from := to.Add(-p.step)
		if from.Before(floor) {
			from = floor
		}
		pages, n, err := p.span(ctx, from, to)
		if err != nil {
			return
		}
		found += n
		p.set(from, !from.After(floor))
		p.pace(pages, n)
		to = from
	}
}

// groupFacts is what is known of a log group.
type groupFacts struct {
	arn     string
	created time.Time
	keeps   time.Duration // 0: for ever
}

// oldest is a time before which a place has nothing: the making of its group, or
// the end of its retention.
func (h *Hub) oldest(ctx context.Context, p place) time.Time {
	f, ok := h.facts(ctx, p)
	if !ok {
		return h.clock.now().Add(-longAgo)
	}
	if at := h.clock.now().Add(-f.keeps); f.keeps > 0 && at.After(f.created) {
		return at
	}
	// Events may be up to 14 days older than their arrival.
	return f.created.Add(-14 * 24 * time.Hour)
}

// facts reads about a group, once.
func (h *Hub) facts(ctx context.Context, p place) (groupFacts, bool) {
	at := place{region: p.region, group: p.group}
	h.mu.Lock()
	f, ok := h.groups[at]
	h.mu.Unlock()
	if ok {
		return f, f.arn != ""
	}
	out, err := h.client(p.region).DescribeLogGroups(ctx, &sdk.DescribeLogGroupsInput{LogGroupNamePrefix: &p.group})
	if ctx.Err() != nil {
		return f, false
	}
	if err == nil {
		for _, g := range out.LogGroups {
			if sdkaws.ToString(g.LogGroupName) == p.group {
				f.arn = sdkaws.ToString(g.LogGroupArn)
				f.created = time.UnixMilli(sdkaws.ToInt64(g.CreationTime))
				f.keeps = time.Duration(sdkaws.ToInt32(g.RetentionInDays)) * 24 * time.Hour
			}
		}
		if f.arn == "" {
			return f, false // it may come
		}
	}
	// A denial is remembered too: the permission is not needed for reading.
	if c := aws.AsError(err); err == nil || c.Class == aws.Denied || c.Class == aws.Unsupported {
		h.mu.Lock()
		h.groups[at] = f
		h.mu.Unlock()
	}
	return f, f.arn != ""
}
