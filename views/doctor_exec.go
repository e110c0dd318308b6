package views

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"ecsole/aws"
	"ecsole/aws/doctor"
	"ecsole/aws/ecs"
	"ecsole/tui/clean"
)

// DoctorRequest says what `doctor exec` is to examine.
type DoctorRequest struct {
	Target, Cluster, Container string
	Output                     string // table, json
}

// UnwellError says that points failed or could not be read; all of them have been
// printed.
type UnwellError struct{ Failed, Unknown int }

func (e *UnwellError) Error() string {
	var parts []string
	if e.Failed > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", e.Failed))
	}
	if e.Unknown > 0 {
		parts = append(parts, fmt.Sprintf("%d could not be read", e.Unknown))
	}
	return "of the points, " + strings.Join(parts, " and ")
}

// CheckDoctorOutput refuses an output that there is not.
func CheckDoctorOutput(name string) error {
	if name != "table" && name != "json" {
		return fmt.Errorf("there is no output %q; outputs are table, json", name)
	}
	return nil
}

// DoctorExec examines what ECS Exec depends on and prints it. Where a point failed or
// could not be read, the error is an *UnwellError.
func DoctorExec(ctx context.Context, c Clients, r DoctorRequest, w io.Writer) error {
	t, err := ecs.Resolve(aws.Foreground(ctx), c.ECS, r.Target, r.Cluster)
	if err != nil {
		return err
	}
	p := patient{cluster: t.ClusterARN, container: orDefault(r.Container, t.Container), label: t.String()}
	switch {
	case t.Task != nil:
		p.task = t.Task.ARN
	case t.Service != nil:
		p.service = t.Service.Name
	default:
		return fmt.Errorf("%s is a cluster: name a service or a task in it", r.Target)
	}
	var d diagnosis
	if err := examine(ctx, c, p, func(now diagnosis) { d = now }); err != nil {
		return err
	}
	write := d.writeTable
	if r.Output == "json" {
		write = d.writeJSON
	}
	if err := write(w); err != nil {
		return err
	}
	if failed, unknown := d.count(ecs.PointFailed), d.count(ecs.PointUnknown); failed+unknown > 0 {
		return &UnwellError{failed, unknown}
	}
	return nil
}

// writeTable prints the points as text: what failed first, each with its state in
// words, what to do under it.
func (d diagnosis) writeTable(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", clean.Line(d.label))
	for _, line := range d.chosen {
		fmt.Fprintf(&b, "%s\n", clean.Line(line))
	}
	fmt.Fprintf(&b, "%s\n", d.verdict())
	if p, ok := d.likely(); ok {
		fmt.Fprintf(&b, "likely cause: %s: %s\n", clean.Line(p.Name), clean.Line(d.pointLines(p)[0]))
	}
	b.WriteByte('\n')
	width := 0
	for _, p := range d.points {
		width = max(width, clean.Width(clean.Line(p.Name)))
	}
	for _, p := range d.points {
		fmt.Fprintf(&b, "%s %-7v  %s", pointGlyph(p.State), p.State, pad(clean.Line(p.Name), width))
		for i, line := range d.pointLines(p) {
			if i > 0 {
				b.WriteString(strings.Repeat(" ", width+11))
			}
			fmt.Fprintf(&b, "  %s\n", clean.Line(line))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeJSON prints the points as data.
func (d diagnosis) writeJSON(w io.Writer) error {
	type point struct {
		Name      string `json:"name"`
		Container string `json:"container,omitempty"`
		State     string `json:"state"`
		Evidence  string `json:"evidence"`
		Fix       string `json:"fix,omitempty"`
		Paste     string `json:"paste,omitempty"`
		Missing   string `json:"missingPermission,omitempty"`
	}
	of := func(p doctor.Point) point {
		return point{p.Name, p.Container, p.State.String(), p.Evidence, p.Fix, p.Paste, p.Missing}
	}
	out := struct {
		Target string         `json:"target"`
		Task   *string        `json:"task"` // null: the service has none
		Chosen []string       `json:"chosen,omitempty"`
		Counts map[string]int `json:"counts"`
		Likely *point         `json:"likelyCause"`
		Points []point        `json:"points"`
	}{Target: d.label, Chosen: d.chosen, Counts: map[string]int{}, Points: []point{}}
	if d.task != "" {
		out.Task = &d.task
	}
	for _, s := range states {
		out.Counts[s.String()] = d.count(s)
	}
	if p, ok := d.likely(); ok {
		likely := of(p)
		out.Likely = &likely
	}
	for _, p := range d.points {
		out.Points = append(out.Points, of(p))
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}
