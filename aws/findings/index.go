package findings

import (
	"slices"
	"time"
)

// Badge sums up the findings of one thing.
type Badge struct {
	Count    int
	Severity float64 // the highest
	Label    string  // of the highest
}

func (b *Badge) add(f Finding) {
	b.Count++
	if f.Severity > b.Severity {
		b.Severity, b.Label = f.Severity, f.Label
	}
}

// Index is a listing of findings, found by cluster, service, task and instance. It
// is not changed once built.
type Index struct {
	At       time.Time // when it was read
	State    State
	Findings []Finding
	Gaps     bool // some findings could not be read: counts are at least
	clusters map[string]Badge
	services map[string]Badge
	tasks    map[string]Badge
	hosts    map[string]Badge
	total    Badge
	crossed  map[int][]string // by number in Findings: the further services of an attack sequence
}

// NewIndex arranges findings. Each is counted once per cluster, service and task.
// An attack sequence names tasks but no service: it counts for the services that
// the other findings on these tasks name.
func NewIndex(at time.Time, state State, all []Finding) *Index {
	x := &Index{At: at, State: state, Findings: slices.Clone(all), clusters: map[string]Badge{}, services: map[string]Badge{},
		tasks: map[string]Badge{}, hosts: map[string]Badge{}, crossed: map[int][]string{}}
	serviceOf := map[string]string{} // by task
	for _, f := range all {
		if f.TaskARN != "" && f.ServiceName != "" {
			serviceOf[f.TaskARN] = f.ServiceName
		}
	}
	for i := range x.Findings {
		f := &x.Findings[i]
		for _, t := range f.TaskARNs {
			switch name := serviceOf[t]; {
			case name == "" || name == f.ServiceName || slices.Contains(x.crossed[i], name):
			case f.ServiceName == "":
				f.ServiceName = name
			default:
				x.crossed[i] = append(x.crossed[i], name)
			}
		}
		x.total.add(*f)
		count(x.clusters, f.ClusterARN, *f)
		count(x.hosts, f.InstanceID, *f)
		if f.ServiceName != "" {
			count(x.services, serviceKey(f.ClusterARN, f.ServiceName), *f)
		}
		for _, name := range x.crossed[i] {
			count(x.services, serviceKey(f.ClusterARN, name), *f)
		}
		count(x.tasks, f.TaskARN, *f)
		for _, t := range f.TaskARNs {
			if t != f.TaskARN {
				count(x.tasks, t, *f)
			}
		}
	}
	return x
}

func count(m map[string]Badge, key string, f Finding) {
	if key == "" {
		return
	}
	b := m[key]
	b.add(f)
	m[key] = b
}

func serviceKey(clusterARN, name string) string { return clusterARN + "\x00" + name }

// Total counts all findings.
func (x *Index) Total() Badge {
	if x == nil {
		return Badge{}
	}
	return x.total
}

// Cluster counts what was found in a cluster, its services and tasks included.
func (x *Index) Cluster(arn string) Badge {
	if x == nil {
		return Badge{}
	}
	return x.clusters[arn]
}

// Service counts what was found on the tasks of a service.
func (x *Index) Service(clusterARN, name string) Badge {
	if x == nil {
		return Badge{}
	}
	return x.services[serviceKey(clusterARN, name)]
}

// Task counts what was found on a task.
func (x *Index) Task(arn string) Badge {
	if x == nil {
		return Badge{}
	}
	return x.tasks[arn]
}

// Instance counts what was found on an EC2 instance, by its instance id.
func (x *Index) Instance(ec2ID string) Badge {
	if x == nil {
		return Badge{}
	}
	return x.hosts[ec2ID]
}

// Of lists the findings of a cluster ARN, a task ARN, an EC2 instance id, or, with
// service set, of that service in the cluster.
func (x *Index) Of(arn, service string) []Finding {
	if x == nil {
		return nil
	}
	var out []Finding
	for i, f := range x.Findings {
		switch {
		case service != "":
			if f.ClusterARN == arn && (f.ServiceName == service || slices.Contains(x.crossed[i], service)) {
				out = append(out, f)
			}
		case f.ClusterARN == arn, f.TaskARN == arn, f.InstanceID == arn, slices.Contains(f.TaskARNs, arn):
			out = append(out, f)
		}
	}
	return out
}
