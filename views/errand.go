package views

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dustin/go-humanize"

	"ecsole/aws/exec"
	"ecsole/tui/textview"
)

// errand is one command that runs in several containers: once in each, some at a time.
// It is safe for many goroutines.
type errand struct {
	id      int
	command string
	on      Clients
	place   place
	begun   time.Time
	targets []errandTarget

	mu       sync.Mutex
	outcomes []exec.Outcome // in the order in which they came
	cancel   context.CancelFunc
	given    bool // it was cancelled
	ended    time.Time
}

// errandTarget is a container, and why nothing can run in it.
type errandTarget struct {
	request exec.Request
	why     string
}

const (
	// errandTimeout is when commands that still run are given up.
	errandTimeout = 15 * time.Minute
	// errandOutput is how much is kept of what one container says, in bytes.
	errandOutput = 1 << 20
)

// run does the errand; it is the Run of a job.
func (e *errand) run(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, errandTimeout)
	defer cancel()
	e.mu.Lock()
	e.cancel = cancel
	given := e.given
	e.mu.Unlock()
	if given {
		cancel()
	}
	var able []exec.Request
	for _, t := range e.targets {
		if t.why != "" {
			e.take(exec.Outcome{Request: t.request, Err: fmt.Errorf("not tried: %s", t.why)})
			continue
		}
		able = append(able, t.request)
	}
	e.on.Exec.RunEach(ctx, able, e.command, 0, exec.RunOptions{Limit: errandOutput}, e.take)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ended = time.Now()
	well, _ := e.counts()
	text := fmt.Sprintf("%d of %d ended with status 0", well, len(e.targets))
	if well < len(e.targets) {
		text += "; :runs shows the others"
	}
	return text, nil
}

func (e *errand) take(o exec.Outcome) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.outcomes = append(e.outcomes, o)
}

// giveUp cancels what still runs.
func (e *errand) giveUp() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.given = true; e.cancel != nil {
		e.cancel()
	}
}

// counts are the commands that ended with status 0, and the others that have ended;
// mu is held.
func (e *errand) counts() (well, ill int) {
	for _, o := range e.outcomes {
		if o.Err == nil && o.Known && o.Exit == 0 {
			well++
		} else {
			ill++
		}
	}
	return well, ill
}

// progress is a snapshot of counts.
func (e *errand) progress() (well, ill, left int, ended time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	well, ill = e.counts()
	return well, ill, len(e.targets) - well - ill, e.ended
}

// state is how the errand stands, in words.
func (e *errand) state() string {
	well, ill, left, ended := e.progress()
	var parts []string
	if left > 0 {
		parts = append(parts, fmt.Sprintf("%d to come", left))
	}
	if well > 0 {
		parts = append(parts, fmt.Sprintf("%d with status 0", well))
	}
	if ill > 0 {
		parts = append(parts, fmt.Sprintf("%d without status 0", ill))
	}
	text := strings.Join(parts, ", ")
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.given && ended.IsZero():
		text += " · being cancelled"
	case e.given:
		text += " · cancelled"
	}
	return text
}

// document shows who said what: those who said the same together, with the most first.
func (e *errand) document() textview.Document {
	e.mu.Lock()
	outcomes, ended := slices.Clone(e.outcomes), e.ended
	e.mu.Unlock()
	took := time.Since(e.begun)
	if !ended.IsZero() {
		took = ended.Sub(e.begun)
	}
	head := textview.Section{Title: "Command", Rows: []textview.Row{
		{Label: "Command", Value: e.command}, {Label: "In", Value: e.place.String()},
		{Label: "Containers", Value: e.state()}, {Label: "Took", Value: took.Round(100 * time.Millisecond).String()},
	}}
	d := textview.Document{Sections: []textview.Section{head}}
	done := map[string]bool{}
	for _, o := range outcomes {
		done[targetKey(o.Request)] = true
	}
	for _, a := range exec.Fold(outcomes) {
		d.Sections = append(d.Sections, e.answer(a))
	}
	var waiting []string
	for _, t := range e.targets {
		if !done[targetKey(t.request)] {
			waiting = append(waiting, t.request.Label)
		}
	}
	if len(waiting) > 0 {
		d.Sections = append(d.Sections, textview.Section{Title: fmt.Sprintf("%d have not answered yet", len(waiting)), Text: strings.Join(waiting, "\n")})
	}
	return d
}

func targetKey(r exec.Request) string { return r.Task + "/" + r.Container }

// answer is what some containers said alike.
func (e *errand) answer(a exec.Answer) textview.Section {
	from := a.From[0]
	if len(e.targets) > 1 {
		from = fmt.Sprintf("%d of %d", len(a.From), len(e.targets))
	}
	s := textview.Section{Text: a.Output}
	switch {
	case a.Err != "" && a.Output == "":
		s.Title, s.Text = from+": no answer", a.Err
	case a.Err != "":
		s.Title = from + ": broken off"
		s.Rows = append(s.Rows, textview.Row{Label: "Because", Value: a.Err, Tone: textview.Bad})
	case !a.Known:
		s.Title = from + ": exit status not known"
	default:
		s.Title = fmt.Sprintf("%s: exit status %d", from, a.Exit)
	}
	if len(e.targets) > 1 {
		s.Rows = append(s.Rows, textview.Row{Label: "Containers", Value: strings.Join(a.From, "\n")})
	}
	if a.Cut {
		s.Rows = append(s.Rows, textview.Row{Label: "Output", Value: "only its beginning, " + humanize.IBytes(uint64(len(a.Output))), Tone: textview.Pending})
	}
	if s.Text == "" {
		s.Rows = append(s.Rows, textview.Row{Label: "Output", Value: "none", Tone: textview.Dim})
	}
	return s
}

// errands are the latest of this run. They are safe for many goroutines.
type errands struct {
	mu   sync.Mutex
	last int
	list []*errand
}

// errandsKept is how many errands are remembered.
const errandsKept = 50

func (l *errands) add(e *errand) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	e.id = l.last
	if l.list = append(l.list, e); len(l.list) > errandsKept {
		l.list = slices.Clone(l.list[len(l.list)-errandsKept:])
	}
}

func (l *errands) all() []*errand {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.list)
}
