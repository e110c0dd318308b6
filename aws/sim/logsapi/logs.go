// Package logsapi answers as CloudWatch Logs does: groups, streams, events, live
// tail and queries over the logs of the simulated world's containers.
package logsapi

import (
	"crypto/rand"
	"sync"
	"time"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/logtext"
	"ecsole/aws/sim/world"
)

// Options of the service.
type Options struct {
	// Rate is the log lines per second of the whole account when the world begins;
	// 0 is one for each running task.
	Rate float64
	// Pager makes the paging tokens; nil makes one with a key of its own.
	Pager *api.Pager
}

// Logs is CloudWatch Logs of one account in one Region. Its switches may be turned
// while it serves.
type Logs struct {
	world *world.World
	pager *api.Pager
	unit  float64 // lines per second for each request per second

	mu       sync.Mutex
	switches switches
	cache    map[*world.Task][]entry
	extra    map[string][]*logtext.Stream // groups beside the world's
	tails    int                          // live tail sessions now
	queries  map[string]*query            // of Logs Insights, by id
}

// switches are what goes wrong, or otherwise than usual.
type switches struct {
	late       float64
	empty      int // every n-th page
	duplicate  int // every n-th page
	tailLimit  int // sessions at once
	tailLength time.Duration
	tailEvents int // per update
	rates      map[string]float64
	pages      int // counts the pages for the two above
}

// What AWS allows of live tail: sessions per account, events per update, length.
const (
	tailSessions = 15
	tailEvents   = 500
	tailLength   = 3 * time.Hour
)

// New makes the service.
func New(w *world.World, o Options) *Logs {
	l := &Logs{world: w, pager: o.Pager, cache: map[*world.Task][]entry{}, extra: map[string][]*logtext.Stream{}, queries: map[string]*query{}}
	if l.pager == nil {
		key := make([]byte, 32)
		rand.Read(key)
		l.pager = api.NewPager(key)
	}
	l.switches = switches{tailLimit: tailSessions, tailEvents: tailEvents, tailLength: tailLength, rates: map[string]float64{}}
	requests, running := 0.0, 0
	for _, c := range w.Clusters() {
		for _, t := range w.Tasks(c.Name) {
			if t.LastStatus == "RUNNING" {
				requests += t.Facts.RequestRate
				running++
			}
		}
	}
	if o.Rate <= 0 {
		o.Rate = float64(max(running, 1))
	}
	l.unit = o.Rate / max(requests, 1)
	return l
}

// turn changes a switch; what streams were made with the old one are made anew.
func (l *Logs) turn(f func(*switches)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f(&l.switches)
	clear(l.cache)
}

// Late lets this share of all events (0 to 1) arrive one to ten seconds late.
func (l *Logs) Late(share float64) { l.turn(func(s *switches) { s.late = share }) }

// EmptyPages answers every n-th page of events empty, with a token that goes on
// where the page would have begun; 0 stops that.
func (l *Logs) EmptyPages(n int) { l.turn(func(s *switches) { s.empty = n }) }

// DuplicatePages gives every n-th page of events twice; 0 stops that.
func (l *Logs) DuplicatePages(n int) { l.turn(func(s *switches) { s.duplicate = n }) }

// TailLimit is how many live tail sessions there may be at once; 0 is AWS's 15.
func (l *Logs) TailLimit(n int) {
	if n <= 0 {
		n = tailSessions
	}
	l.turn(func(s *switches) { s.tailLimit = n })
}

// TailLength is after how long a live tail session times out; 0 is AWS's 3 hours.
func (l *Logs) TailLength(d time.Duration) {
	if d <= 0 {
		d = tailLength
	}
	l.turn(func(s *switches) { s.tailLength = d })
}

// TailEvents is above how many events a second live tail samples; 0 is AWS's 500.
func (l *Logs) TailEvents(n int) {
	if n <= 0 {
		n = tailEvents
	}
	l.turn(func(s *switches) { s.tailEvents = n })
}

// Rate sets the lines per second of each task of the services of that name, in
// place of the account's rate; negative is the account's rate again. It changes
// what was logged before, too, and so is for the beginning of a test.
func (l *Logs) Rate(service string, perTask float64) {
	l.turn(func(s *switches) {
		if delete(s.rates, service); perTask >= 0 {
			s.rates[service] = perTask
		}
	})
}

// Sessions counts the live tail sessions that are open.
func (l *Logs) Sessions() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tails
}

// Tps is how many calls of FilterLogEvents and GetLogEvents AWS takes per second
// in a Region (CloudWatch Logs quotas).
func Tps(region string) (filter, get float64) {
	filter, get = 10, 25
	switch region {
	case "us-east-1":
		filter = 25
	case "eu-central-1", "ap-northeast-3", "ap-southeast-3", "ca-west-1", "il-central-1":
		filter, get = 5, 10
	case "us-west-2", "eu-west-1":
		get = 10
	case "eu-west-3":
		get = 30
	}
	return filter, get
}

// Service is what the server is to route.
func (l *Logs) Service() api.Service {
	filter, get := Tps(l.world.Region())
	bucket := func(name string, rate float64) api.Bucket { return api.Bucket{Name: name, Burst: rate, Refill: rate} }
	group := func(c *api.Call) string { return l.resource(c) }
	return api.Service{
		Name: "logs", Target: "Logs_20140328", JSON: "1.1",
		Operations: []api.Operation{
			{Name: "DescribeLogGroups", Bucket: bucket("DescribeLogGroups", 10), Resource: group, Do: l.describeGroups},
			{Name: "DescribeLogStreams", Bucket: bucket("DescribeLogStreams", 25), Resource: group, Do: l.describeStreams},
			{Name: "FilterLogEvents", Bucket: bucket("FilterLogEvents", filter), Resource: group, Do: l.filter},
			{Name: "GetLogEvents", Bucket: bucket("GetLogEvents", get), Resource: group, Do: l.get},
			{Name: "StartLiveTail", Bucket: bucket("StartLiveTail", 5), Resource: group, Do: l.startTail},
			{Name: "StartQuery", Bucket: bucket("StartQuery", 10), Resource: group, Do: l.startQuery},
			{Name: "GetQueryResults", Bucket: bucket("GetQueryResults", 10), Do: l.queryResults},
			{Name: "StopQuery", Bucket: bucket("StopQuery", 10), Do: l.stopQuery},
			{Name: "DescribeQueryDefinitions", Bucket: bucket("DescribeQueryDefinitions", 10), Do: l.queryDefinitions},
			{Name: "GetLogGroupFields", Bucket: bucket("GetLogGroupFields", 5), Resource: group, Do: l.groupFields},
		},
	}
}

// resource is the ARN that a denial names.
func (l *Logs) resource(c *api.Call) string {
	name, _ := c.Input["logGroupName"].(string)
	if name == "" {
		name, _ = c.Input["logGroupIdentifier"].(string)
		if i, err := l.name(name); err == nil {
			name = i
		}
	}
	if name == "" {
		return l.world.ARN("logs", "log-group::log-stream:")
	}
	return l.arn(name) + ":log-stream:"
}

// arn is a group's ARN, without the :* that the older form ends in.
func (l *Logs) arn(group string) string { return l.world.ARN("logs", "log-group:%s", group) }
