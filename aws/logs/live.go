package logs

import (
	"context"
	"sync"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"ecsole/aws"
	"ecsole/lines"
)

const (
	// USD per minute of one Live Tail session (CloudWatch pricing), beyond the 1,800
	// free minutes of a month.
	livePrice = 0.01
	// livePlaces is how many prefixes or names one session takes (API model).
	livePlaces = 100
	liveRetry  = 5 * time.Second
	// onTheWire is how long an update may take to come here.
	onTheWire = 500 * time.Millisecond
)

// live is the low-latency path of a tail: Live Tail sessions, one per log group.
// They leave events out when there are many, so the regular passes go on and fill
// in what is missing.
type live struct {
	tail *tail

	mu      sync.Mutex
	cancel  context.CancelFunc
	on      bool
	began   time.Time
	updated time.Time // when it last told something
	sampled int
	spent   float64 // of sessions that have ended
	opened  []time.Time
	text    string
}

func (t *tail) setLive(on bool) { t.live.set(on) }

func (l *live) set(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if on == l.on || l.tail.ctx.Err() != nil {
		return
	}
	l.on = on
	if !on {
		l.cancel()
		l.began, l.updated, l.text = time.Time{}, time.Time{}, ""
		go l.tail.poke()
		return
	}
	ctx, cancel := context.WithCancel(l.tail.ctx)
	l.cancel = cancel
	for group, places := range l.groups() {
		l.tail.hub.spawn(func() { l.hold(ctx, group, places) })
	}
	go l.tail.poke()
}

// groups lists what is to be heard, by group.
func (l *live) groups() map[place][]place {
	out := map[place][]place{}
	for _, p := range l.tail.pasts {
		g := place{region: p.place.region, group: p.place.group}
		out[g] = append(out[g], p.place)
	}
	return out
}

// told is from and up to which time of ingestion (milliseconds) the session has
// told of events; 0 while none runs.
func (l *live) told() (from, to int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.began.IsZero() || l.updated.IsZero() {
		return 0, 0
	}
	return l.began.Add(time.Second).UnixMilli(), l.updated.Add(-onTheWire).UnixMilli()
}

func (l *live) state() lines.Live {
	l.mu.Lock()
	defer l.mu.Unlock()
	cost := l.spent
	for _, at := range l.opened {
		cost += time.Since(at).Minutes() * livePrice
	}
	return lines.Live{On: l.on, Since: l.began, Sampled: l.sampled, CostUSD: cost, Text: l.text}
}

// hold keeps a session for one group open. AWS ends one after three hours.
func (l *live) hold(ctx context.Context, group place, places []place) {
	for ctx.Err() == nil {
		err := l.session(ctx, group, places)
		if ctx.Err() != nil {
			return
		}
		l.mu.Lock()
		l.began, l.updated = time.Time{}, time.Time{}
		l.text = "the session has ended; another is opened"
		if e := aws.AsError(err); err != nil {
			l.text = e.Error()
			if e.Hint != "" {
				l.text += " (" + e.Hint + ")"
			}
		}
		l.mu.Unlock()
		l.tail.poke()
		if sleep(ctx, liveRetry) != nil {
			return
		}
	}
}

func (l *live) session(ctx context.Context, group place, places []place) error {
	facts, ok := l.tail.hub.facts(ctx, group)
	if !ok {
		return &aws.Error{Op: "logs:StartLiveTail", Class: aws.NotFound, Text: "Live Tail needs the log group's ARN, which could not be read",
			Hint: "logs:DescribeLogGroups is needed, and the group must exist"}
	}
	in := &sdk.StartLiveTailInput{LogGroupIdentifiers: []string{facts.arn}}
	for _, p := range places {
		if p.prefix != "" {
			in.LogStreamNamePrefixes = append(in.LogStreamNamePrefixes, p.prefix)
		}
		in.LogStreamNames = append(in.LogStreamNames, p.list()...)
	}
	if len(in.LogStreamNames) > 0 && len(in.LogStreamNamePrefixes) > 0 {
		// Only one of the two may be given; a stream's name is a prefix of itself.
		in.LogStreamNamePrefixes = append(in.LogStreamNamePrefixes, in.LogStreamNames...)
		in.LogStreamNames = nil
	}
	// What is beyond the limit comes by the regular passes alone.
	in.LogStreamNames = in.LogStreamNames[:min(len(in.LogStreamNames), livePlaces)]
	in.LogStreamNamePrefixes = in.LogStreamNamePrefixes[:min(len(in.LogStreamNamePrefixes), livePlaces)]
	// A client of its own: smithy-go 1.28.8 keeps one event-stream codec, with its
	// buffers, per client, and two sessions on it read each other's events.
	client := sdk.NewFromConfig(l.tail.hub.account.ConfigIn(group.region))
	out, err := client.StartLiveTail(aws.Foreground(ctx), in)
	if err != nil {
		return err
	}
	stream := out.GetStream()
	opened := time.Now()
	l.open(opened)
	defer l.shut(opened)
	defer stream.Close()
	// The stream's end does not follow from the context's.
	defer context.AfterFunc(ctx, func() { stream.Close() })()
	var pass lines.Pass
	for e := range stream.Events() {
		if u, ok := e.(*types.StartLiveTailResponseStreamMemberSessionUpdate); ok {
			l.update(group, places, &u.Value, &pass)
		}
	}
	return stream.Err()
}

func (l *live) open(at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.opened = append(l.opened, at)
	l.began, l.text = l.tail.hub.clock.now(), ""
}

func (l *live) shut(at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.spent += time.Since(at).Minutes() * livePrice
	for i := range l.opened {
		if l.opened[i].Equal(at) {
			l.opened = append(l.opened[:i], l.opened[i+1:]...)
			break
		}
	}
}

// update stores what a session tells, once a second.
func (l *live) update(group place, places []place, u *types.LiveTailSessionUpdate, pass *lines.Pass) {
	if u.SessionMetadata != nil && u.SessionMetadata.Sampled {
		l.mu.Lock()
		l.sampled++
		l.mu.Unlock()
		defer l.tail.poke()
	}
	byPlace := map[place][]types.FilteredLogEvent{}
	for i := range u.SessionResults {
		e := &u.SessionResults[i]
		p := placeOf(places, sdkaws.ToString(e.LogStreamName))
		byPlace[p] = append(byPlace[p], types.FilteredLogEvent{
			Timestamp: e.Timestamp, IngestionTime: e.IngestionTime, Message: e.Message, LogStreamName: e.LogStreamName,
		})
	}
	for p, events := range byPlace {
		if p != (place{}) {
			l.tail.add(p, events, lines.Mode{Pass: pass})
		}
	}
	l.mu.Lock()
	if !l.began.IsZero() {
		l.updated = l.tail.hub.clock.now()
	}
	l.mu.Unlock()
	pass.Forget(l.tail.hub.clock.now().Add(-time.Minute).UnixMilli())
}

func placeOf(places []place, stream string) place {
	for _, p := range places {
		if p.holds(stream) {
			return p
		}
	}
	return place{}
}
