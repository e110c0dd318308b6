// Package world is the simulated account: clusters, services, tasks and what
// happens to them. It is made from a seed and a scale and lives by its clock
// without a goroutine: what is due is done when somebody looks. The same seed,
// clock and acts make the same world.
package world

import (
	"container/heap"
	"fmt"
	"sync"
	"time"
)

// Options says which world to make.
type Options struct {
	Seed int64
	// Clusters, Services and Tasks are its size; 0 is the default (4, 30, 120).
	Clusters, Services, Tasks int
	Account, Region           string // default 111122223333, eu-central-1
	// Clock tells the time; nil is time.Now. The world begins at its first reading.
	Clock func() time.Time
}

// World is one simulated account in one Region. Its methods may be called from
// several goroutines.
type World struct {
	seed            uint64
	account, region string
	partition       string
	clock           func() time.Time

	mu    sync.Mutex
	now   time.Time // how far the world has lived
	queue queue
	turns uint64 // breaks ties in the queue and numbers what is made
	state state
	// building: the first tasks are put in unsorted.
	building bool
	wrong    wrong
}

// Account is the twelve digits of the account.
func (w *World) Account() string { return w.account }

// Region is the world's Region.
func (w *World) Region() string { return w.region }

// Seed is the seed that everything is made from.
func (w *World) Seed() uint64 { return w.seed }

// Now is the world's time.
func (w *World) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live()
	return w.now
}

// ARN makes an ARN of this account and Region: ARN("ecs", "cluster/%s", name).
func (w *World) ARN(service, format string, args ...any) string {
	return "arn:" + w.partition + ":" + service + ":" + w.region + ":" + w.account + ":" + fmt.Sprintf(format, args...)
}

// due is something that is to happen.
type due struct {
	at time.Time
	n  uint64
	do func()
}

// queue is a heap of what is due, earliest first, in the order of its making.
type queue []due

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	if !q[i].at.Equal(q[j].at) {
		return q[i].at.Before(q[j].at)
	}
	return q[i].n < q[j].n
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(due)) }
func (q *queue) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}

// after lets do happen after d; the caller holds the lock, as do has it.
func (w *World) after(d time.Duration, do func()) {
	w.turns++
	heap.Push(&w.queue, due{at: w.now.Add(d), n: w.turns, do: do})
}

// live lets everything happen that is due by now. The caller holds the lock.
func (w *World) live() {
	w.until(w.clock())
}

func (w *World) until(t time.Time) {
	for len(w.queue) > 0 && !w.queue[0].at.After(t) {
		d := heap.Pop(&w.queue).(due)
		w.now = d.at
		d.do()
	}
	if t.After(w.now) {
		w.now = t
	}
	w.settle()
}
