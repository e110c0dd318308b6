package world

import (
	"slices"
	"strings"
)

// state is everything that is, by name and in order. Values are replaced, never
// changed in place, so that they can be handed out.
type state struct {
	clusters   map[string]*Cluster // by name
	order      []string            // names of clusters, sorted
	services   map[string]*Service // by ARN
	ofCluster  map[string][]string // cluster name → ARNs of services, sorted
	tasks      map[string]*Task    // by ARN, also those long gone
	visible    map[string][]string // cluster name → ARNs of tasks that AWS still tells of, sorted
	ofService  map[string][]string // service ARN → ARNs of all its tasks, oldest first
	families   map[string][]*TaskDefinition
	definition map[string]*TaskDefinition // by ARN
	instances  map[string][]*Instance     // cluster name → sorted by ARN
	providers  map[string]*CapacityProvider
	deploys    map[string]*ServiceDeployment // by ARN
	deploysOf  map[string][]string           // service ARN → ARNs, oldest first
	revisions  map[string]*Revision
	incidents  []Incident
	plans      map[string]*plan    // service ARN → what moves it
	dirty      map[string]struct{} // services whose counts are to be taken anew
	bad        map[string]bool     // ARNs of task definitions whose tasks crash
}

// Clusters lists all clusters by name.
func (w *World) Clusters() []*Cluster {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live()
	out := make([]*Cluster, len(w.state.order))
	for i, n := range w.state.order {
		out[i] = w.state.clusters[n]
	}
	return out
}

// Cluster finds a cluster by name or ARN; nil if there is none.
func (w *World) Cluster(id string) *Cluster {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live()
	return w.cluster(id)
}

func (w *World) cluster(id string) *Cluster {
	c := w.state.clusters[lastPart(id)]
	if c == nil || strings.HasPrefix(id, "arn:") && c.ARN != id {
		return nil
	}
	return c
}

// Services lists the services of a cluster (name or ARN) by ARN.
func (w *World) Services(cluster string) []*Service {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live()
	arns := w.state.ofCluster[lastPart(cluster)]
	out := make([]*Service, len(arns))
	for i, a := range arns {
		out[i] = w.state.services[a]
	}
	return out
}

// Service finds a service by name or ARN in a cluster (name or ARN).
func (w *World) Service(cluster, id string) *Service {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live()
	return w.service(cluster, id)
}

func (w *World) service(cluster, id string) *Service {
	if strings.HasPrefix(id, "arn:") {
		s := w.state.services[id]
		if s == nil || s.ClusterName != lastPart(cluster) {
			return nil
		}
		return s
	}
	return w.state.services[w.ARN("ecs", "service/%s/%s", lastPart(cluster), id)]
}

// Tasks lists the tasks of a cluster that AWS would tell of: those that live and
// those stopped less than an hour ago, by ARN.
func (w *World) Tasks(cluster string) []*Task {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live()
	arns := w.state.visible[lastPart(cluster)]
	out := make([]*Task, len(arns))
	for i, a := range arns {
		out[i] = w.state.tasks[a]
	}
	return out
}

// Task finds a task by ARN, one that is long gone, too; nil if there never was one.
func (w *World) Task(arn string) *Task {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live()
	return w.wronged(w.state.tasks[arn])
}

// VisibleTask finds a task by id or ARN in a cluster, if AWS would tell of it.
func (w *World) VisibleTask(cluster, id string) *Task {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live()
	return w.wronged(w.visibleTask(cluster, id))
}

func (w *World) visibleTask(cluster, id string) *Task {
	name := lastPart(cluster)
	arn := id
	if !strings.HasPrefix(id, "arn:") {
		arn = w.ARN("ecs", "task/%s/%s", name, id)
	}
	if _, ok := slices.BinarySearch(w.state.visible[name], arn); !ok {
		return nil
	}
	return w.state.tasks[arn]
}

// History lists all tasks of a service that the world remembers, oldest first:
// whose log streams there are.
func (w *World) History(serviceARN string) []*Task {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live()
	arns := w.state.ofService[serviceARN]
	out := make([]*Task, len(arns))
	for i, a := range arns {
		out[i] = w.state.tasks[a]
	}
	return out
}

// Definition finds a task definition by ARN, FAMILY:REVISION, or FAMILY (its
// latest active revision).
func (w *World) Definition(id string) *TaskDefinition {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live()
	return w.wrongedDefinition(w.lookup(id))
}

func (w *World) lookup(id string) *TaskDefinition {
	if strings.HasPrefix(id, "arn:") {
		return w.state.definition[id]
	}
	if strings.Contains(id, ":") {
		return w.state.definition[w.ARN("ecs", "task-definition/%s", id)]
	}
	revs := w.state.families[id]
	for i := len(revs) - 1; i >= 0; i-- {
		if revs[i].Status == "ACTIVE" {
			return revs[i]
		}
	}
	return nil
}

// Families lists all revisions by family, each oldest first.
func (w *World) Families() map[string][]*TaskDefinition {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live()
	out := make(map[string][]*TaskDefinition, len(w.state.families))
	for f, revs := range w.state.families {
		out[f] = slices.Clone(revs)
	}
	return out
}

// Instances lists the container instances of a cluster by ARN.
func (w *World) Instances(cluster string) []*Instance {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live()
	out := slices.Clone(w.state.instances[lastPart(cluster)])
	for i := range out {
		if w.wrong.has(WrongAgent) {
			c := *out[i]
			c.Agent = "1.39.0"
			out[i] = &c
		}
	}
	return out
}

// CapacityProviders lists those of the account by name, AWS's own among them.
func (w *World) CapacityProviders() []*CapacityProvider {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]*CapacityProvider, 0, len(w.state.providers))
	for _, p := range w.state.providers {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b *CapacityProvider) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// ServiceDeployments lists those of a service, oldest first.
func (w *World) ServiceDeployments(serviceARN string) []*ServiceDeployment {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live()
	arns := w.state.deploysOf[serviceARN]
	out := make([]*ServiceDeployment, len(arns))
	for i, a := range arns {
		out[i] = w.state.deploys[a]
	}
	return out
}

// ServiceDeployment finds one by ARN.
func (w *World) ServiceDeployment(arn string) *ServiceDeployment {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live()
	return w.state.deploys[arn]
}

// Revision finds a service revision by ARN.
func (w *World) Revision(arn string) *Revision {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state.revisions[arn]
}

// Incidents lists what a detector would have found, oldest first.
func (w *World) Incidents() []Incident {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live()
	return slices.Clone(w.state.incidents)
}

// lastPart is what follows the last slash of an ARN, or the name itself.
func lastPart(id string) string {
	return id[strings.LastIndexByte(id, '/')+1:]
}
