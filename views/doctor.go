package views

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/aws"
	"ecsole/aws/doctor"
	"ecsole/aws/ecs"
	"ecsole/tui/clean"
	"ecsole/tui/dialog"
	"ecsole/tui/screen"
	"ecsole/tui/textview"
)

// patient is what the doctor examines: a service, a task, or a container of one.
type patient struct {
	cluster   string // ARN
	service   string // name; "" where a task is meant
	task      string // ARN; "" where a service is meant
	container string
	label     string
	failure   error // of the shell that did not open
}

// diagnosis is what is known so far.
type diagnosis struct {
	patient
	chosen []string // which task, and what is known of the others
	points []doctor.Point
	all    bool
}

func serviceDoctor(a *App, _ Scope, v ecs.Service) (Opening, error) {
	return Opening{Screen: a.doctorScreen(a.on, patient{cluster: v.ClusterARN, service: v.Name, label: "service/" + v.Name}, nil)}, nil
}

func taskDoctor(a *App, _ Scope, v ecs.Task) (Opening, error) {
	return Opening{Screen: a.doctorScreen(a.on, patient{cluster: v.ClusterARN, task: v.ARN, label: "task/" + shortID(v.ID)}, nil)}, nil
}

func containerDoctor(a *App, _ Scope, v container) (Opening, error) {
	return Opening{Screen: a.doctorScreen(a.on, patient{cluster: v.task.ClusterARN, task: v.task.ARN, container: v.Name, label: shellLabel(v.task, v.Name)}, nil)}, nil
}

// examine finds what is meant and has it examined; show gets all that is known so far
// each time that more is.
func examine(ctx context.Context, c Clients, p patient, show func(diagnosis)) error {
	ctx = aws.Foreground(ctx)
	d := diagnosis{patient: p}
	subject := doctor.Subject{Cluster: p.cluster, Container: p.container, Failure: p.failure}
	if p.task != "" {
		found, gaps := aws.Collect(c.ECS.DescribeTasks(ctx, p.cluster, []string{p.task}))
		switch {
		case len(found) > 0:
			subject.Task = &found[0]
		case len(gaps) > 0:
			return gaps[0].Err
		default:
			return &aws.Error{Class: aws.NotFound, Text: "ECS forgot this task: it keeps stopped tasks for about an hour", Err: errNoTask}
		}
	} else {
		found, gaps := aws.Collect(c.ECS.DescribeServices(ctx, p.cluster, []string{p.service}))
		switch {
		case len(found) > 0:
			subject.Service = &found[0]
		case len(gaps) > 0:
			return gaps[0].Err
		default:
			return &aws.Error{Class: aws.NotFound, Text: "there is no service " + p.service}
		}
		var err error
		if subject.Task, d.chosen, err = doctor.Choose(ctx, c.ECS, found[0]); err != nil {
			return err
		}
	}
	if subject.Task != nil {
		d.task = subject.Task.ARN
	}
	for point := range c.Doctor.Examine(ctx, subject) {
		d.points = append(slices.Clone(d.points), point)
		doctor.Sort(d.points)
		show(d)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	d.all = true
	show(d)
	return nil
}

// doctorTimeout is more than an examination takes, together with finding its subject.
const doctorTimeout = time.Minute

// doctorScreen shows an examination as it goes on. One that has been made already is
// shown first, and made again when the user refreshes.
func (a *App) doctorScreen(on Clients, p patient, known *diagnosis) screen.Screen {
	o := a.textOptions(on, "doctor", p.label)
	o.Timeout, o.Wrap, o.FileName = doctorTimeout, true, "doctor-"+p.label+".txt"
	var newest atomic.Pointer[diagnosis] // for the key, which belongs to the event loop
	var first sync.Once
	o.Stream = func(ctx context.Context, show func(textview.Document)) error {
		put := func(d diagnosis) {
			newest.Store(&d)
			show(d.document())
		}
		shown := false
		first.Do(func() {
			if known != nil {
				put(*known)
				shown = known.all
			}
		})
		if shown {
			return nil
		}
		return examine(ctx, on, p, put)
	}
	o.Actions = func() []screen.Action {
		var points []doctor.Point
		if d := newest.Load(); d != nil {
			points = d.points
		}
		fix := screen.Action{Name: "doctor.fix", Keys: a.keys.For("doctor.fix"), Label: "Copy a fix", Run: func() tea.Cmd { return a.copyFix(points) }}
		if len(pastes(points)) == 0 {
			fix.Off = "there is no command or policy to copy"
		}
		return []screen.Action{fix}
	}
	return textview.New(o)
}

// pastes are the points that have something to copy.
func pastes(points []doctor.Point) []doctor.Point {
	return slices.DeleteFunc(slices.Clone(points), func(p doctor.Point) bool { return p.Paste == "" || p.State == ecs.PointPassed })
}

// copyFix puts a point's command or policy on the clipboard; of several it asks which.
func (a *App) copyFix(points []doctor.Point) tea.Cmd {
	all := pastes(points)
	put := func(i int) tea.Cmd {
		return screen.Cmd(screen.Copy{Text: all[i].Paste, What: "fix of " + pointName(all[i])})
	}
	if len(all) == 1 {
		return put(0)
	}
	items := make([]dialog.Item, len(all))
	for i, p := range all {
		items[i] = dialog.Item{Label: pointGlyph(p.State) + " " + clean.Line(pointName(p)), Detail: clean.Line(p.Paste)}
	}
	return screen.Cmd(screen.Ask{Overlay: dialog.Choose(a.theme, "Copy the fix of which point?", items, 0, put)})
}

func pointName(p doctor.Point) string {
	if p.Container != "" {
		return p.Name + " · " + p.Container
	}
	return p.Name
}

// states are the groups of points in the order in which they are shown.
var states = [...]ecs.PointState{ecs.PointFailed, ecs.PointWarned, ecs.PointUnknown, ecs.PointPassed}

func (d diagnosis) count(s ecs.PointState) int {
	n := 0
	for _, p := range d.points {
		if p.State == s {
			n++
		}
	}
	return n
}

// verdict sums up: "1 failed, 2 warned, 0 unknown, 20 passed".
func (d diagnosis) verdict() string {
	var parts []string
	for _, s := range states {
		parts = append(parts, fmt.Sprintf("%d %v", d.count(s), s))
	}
	return strings.Join(parts, ", ")
}

// open are the points that are not known yet.
func (d diagnosis) open() []string {
	if d.all {
		return nil
	}
	return slices.DeleteFunc(doctor.Names(), func(name string) bool {
		return slices.ContainsFunc(d.points, func(p doctor.Point) bool { return p.Name == name })
	})
}

// likely is the likely cause, where a shell did not open or cannot.
func (d diagnosis) likely() (doctor.Point, bool) {
	if d.failure == nil && d.count(ecs.PointFailed) == 0 {
		return doctor.Point{}, false
	}
	return doctor.Likely(d.points, d.failure)
}

// document lays an examination out: what is likely to be the cause first.
func (d diagnosis) document() textview.Document {
	head := textview.Section{}
	add := func(label, value string, tone textview.Tone) {
		head.Rows = append(head.Rows, textview.Row{Label: label, Value: value, Tone: tone})
	}
	if d.failure != nil {
		add("Shell", problem(d.failure), textview.Bad)
	}
	if len(d.chosen) > 0 {
		add("Examined", strings.Join(d.chosen, "\n"), textview.Normal)
	} else if d.task != "" {
		add("Examined", "task "+lastPart(d.task), textview.Normal)
	}
	add("Verdict", d.verdict(), textview.Normal)
	out := textview.Document{}
	if left := d.open(); len(left) > 0 {
		add("Still open", strings.Join(left, ", "), textview.Pending)
		out.Note = "examining…"
	}
	out.Sections = []textview.Section{head}
	if p, ok := d.likely(); ok {
		p.Paste = "" // it stands below
		out.Sections = append(out.Sections, textview.Section{Title: "Likely cause", Rows: d.pointRows(p)})
	}
	for _, s := range states {
		section := textview.Section{Title: fmt.Sprintf("%s (%d)", strings.ToUpper(s.String()[:1])+s.String()[1:], d.count(s))}
		for _, p := range d.points {
			if p.State == s {
				section.Rows = append(section.Rows, d.pointRows(p)...)
			}
		}
		if len(section.Rows) > 0 {
			out.Sections = append(out.Sections, section)
		}
	}
	return out
}

// pointRows are what was found, in the colour of its state, and under it what to do.
func (d diagnosis) pointRows(p doctor.Point) []textview.Row {
	tone := map[ecs.PointState]textview.Tone{
		ecs.PointFailed: textview.Bad, ecs.PointWarned: textview.Warned, ecs.PointUnknown: textview.Unknown, ecs.PointPassed: textview.Good,
	}[p.State]
	lines := d.pointLines(p)
	rows := []textview.Row{{Label: p.Name, Value: lines[0], Tone: tone}}
	for _, l := range lines[1:] {
		rows = append(rows, textview.Row{Value: l})
	}
	return rows
}

// pointLines are what was found, what to do, and what does it.
func (d diagnosis) pointLines(p doctor.Point) []string {
	lines := []string{p.Evidence}
	if p.Container != "" && slices.ContainsFunc(d.points, func(q doctor.Point) bool { return q.Container != "" && q.Container != p.Container }) {
		lines[0] = p.Container + ": " + p.Evidence
	}
	if p.State == ecs.PointPassed {
		return lines
	}
	if p.Fix != "" {
		lines = append(lines, "→ "+p.Fix)
	}
	if p.Paste != "" {
		lines = append(lines, p.Paste)
	}
	return lines
}
