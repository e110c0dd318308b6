package exec

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"ecsole/aws"
)

// parallelRuns is how many commands run at once where nothing else is asked for.
const parallelRuns = 8

// collectedLimit is what the outputs of one RunEach may take together, in bytes, and
// collectedLeast what each may have in any case.
const (
	collectedLimit = 256 << 20
	collectedLeast = 64 << 10
)

// share is the limit of one output among n.
func share(limit, n int) int {
	if limit == 0 {
		limit = outputLimit
	}
	return min(limit, max(collectedLimit/max(n, 1), collectedLeast))
}

// RunEach runs a command for each request, so many at once (0 is 8), and tells of each
// outcome when it is there, from one goroutine at a time. The outcomes come back in
// the order of the requests. When ctx ends, so do the commands that run, and none is
// begun any more. Of each output less is kept than o.Limit where there are so many that
// they would fill the memory.
func (s *Sessions) RunEach(ctx context.Context, requests []Request, command string, parallel int, o RunOptions, each func(Outcome)) []Outcome {
	if parallel <= 0 {
		parallel = parallelRuns
	}
	o.Limit = share(o.Limit, len(requests))
	out := make([]Outcome, len(requests))
	slots := make(chan struct{}, parallel)
	var telling sync.Mutex
	var wg sync.WaitGroup
	for i, r := range requests {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := ctx.Err(); err != nil {
				out[i] = Outcome{Request: r, Err: fmt.Errorf("never begun: %w", aws.AsError(err))}
			} else {
				out[i] = s.Run(ctx, r, command, o)
			}
			if each != nil {
				telling.Lock()
				defer telling.Unlock()
				each(out[i])
			}
		})
	}
	wg.Wait()
	return out
}

// Answer is what several commands said alike.
type Answer struct {
	Output string // foreign text, without blanks at its end
	Exit   int
	Known  bool
	Cut    bool     // Output is only its beginning
	Err    string   // instead of an answer
	From   []string // labels, sorted
}

// Fold puts identical outcomes together, those that most gave first.
func Fold(outcomes []Outcome) []Answer {
	var out []Answer
	for _, o := range outcomes {
		a := Answer{Output: strings.TrimRight(strings.ReplaceAll(string(o.Output), "\r\n", "\n"), " \t\r\n"), Exit: o.Exit, Known: o.Known, Cut: o.Cut}
		if o.Err != nil {
			a.Err = o.Err.Error()
		}
		i := slices.IndexFunc(out, func(b Answer) bool {
			return a.Output == b.Output && a.Exit == b.Exit && a.Known == b.Known && a.Cut == b.Cut && a.Err == b.Err
		})
		if i < 0 {
			i = len(out)
			out = append(out, a)
		}
		out[i].From = append(out[i].From, o.Request.label())
	}
	for _, a := range out {
		slices.Sort(a.From)
	}
	slices.SortStableFunc(out, func(a, b Answer) int { return len(b.From) - len(a.From) })
	return out
}
