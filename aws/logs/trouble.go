package logs

import (
	"sync"
	"sync/atomic"
	"time"

	"ecsole/aws"
	"ecsole/lines"
)

// trouble is what is wrong with reading one place now.
type trouble struct {
	source  string
	changed func()

	mu      sync.Mutex
	problem *lines.Problem
	waiting bool // the stream or group does not exist yet
}

// shownAfter is how many throttled calls in a row are worth a word: single ones are
// a matter of the pace.
const shownAfter = 6

func (t *trouble) failed(e *aws.Error) {
	t.set(&lines.Problem{
		Source: t.source, Class: e.Class.String(), Action: e.Action, Text: e.Error(), Hint: e.Hint, Since: time.Now(),
	}, false)
}

func (t *trouble) gone(e *aws.Error) {
	if noStream(e) {
		t.set(nil, true)
		return
	}
	t.set(&lines.Problem{
		Source: t.source, Class: e.Class.String(), Text: "the log group does not exist (yet)", Since: time.Now(),
		Hint: "ECS makes it only with awslogs-create-group and the permission logs:CreateLogGroup",
	}, true)
}

func (t *trouble) fine() { t.set(nil, false) }

func (t *trouble) set(p *lines.Problem, waiting bool) {
	t.mu.Lock()
	old, was := t.problem, t.waiting
	if p != nil && old != nil && old.Class == p.Class && old.Text == p.Text {
		p.Since = old.Since
	}
	t.problem, t.waiting = p, waiting
	t.mu.Unlock()
	if (p == nil) != (old == nil) || was != waiting || p != nil && p.Class != old.Class {
		t.changed()
	}
}

// now is the present problem, nil where all is well; waiting means that there is
// nothing to read yet.
func (t *trouble) now() (p *lines.Problem, waiting bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.problem, t.waiting
}

type atomicDuration struct{ v atomic.Int64 }

func (d *atomicDuration) Load() time.Duration   { return time.Duration(d.v.Load()) }
func (d *atomicDuration) Store(v time.Duration) { d.v.Store(int64(v)) }
