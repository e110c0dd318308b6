package ecs

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"ecsole/aws"
)

// plan is a listing: where its ids come from and how they become items. Without
// describe, list gives the items themselves; without list, the ids are given.
type plan[T any] struct {
	op       string // of describe, for errors of our own
	list     func(ctx context.Context, token string) (listed[T], error)
	ids      []string
	describe func(ctx context.Context, ids []string) (described[T], error)
	batch    int // ids per describe call, the service's limit
	workers  int // describe calls in flight; the pacer sets the true rate
	key      func(T) string
}

// listed is one page of a list call; next is "" on the last one.
type listed[T any] struct {
	ids   []string
	items []T
	next  string
}

// described is the answer to one describe call.
type described[T any] struct {
	items    []T
	failures []failure
}

// failure is one entry of an answer's failures list.
type failure struct{ id, reason, detail string }

// ErrNoProgress ends a listing whose pages lead nowhere: a token that was given
// before, or page after page without anything new.
var ErrNoProgress = errors.New("the service's pages do not advance; the list may go on")

// ErrUnanswered is the error of a gap whose id a describe call was asked for and
// said nothing about. ECS names what is missing; other servers may not.
var ErrUnanswered = errors.New("the service's answer leaves it out without a word")

// throttledRounds is how often a call that AWS throttled, after all attempts of the
// SDK, is put in line again: every other call may be refused, and the list is
// complete nevertheless.
const throttledRounds = 5

// idlePages is how many pages without anything new a listing bears. AWS may answer
// empty pages with a token, but not without end.
const idlePages = 100

// pages turns the plan into a listing. All state belongs to the consumer's
// goroutine: list and describe calls run in goroutines of their own that report
// over one channel, and only the consumer's goroutine yields. When it leaves the
// range, calls under way are cancelled and waited for.
func (p plan[T]) pages(parent context.Context) aws.Pages[T] {
	return func(yield func(aws.Page[T]) bool) {
		ctx, cancel := context.WithCancel(parent)
		r := &run[T]{plan: p, ctx: ctx, reports: make(chan report[T], p.workers+1), known: map[string]bool{}, had: map[string]bool{}, tokens: map[string]bool{}, total: -1}
		defer r.calls.Wait()
		defer cancel()
		r.drive(yield)
	}
}

// report is what a call says when it has ended: a list call's page or a describe
// call's answer to asked.
type report[T any] struct {
	token  string
	page   listed[T]
	asked  *ask
	answer described[T]
	err    error
}

// ask is one describe call's ids and how often they were asked for before.
type ask struct {
	ids    []string
	rounds int
}

// run is one pass over a plan.
type run[T any] struct {
	plan[T]
	ctx     context.Context
	reports chan report[T] // room for every call under way: none waits for the consumer
	calls   sync.WaitGroup

	known  map[string]bool // ids listed
	had    map[string]bool // keys of items yielded
	tokens map[string]bool
	queue  []string // ids waiting for a describe call
	again  []*ask   // batches waiting for another one
	rounds int      // of the list call under way
	flying int      // describe calls under way
	seen   int
	total  int // -1 while listing
	idle   int
	broken error // after it no further call is made
}

func (r *run[T]) drive(yield func(aws.Page[T]) bool) {
	listing := r.list != nil
	if listing {
		r.startList("")
	} else {
		fresh := r.enqueue(r.ids)
		r.seen, r.total = fresh, fresh
		r.dispatch(true)
		if fresh == 0 {
			yield(aws.Page[T]{})
			return
		}
	}
	for listing || r.flying > 0 {
		rep := <-r.reports
		out := aws.Page[T]{}
		if rep.asked == nil {
			listing = r.onList(rep, &out)
		} else {
			r.flying--
			r.onDescribe(rep, &out)
		}
		r.dispatch(!listing)
		if lost := r.waiting(); r.broken != nil && len(lost) > 0 {
			out.Gaps = append(out.Gaps, aws.Gap{IDs: lost, Err: r.broken})
			r.queue, r.again = nil, nil
		}
		out.Seen, out.Total = r.seen, r.total
		if !yield(out) {
			return
		}
	}
}

// waiting is the ids that no describe call has been made for, or none that counts.
func (r *run[T]) waiting() []string {
	ids := r.queue
	for _, a := range r.again {
		ids = append(ids[:len(ids):len(ids)], a.ids...)
	}
	return ids
}

func (r *run[T]) startList(token string) {
	r.tokens[token] = true
	r.calls.Go(func() {
		page, err := r.list(r.ctx, token)
		r.reports <- report[T]{token: token, page: page, err: err}
	})
}

// worthAnother reports whether a call that failed is to be made once more.
func (r *run[T]) worthAnother(err error, rounds int) bool {
	return r.broken == nil && rounds < throttledRounds && aws.AsError(err).Class == aws.Throttled && r.ctx.Err() == nil
}

// onList takes a page in and reports whether another one is on its way.
func (r *run[T]) onList(rep report[T], out *aws.Page[T]) bool {
	if rep.err != nil {
		if r.worthAnother(rep.err, r.rounds) {
			r.rounds++
			r.startList(rep.token)
			return true
		}
		r.breakOff(rep.err, out)
		return false
	}
	r.rounds = 0
	before := r.seen
	out.Items = r.fresh(rep.page.items)
	r.seen += len(out.Items) + r.enqueue(rep.page.ids)
	if r.idle++; r.seen > before {
		r.idle = 0
	}
	next := rep.page.next
	switch {
	case next == "":
		r.total = r.seen
		return false
	case r.broken != nil:
		r.breakOff(r.broken, out)
		return false
	case r.tokens[next] || r.idle >= idlePages:
		r.breakOff(&aws.Error{Class: aws.Internal, Text: ErrNoProgress.Error(), Err: ErrNoProgress}, out)
		return false
	}
	r.startList(next)
	return true
}

// breakOff records that the listing itself ended early. What it had found is still
// described, unless the reason holds for every other call too.
func (r *run[T]) breakOff(err error, out *aws.Page[T]) {
	out.Gaps = append(out.Gaps, aws.Gap{Err: aws.AsError(err), Fatal: true})
	r.stopIf(err)
}

// stopIf ends the pass where every further call would fail for the same reason.
func (r *run[T]) stopIf(err error) {
	if c := aws.AsError(err).Class; c == aws.Expired || c == aws.Cancelled || r.ctx.Err() != nil {
		r.broken = aws.AsError(err)
	}
}

// onDescribe takes the answer to one batch in: items, and gaps for what was asked
// but neither came nor was said to be gone.
func (r *run[T]) onDescribe(rep report[T], out *aws.Page[T]) {
	if rep.err != nil {
		if r.worthAnother(rep.err, rep.asked.rounds) {
			rep.asked.rounds++
			r.again = append(r.again, rep.asked)
			return
		}
		out.Gaps = append(out.Gaps, aws.Gap{IDs: rep.asked.ids, Err: aws.AsError(rep.err)})
		r.stopIf(rep.err)
		return
	}
	answered := make(map[string]bool, 2*len(rep.asked.ids))
	for _, it := range rep.answer.items {
		k := r.key(it)
		answered[k], answered[NameOf(k)] = true, true
	}
	failed := map[string]failure{}
	for _, f := range rep.answer.failures {
		failed[f.id], failed[NameOf(f.id)] = f, f
	}
	out.Items = r.fresh(rep.answer.items)
	for _, id := range rep.asked.ids {
		if answered[id] || answered[NameOf(id)] {
			continue
		}
		f, said := failed[id]
		if !said {
			f, said = failed[NameOf(id)]
		}
		if said && f.reason == "MISSING" { // deleted since it was listed
			r.seen--
			if r.total > 0 {
				r.total--
			}
			continue
		}
		out.Gaps = append(out.Gaps, aws.Gap{IDs: []string{id}, Err: r.failed(f, said)})
	}
}

func (r *run[T]) failed(f failure, said bool) error {
	e := &aws.Error{Op: r.op, Class: aws.Internal, Code: f.reason, Text: ErrUnanswered.Error(), Err: ErrUnanswered}
	if said {
		e.Text, e.Err = f.reason, nil
		if f.detail != "" {
			e.Text = fmt.Sprintf("%s: %s", f.reason, f.detail)
		}
	}
	return e
}

// fresh drops items that were yielded before.
func (r *run[T]) fresh(items []T) []T {
	out := items[:0]
	for _, it := range items {
		if k := r.key(it); !r.had[k] {
			r.had[k] = true
			out = append(out, it)
		}
	}
	return out
}

// enqueue adds ids that are new and counts them.
func (r *run[T]) enqueue(ids []string) (fresh int) {
	for _, id := range ids {
		if !r.known[id] {
			r.known[id] = true
			r.queue = append(r.queue, id)
			fresh++
		}
	}
	return fresh
}

// dispatch starts describe calls for what waits. While listing goes on, a batch
// that is not full waits for the next page, unless nothing else is under way: the
// first rows must not wait for the second page.
func (r *run[T]) dispatch(all bool) {
	for r.broken == nil && r.flying < r.workers {
		var a *ask
		switch n := min(r.batch, len(r.queue)); {
		case len(r.again) > 0:
			a, r.again = r.again[0], r.again[1:]
		case n == 0 || n < r.batch && !all && r.flying > 0:
			return
		default:
			a, r.queue = &ask{ids: r.queue[:n:n]}, r.queue[n:]
		}
		r.flying++
		r.calls.Go(func() {
			answer, err := r.describe(r.ctx, a.ids)
			r.reports <- report[T]{asked: a, answer: answer, err: err}
		})
	}
}
