package views

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"ecsole/aws"
	"ecsole/aws/ecs"
	"ecsole/tui/table"
)

// GetRequest says what `get` is to print.
type GetRequest struct {
	Kind   string
	Names  []string // labels or ids; none means all
	Scope  Scope
	Output string // table, wide, json, yaml, csv
}

// IncompleteError says what `get` could not read; what it could has been printed.
type IncompleteError struct{ Problems []string }

func (e *IncompleteError) Error() string {
	return "not everything could be read: " + strings.Join(e.Problems, "; ")
}

// add takes a problem once, however often it occurs.
func (e *IncompleteError) add(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(e.Problems, text) {
		e.Problems = append(e.Problems, text)
	}
}

// ours are the kinds about the console itself, of which nobody else can read anything.
var ours = []string{"aliases", "api", "forwards", "runs", "sessions"}

// GetKinds are the kinds that `get` prints: all but those about the console itself.
func GetKinds() []string {
	var names []string
	for _, k := range Kinds() {
		if !slices.Contains(ours, k.Name) {
			names = append(names, k.Name)
		}
	}
	return names
}

// OfThisMachine says whether a kind is read from this machine's files, so that it
// needs no account.
func OfThisMachine(kind string) bool {
	k, ok := KindNamed(kind)
	return ok && (k.Name == "journal" || k.Name == "profiles")
}

// Check says what about a request makes no sense, without asking anybody.
func (r GetRequest) Check() error {
	k, ok := KindNamed(r.Kind)
	if !ok || !slices.Contains(GetKinds(), k.Name) {
		return fmt.Errorf("there is no kind %q; kinds are %s", r.Kind, strings.Join(GetKinds(), ", "))
	}
	_, err := outputNamed(cmp.Or(r.Output, "table"))
	return err
}

// Get prints a kind's items, complete and sorted. What could not be read makes an
// IncompleteError, after the output of all that could.
func Get(ctx context.Context, c Clients, r GetRequest, w io.Writer) error {
	if err := r.Check(); err != nil {
		return err
	}
	k, _ := KindNamed(r.Kind)
	form, _ := outputNamed(cmp.Or(r.Output, "table"))
	incomplete := &IncompleteError{}
	if form.name != "table" && k.decoratedBy("findings") {
		c.Findings.Begin() // at the same time as the list
	}
	items := readAll(aws.Foreground(ctx), c, k, r, incomplete)
	if form.name != "table" {
		decorateAll(ctx, c, k, r.Scope, items, incomplete)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	slices.SortStableFunc(items, func(a, b got) int {
		return cmp.Or(natural(a.label, b.label), strings.Compare(a.id, b.id))
	})
	if err := form.write(w, k, r.Scope, items); err != nil {
		return err
	}
	if len(incomplete.Problems) > 0 {
		return incomplete
	}
	return nil
}

// natural compares texts with the numbers in them as numbers: web:9 before web:10.
func natural(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		m, n := digits(x), digits(y)
		if m > 0 && n > 0 {
			p, q := strings.TrimLeft(x[:m], "0"), strings.TrimLeft(y[:n], "0")
			if c := cmp.Or(cmp.Compare(len(p), len(q)), strings.Compare(p, q)); c != 0 {
				return c
			}
			x, y = x[m:], y[n:]
			continue
		}
		if x[0] != y[0] {
			break
		}
		x, y = x[1:], y[1:]
	}
	return cmp.Or(strings.Compare(x, y), strings.Compare(a, b))
}

// digits is how many of them s begins with.
func digits(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }

// got is one item with the cells of all its columns.
type got struct {
	id, label string
	item      any
	cells     []table.Cell
}

func readAll(ctx context.Context, c Clients, k *Kind, r GetRequest, incomplete *IncompleteError) []got {
	var items []got
	var gaps []aws.Gap
	seen, found := map[string]bool{}, map[string]bool{}
	for page := range k.list(ctx, c, r.Scope) {
		for _, row := range page.Rows {
			label := k.label(row.Item)
			if seen[row.ID] || !within(k, r.Scope, label, row.ID) || !wanted(r.Names, label, row.ID, found) {
				continue
			}
			seen[row.ID] = true
			items = append(items, got{row.ID, label, row.Item, row.Cells})
		}
		gaps = append(gaps, page.Gaps...)
	}
	addGaps(k, gaps, incomplete)
	addUnfound(k, r.Names, found, gaps, incomplete)
	return items
}

// addUnfound says which names nothing has. Where a gap is named by its ids, a name
// among them has had its say; where not all could be read, nobody knows.
func addUnfound(k *Kind, names []string, found map[string]bool, gaps []aws.Gap, incomplete *IncompleteError) {
	for _, name := range names {
		hit := func(id string) bool { return name == id || name == lastPart(id) || name == k.missing(id) }
		switch {
		case found[name] || slices.ContainsFunc(gaps, func(g aws.Gap) bool { return slices.ContainsFunc(g.IDs, hit) }):
		case len(gaps) > 0:
			incomplete.add("%s %s may be among what is missing", singular(k.Name), name)
		default:
			incomplete.add("there is no %s %s", singular(k.Name), name)
		}
	}
}

// addGaps says each reason once, with all that it kept from being read.
func addGaps(k *Kind, gaps []aws.Gap, incomplete *IncompleteError) {
	var reasons []string
	all := map[string]aws.Gap{}
	for _, g := range gaps {
		why := problem(g.Err)
		sum, ok := all[why]
		if !ok {
			reasons = append(reasons, why)
		}
		sum.IDs, sum.Fatal = append(sum.IDs, g.IDs...), sum.Fatal || g.Fatal
		all[why] = sum
	}
	for _, why := range reasons {
		incomplete.add("%s: %s", unreadPart(k, all[why]), why)
	}
}

// unreadPart names what a gap is about.
func unreadPart(k *Kind, g aws.Gap) string {
	const most = 3
	var names []string
	for _, id := range g.IDs[:min(most, len(g.IDs))] {
		names = append(names, k.missing(id))
	}
	switch n := len(g.IDs); {
	case n == 0 && g.Fatal:
		return k.Name
	case n == 0:
		return "a part of the " + k.Name
	case n == 1:
		return singular(k.Name) + " " + names[0]
	case n > most:
		return fmt.Sprintf("%d %s (%s, …)", n, k.Name, strings.Join(names, ", "))
	}
	return k.Name + " " + strings.Join(names, ", ")
}

// within narrows the kinds whose listing knows no narrower scope.
func within(k *Kind, s Scope, label, id string) bool {
	switch k.Name {
	case "clusters":
		return s.Cluster == "" || id == s.Cluster
	case "services":
		return s.Service == "" || label == s.Service
	case "tasks":
		return s.Task == "" || id == s.Task
	}
	return true
}

func wanted(names []string, label, id string, found map[string]bool) bool {
	if len(names) == 0 {
		return true
	}
	hit := false
	for _, n := range names {
		if n == label || n == id || n == lastPart(id) {
			found[n], hit = true, true
		}
	}
	return hit
}

// decorateAll fills the columns of overlays, in batches; what it cannot fill is
// null, and said to be missing.
func decorateAll(ctx context.Context, c Clients, k *Kind, s Scope, items []got, incomplete *IncompleteError) {
	for _, o := range k.overlays {
		if o.name == "findings" && len(items) > 0 {
			waitForFindings(ctx, c.Findings)
		}
		for batch := range slices.Chunk(items, 200) {
			all := make([]any, len(batch))
			for i, g := range batch {
				all[i] = g.item
			}
			values, err := o.fetch(ctx, c, s, all)
			if err != nil {
				incomplete.add("%s: %s", strings.Join(k.filledBy(o), ", "), problem(err))
			}
			for i := range batch {
				v, ok := values[batch[i].id]
				for title, cell := range o.cells {
					if !ok && err != nil {
						continue
					}
					batch[i].cells[k.columnNamed(title)] = cell(batch[i].item, v, ok)
				}
			}
		}
	}
}

// filledBy are the titles of the columns that an overlay fills, in their order.
func (k *Kind) filledBy(o overlay) []string {
	var titles []string
	for _, c := range k.columns {
		if _, ok := o.cells[c.title]; ok {
			titles = append(titles, c.title)
		}
	}
	return titles
}

func (k *Kind) columnNamed(title string) int {
	return slices.IndexFunc(k.columns, func(c column) bool { return c.title == title })
}

// ScopeOf finds the scope that names on a command line mean. A name that nothing
// has is an error: an empty list would look as if there were nothing in it.
func ScopeOf(ctx context.Context, c Clients, cluster, service, task string) (Scope, error) {
	ctx = aws.Foreground(ctx)
	var s Scope
	switch {
	case task != "":
		t, err := ecs.Resolve(ctx, c.ECS, task, cluster)
		if err != nil {
			return s, err
		}
		if t.Task == nil {
			return s, fmt.Errorf("--task %s: %w", task, errNotTask)
		}
		if service != "" && t.Task.Service() != service {
			return s, fmt.Errorf("task %s is not of service %s", t.Task.ID, service)
		}
		return Scope{Cluster: t.ClusterARN, Service: t.Task.Service(), Task: t.Task.ARN}, nil
	case service != "":
		t, err := ecs.Resolve(ctx, c.ECS, service, cluster)
		if err != nil {
			return s, err
		}
		if t.Service == nil || t.Task != nil {
			return s, fmt.Errorf("--service %s: that is no service", service)
		}
		return Scope{Cluster: t.ClusterARN, Service: t.Service.Name}, nil
	case cluster != "":
		found, err := findCluster(ctx, c, cluster)
		return Scope{Cluster: found}, err
	}
	return s, nil
}

var errNotTask = errors.New("that is no task")

// findCluster turns a name into an ARN.
func findCluster(ctx context.Context, c Clients, name string) (string, error) {
	items, gaps := aws.Collect(c.ECS.DescribeClusters(ctx, []string{name}))
	for _, v := range items {
		if v.Status != "INACTIVE" {
			return v.ARN, nil
		}
	}
	for _, g := range gaps {
		if !errors.Is(g.Err, ecs.ErrUnanswered) {
			return "", g.Err
		}
	}
	return "", fmt.Errorf("%w %s in %s", errNoCluster, name, c.Account.Region())
}

var errNoCluster = errors.New("there is no cluster")
