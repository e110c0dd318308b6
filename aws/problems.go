package aws

import (
	"sync"
	"time"
)

// Problem is a call that failed, and when.
type Problem struct {
	Time  time.Time
	Error *Error
}

const keepProblems = 500

// Problems is a ring of the latest failed calls. What was cancelled has not failed.
type Problems struct {
	mu    sync.Mutex
	ring  []Problem
	count int
}

// Add keeps a failure that did not come out of a call, such as a stream that broke.
func (p *Problems) Add(err error) {
	e := AsError(err)
	if e == nil || e.Class == Cancelled {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count++
	if len(p.ring) == keepProblems {
		copy(p.ring, p.ring[1:])
		p.ring = p.ring[:keepProblems-1]
	}
	p.ring = append(p.ring, Problem{Time: time.Now(), Error: e})
}

// Recent lists the latest problems, the newest first.
func (p *Problems) Recent() []Problem {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]Problem, 0, len(p.ring))
	for i := len(p.ring) - 1; i >= 0; i-- {
		out = append(out, p.ring[i])
	}
	return out
}

// Count is the number of failed calls since the account was opened.
func (p *Problems) Count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count
}
