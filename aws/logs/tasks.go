package logs

import (
	"context"
	"sync"
	"time"

	"ecsole/aws"
	"ecsole/aws/ecs"
	"ecsole/lines"
)

// How often tasks that still ran are asked about again, and how many in one call
// (DescribeTasks takes 100).
const (
	askAgain  = 30 * time.Second
	askAtOnce = 100
)

// tasks finds out what the tasks are whose streams turn up: ours or strangers, and
// why they ended.
type tasks struct {
	tail    *tail
	trouble *taskTrouble
	wake    chan struct{}

	mu    sync.Mutex
	known map[string]*knownTask
	alien int
}

type knownTask struct {
	streams []lines.StreamID
	asked   time.Time
	ended   bool
	alien   bool
	about   Task // what was learnt last
}

type taskTrouble struct {
	mu sync.Mutex
	p  *lines.Problem
}

func (t *taskTrouble) problem() *lines.Problem {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.p
}

func (t *taskTrouble) set(err error) {
	var p *lines.Problem
	if err != nil {
		e := aws.AsError(err)
		p = &lines.Problem{Source: "tasks", Class: e.Class.String(), Action: e.Action, Text: e.Error(), Hint: e.Hint, Since: time.Now()}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if p != nil && t.p != nil {
		p.Since = t.p.Since
	}
	t.p = p
}

func newTasks(t *tail) *tasks {
	return &tasks{tail: t, trouble: &taskTrouble{}, wake: make(chan struct{}, 1), known: map[string]*knownTask{}}
}

// met says that a stream of a task has turned up.
func (t *tasks) met(id string, s lines.StreamID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := t.known[id]
	if k == nil {
		k = &knownTask{}
		t.known[id] = k
		select {
		case t.wake <- struct{}{}:
		default:
		}
	}
	k.streams = append(k.streams, s)
	if k.alien {
		t.alien++
		t.tail.store.DropStream(s)
	}
	if k.ended { // nobody asks about it again
		t.tell(s, k.about)
	}
}

// tell puts down what is known of a stream's task.
func (t *tasks) tell(s lines.StreamID, a Task) {
	if a.Ended != "" {
		t.tail.notice(s, a)
	}
	t.tail.store.SetStream(s, func(st *lines.Stream) {
		if a.Label != "" {
			st.Label = a.Label
		}
		st.Ended = a.Ended
	})
}

func (t *tasks) strangers() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.alien
}

func (t *tasks) run() {
	if t.tail.spec.Tasks == nil {
		return
	}
	ctx := t.tail.ctx
	timer := time.NewTicker(askAgain)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.wake:
		case <-timer.C:
		}
		for t.askNow(ctx) != nil {
			if sleep(ctx, 5*time.Second) != nil {
				return
			}
		}
	}
}

// askNow asks about all that is due.
func (t *tasks) askNow(ctx context.Context) error {
	if t.tail.spec.Tasks == nil {
		return nil
	}
	for ids := t.due(); len(ids) > 0 && ctx.Err() == nil; ids = t.due() {
		about, err := t.tail.spec.Tasks(ctx, ids)
		t.trouble.set(err)
		if err != nil {
			return err
		}
		t.learn(ids, about)
	}
	return ctx.Err()
}

// due are tasks that have not been asked about for a while.
func (t *tasks) due() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var ids []string
	for id, k := range t.known {
		if !k.ended && !k.alien && time.Since(k.asked) >= askAgain && len(ids) < askAtOnce {
			ids = append(ids, id)
		}
	}
	return ids
}

// learn applies an answer.
func (t *tasks) learn(ids []string, about map[string]Task) {
	var drop []lines.StreamID
	t.mu.Lock()
	for _, id := range ids {
		k := t.known[id]
		k.asked = time.Now()
		a, ok := about[id]
		if !ok {
			continue
		}
		if a.Stranger && !k.alien {
			k.alien = true
			t.alien += len(k.streams)
			drop = append(drop, k.streams...)
			continue
		}
		k.ended, k.about = a.Ended != "", a
		for _, s := range k.streams {
			t.tell(s, a)
		}
	}
	t.mu.Unlock()
	for _, s := range drop {
		t.tail.store.DropStream(s)
	}
}

// TasksOf answers Spec.Tasks for the tasks of a service, or with service empty, for
// those of a cluster whatever started them.
func TasksOf(c *ecs.Client, cluster, service string) func(context.Context, []string) (map[string]Task, error) {
	return func(ctx context.Context, ids []string) (map[string]Task, error) {
		arns := make([]string, len(ids))
		for i, id := range ids {
			arns[i] = ecs.TaskARN(cluster, id)
		}
		found, gaps := aws.Collect(c.DescribeTasks(ctx, cluster, arns))
		for _, g := range gaps {
			return nil, g.Err
		}
		out := make(map[string]Task, len(found))
		for _, t := range found {
			x := Task{Stranger: service != "" && t.Service() != service}
			if t.LastStatus == "STOPPED" {
				x.Ended, x.At = "task stopped", t.Stopped
				if why := ecs.StopSummary(t); why != "" {
					x.Ended = why
				}
			}
			out[t.ID] = x
		}
		return out, nil
	}
}
