package aws

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"
)

// OpStat is what one operation did so far.
type OpStat struct {
	Op        string        // "ecs:DescribeServices"
	Calls     int           // as the console made them
	Attempts  int           // as they were sent: Attempts - Calls is the number of retries
	Errors    int           // calls that failed in the end, other than by being cancelled
	Throttles int           // attempts that AWS refused for their number
	Waiting   int           // attempts that wait for their turn right now
	P50, P95  time.Duration // of the latest attempts, from sending to the whole answer
	Max       time.Duration
	CostUSD   float64 // an estimate
}

// Rate is the account's traffic in short.
type Rate struct {
	PerSecond float64 // attempts a second over the last ten seconds
	Throttled int     // refused attempts in the last minute
	Refused   string  // the operation of the latest of them, "ecs:ListTasks"
	Waiting   int     // attempts waiting for their turn right now
	CostUSD   float64 // estimated cost since the account was opened
}

// Prices of what is read, in USD, from AWS's public price list for us-east-1; free
// tiers are left out.
const (
	pricePerMetric  = 0.01 / 1000 // GetMetricData, per metric requested
	pricePerTailSec = 0.01 / 60   // Live Tail, per second of an open session
	pricePerScanned = 0.005 / 1e9 // Logs Insights, per byte scanned
	keepLatencies   = 256
	rateWindow      = 10 // seconds
	throttleMemory  = 60 // seconds
)

// Meter counts the calls of one account.
type Meter struct {
	mu       sync.Mutex
	ops      map[string]*opMeter
	hosts    map[string]struct{}
	attempts ring
	refused  ring
	latest   string             // operation that was refused
	onset    chan struct{}      // of throttling
	scanned  map[string]float64 // bytes by Insights query, billed so far
}

type opMeter struct {
	OpStat
	latencies []time.Duration // a ring
	next      int
	tails     map[*tailMeter]struct{}
}

// tailMeter is an open Live Tail session, which costs as long as it is open.
type tailMeter struct{ since time.Time }

func newMeter() *Meter {
	return &Meter{onset: make(chan struct{}, 1), ops: map[string]*opMeter{}, hosts: map[string]struct{}{}, scanned: map[string]float64{}}
}

func (m *Meter) op(name string) *opMeter {
	o, ok := m.ops[name]
	if !ok {
		o = &opMeter{OpStat: OpStat{Op: name}, tails: map[*tailMeter]struct{}{}}
		m.ops[name] = o
	}
	return o
}

func (m *Meter) call(op string, e *Error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o := m.op(op)
	o.Calls++
	if e != nil && e.Class != Cancelled {
		o.Errors++
	}
}

func (m *Meter) waits(op string, n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.op(op).Waiting += n
}

func (m *Meter) attempt(op, host string, took time.Duration, throttled bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	o := m.op(op)
	o.Attempts++
	m.attempts.add(now)
	if throttled {
		o.Throttles++
		if m.refused.within(now, throttleMemory) == 0 {
			select {
			case m.onset <- struct{}{}:
			default: // nobody has taken notice of the last one yet
			}
		}
		m.refused.add(now)
		m.latest = op
	}
	if host != "" {
		m.hosts[host] = struct{}{}
	}
	if len(o.latencies) < keepLatencies {
		o.latencies = append(o.latencies, took)
	} else {
		o.latencies[o.next] = took
		o.next = (o.next + 1) % keepLatencies
	}
	o.Max = max(o.Max, took)
}

// Cost adds to the estimated cost of an operation what cannot be seen in a call.
func (m *Meter) Cost(op string, usd float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.op(op).CostUSD += usd
}

// tail begins to count an open session; the result ends it and may be called twice.
func (m *Meter) tail(op string) (end func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, t := m.op(op), &tailMeter{since: time.Now()}
	o.tails[t] = struct{}{}
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if _, ok := o.tails[t]; ok {
			delete(o.tails, t)
			o.CostUSD += time.Since(t.since).Seconds() * pricePerTailSec
		}
	}
}

// scan bills what a Logs Insights query has scanned more than at its last answer.
func (m *Meter) scan(op, query string, bytes float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if more := bytes - m.scanned[query]; more > 0 {
		m.op(op).CostUSD += more * pricePerScanned
		m.scanned[query] = bytes
	}
}

func (o *opMeter) cost(now time.Time) float64 {
	usd := o.CostUSD
	for t := range o.tails {
		usd += now.Sub(t.since).Seconds() * pricePerTailSec
	}
	return usd
}

// Stats lists the operations called so far, by name.
func (m *Meter) Stats() []OpStat {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	out := make([]OpStat, 0, len(m.ops))
	for _, o := range m.ops {
		s := o.OpStat
		s.CostUSD = o.cost(now)
		if n := len(o.latencies); n > 0 {
			sorted := slices.Sorted(slices.Values(o.latencies))
			s.P50, s.P95 = sorted[(n-1)*50/100], sorted[(n-1)*95/100]
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b OpStat) int { return cmp.Compare(a.Op, b.Op) })
	return out
}

// Onset receives when AWS begins to refuse attempts, after a minute without that. One
// receiver gets each.
func (m *Meter) Onset() <-chan struct{} { return m.onset }

// Rate is the traffic right now.
func (m *Meter) Rate() Rate {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	r := Rate{
		PerSecond: float64(m.attempts.within(now, rateWindow)) / rateWindow,
		Throttled: m.refused.within(now, throttleMemory),
	}
	if r.Throttled > 0 {
		r.Refused = m.latest
	}
	for _, o := range m.ops {
		r.Waiting += o.Waiting
		r.CostUSD += o.cost(now)
	}
	return r
}

// Hosts lists the hosts contacted so far, sorted.
func (m *Meter) Hosts() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.hosts))
}

// ring counts events by the second, for a minute.
type ring struct {
	second [throttleMemory]int64
	count  [throttleMemory]int
}

func (r *ring) add(now time.Time) {
	s := now.Unix()
	i := s % throttleMemory
	if r.second[i] != s {
		r.second[i], r.count[i] = s, 0
	}
	r.count[i]++
}

// within counts the events of the last n seconds, the present one included.
func (r *ring) within(now time.Time, n int64) (sum int) {
	s := now.Unix()
	for i, at := range r.second {
		if at > s-n && at <= s {
			sum += r.count[i]
		}
	}
	return sum
}
