package sim

import (
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

// Faults are the switches of what goes wrong, and the counters of what was asked.
// Actions are IAM's names ("ecs:ListServices"); "ecs:*" and "*" cover many. All
// may be changed while the server runs.
type Faults struct {
	mu       sync.Mutex
	latency  time.Duration
	jitter   time.Duration
	throttle int // every n-th call
	cut      int // every n-th call
	deny     map[string]bool
	hang     map[string]bool
	lack     map[string]int
	slow     map[string]time.Duration
	fail     map[string]string // id → reason in failures[]
	buckets  bool
	more     map[string]func(value string) (func(), error) // switches of services

	expired     bool
	expireAfter int // calls until expiry; 0: never
	calls       map[string]int
	total       int
	turn        chan struct{} // closed and replaced when a switch turns: wakes what hangs
}

func newFaults(latency time.Duration) *Faults {
	return &Faults{
		latency: latency, buckets: true,
		deny: map[string]bool{}, hang: map[string]bool{}, lack: map[string]int{},
		slow: map[string]time.Duration{}, fail: map[string]string{}, calls: map[string]int{},
		turn: make(chan struct{}),
	}
}

// extend adds the switches that a service brings, by the names that Set knows them
// by; each reads its value and gives what turns it.
func (f *Faults) extend(switches map[string]func(value string) (func(), error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.more == nil {
		f.more = map[string]func(string) (func(), error){}
	}
	for name, parse := range switches {
		f.more[name] = parse
	}
}

// change turns a switch and wakes what hangs on an older state.
func (f *Faults) change(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
	close(f.turn)
	f.turn = make(chan struct{})
}

// Latency delays each answer.
func (f *Faults) Latency(d time.Duration) { f.change(func() { f.latency = d }) }

// Jitter adds up to d to each answer's latency, at random.
func (f *Faults) Jitter(d time.Duration) { f.change(func() { f.jitter = d }) }

// Slow delays the answers of one action, besides the latency of all.
func (f *Faults) Slow(action string, d time.Duration) { f.change(func() { f.slow[action] = d }) }

// Throttle refuses every n-th call with a throttling error; 0 stops that.
func (f *Faults) Throttle(n int) { f.change(func() { f.throttle = n }) }

// Buckets switches AWS's own token buckets off or on again (they are on).
func (f *Faults) Buckets(on bool) { f.change(func() { f.buckets = on }) }

// Deny refuses an action with AccessDeniedException; Allow permits it again.
func (f *Faults) Deny(action string) { f.change(func() { f.deny[action] = true }) }

// Allow ends Deny.
func (f *Faults) Allow(action string) { f.change(func() { delete(f.deny, action) }) }

// Denied reports whether an action is refused.
func (f *Faults) Denied(action string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return covers(f.deny, action)
}

// Expire lets all credentials that clients hold be expired, from now on. Roles
// can't be assumed anew either, until Renew.
func (f *Faults) Expire() { f.change(func() { f.expired = true }) }

// ExpireAfter lets credentials expire once n more calls have been answered.
func (f *Faults) ExpireAfter(n int) { f.change(func() { f.expireAfter = n }) }

// Renew ends Expire and ExpireAfter.
func (f *Faults) Renew() { f.change(func() { f.expired, f.expireAfter = false, 0 }) }

// Hang never answers an action; Unhang does, also what hangs already.
func (f *Faults) Hang(action string) { f.change(func() { f.hang[action] = true }) }

// Unhang ends Hang.
func (f *Faults) Unhang(action string) { f.change(func() { delete(f.hang, action) }) }

// Lack answers an action as a server does that does not know it: a page of HTML
// with the status (404, 500, 501); 0 ends that.
func (f *Faults) Lack(action string, status int) {
	f.change(func() {
		if delete(f.lack, action); status != 0 {
			f.lack[action] = status
		}
	})
}

// Cut breaks the connection of every n-th call in the middle of its answer; 0
// stops that.
func (f *Faults) Cut(n int) { f.change(func() { f.cut = n }) }

// Fail puts an id (a name or an ARN) into the failures[] of Describe calls with a
// reason such as MISSING; "" ends that.
func (f *Faults) Fail(id, reason string) {
	f.change(func() {
		if delete(f.fail, id); reason != "" {
			f.fail[id] = reason
		}
	})
}

// Failure is the reason that Fail gave for an id (or for the last part of an ARN).
func (f *Faults) Failure(id string) (reason string, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if reason, ok = f.fail[id]; !ok {
		reason, ok = f.fail[id[strings.LastIndexByte(id, '/')+1:]]
	}
	return reason, ok
}

// Calls counts the requests for an action, refused ones too: "ecs:ListServices",
// "ecs:*", or "*" for all. A request that could not be routed counts only in "*".
func (f *Faults) Calls(action string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if action == "*" {
		return f.total
	}
	if prefix, all := strings.CutSuffix(action, "*"); all {
		n := 0
		for a, c := range f.calls {
			if strings.HasPrefix(a, prefix) {
				n += c
			}
		}
		return n
	}
	return f.calls[action]
}

// ResetCalls sets all counters to zero.
func (f *Faults) ResetCalls() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls, f.total = map[string]int{}, 0
}

// verdict is what is to happen to one call.
type verdict struct {
	delay    time.Duration
	lack     int
	hang     bool
	cut      bool
	expired  bool
	throttle bool
	buckets  bool
	deny     bool
	turn     <-chan struct{}
}

// judge counts a call and says what is to happen to it.
func (f *Faults) judge(action string) verdict {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.total++
	if action != "" {
		f.calls[action]++
	}
	v := verdict{
		delay: f.latency + covers(f.slow, action), lack: covers(f.lack, action), hang: covers(f.hang, action), deny: covers(f.deny, action),
		cut: every(f.cut, f.total), throttle: every(f.throttle, f.total),
		expired: f.expired, buckets: f.buckets, turn: f.turn,
	}
	if f.jitter > 0 {
		v.delay += rand.N(f.jitter)
	}
	if f.expireAfter > 0 {
		if f.expireAfter--; f.expireAfter == 0 {
			f.expired = true
		}
	}
	return v
}

// hangs says whether an action still hangs, and what to wait for.
func (f *Faults) hangs(action string) (bool, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return covers(f.hang, action), f.turn
}

func every(n, count int) bool { return n > 0 && count%n == 0 }

// covers looks an action up, then its service's "*", then "*".
func covers[V any](m map[string]V, action string) V {
	if len(m) == 0 {
		var none V
		return none
	}
	if v, ok := m[action]; ok {
		return v
	}
	service, _, _ := strings.Cut(action, ":")
	if v, ok := m[service+":*"]; ok {
		return v
	}
	return m["*"]
}
