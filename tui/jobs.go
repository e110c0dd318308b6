package tui

import (
	"context"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/clean"
	"ecsole/tui/screen"
	"ecsole/tui/theme"
)

// jobTimeout is an act's deadline where it names none.
const jobTimeout = time.Minute

// jobs are the acts that run now. Their context is no screen's: an act ends by
// itself or by its own deadline, so that what became of it is always known.
type jobs struct {
	list []*job
}

type job struct {
	screen.Job
	began time.Time
}

// jobDone brings an act's end to the event loop.
type jobDone struct {
	job  *job
	text string
	err  error
}

// reason says why one should not quit now.
func (j *jobs) reason() string {
	switch n := len(j.list); n {
	case 0:
		return ""
	case 1:
		return "1 job: " + j.list[0].Label
	default:
		return fmt.Sprintf("%d jobs: %s, …", n, j.list[0].Label)
	}
}

// start runs a job outside the event loop.
func (m *Model) start(spec screen.Job) tea.Cmd {
	if spec.Timeout <= 0 {
		spec.Timeout = jobTimeout
	}
	j := &job{Job: spec, began: m.o.Now()}
	m.jobs.list = append(m.jobs.list, j)
	return func() tea.Msg { return run(j) }
}

// run does the act. A panic in it becomes its error: the end of an act must come
// to the user's eyes, not end the program.
func run(j *job) (done jobDone) {
	done.job = j
	defer func() {
		if r := recover(); r != nil {
			done.err = fmt.Errorf("the job broke: %v", r)
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), j.Timeout)
	defer cancel()
	done.text, done.err = j.Run(ctx)
	return done
}

// jobDone takes the end of an act.
func (m *Model) jobDone(d jobDone) tea.Cmd {
	for i, j := range m.jobs.list {
		if j == d.job {
			m.jobs.list = append(m.jobs.list[:i:i], m.jobs.list[i+1:]...)
			break
		}
	}
	label := d.job.Label
	if d.job.Where != "" {
		label += " in " + d.job.Where
	}
	f := screen.Flash{Text: label + ": " + d.text}
	if d.text == "" {
		f.Text = label + ": done"
	}
	if d.err != nil {
		f = screen.Flash{Level: screen.Error, Text: label, Err: d.err}
	}
	cmd := m.say(f)
	if d.job.Done != nil {
		cmd = screen.Batch(cmd, d.job.Done(d.text, d.err))
	}
	return cmd
}

// view is the jobs line: the oldest job and how many more there are.
func (j *jobs) view(t *theme.Theme, now time.Time) string {
	if len(j.list) == 0 {
		return ""
	}
	first := j.list[0]
	line := theme.PenOf(t.Jobs.Label).Paint(" ◌ " + clean.Line(first.Label))
	if first.Where != "" {
		line += theme.PenOf(t.Jobs.Where).Paint(" in " + clean.Line(first.Where))
	}
	if first.Progress != nil {
		if text := first.Progress(); text != "" {
			line += theme.PenOf(t.Jobs.Label).Paint(" " + clean.Line(text))
		}
	}
	line += theme.PenOf(t.Jobs.Elapsed).Paint(fmt.Sprintf(" %ds", int(now.Sub(first.began).Seconds())))
	if n := len(j.list) - 1; n > 0 {
		line += theme.PenOf(t.Jobs.Where).Paint(fmt.Sprintf(" · %d more", n))
	}
	return line
}
