package logsapi

import (
	"slices"
	"strings"
	"time"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/logtext"
	"ecsole/aws/sim/world"
)

// entry is one container's log in a group.
type entry struct {
	group  string
	stream *logtext.Stream
}

// AddGroup adds a log group beside those of the world, with streams as given. It is
// for tests and measurements that need a certain volume.
func (l *Logs) AddGroup(group string, streams ...*logtext.Stream) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.extra[group] = append(l.extra[group], streams...)
}

// Streams lists a group's streams that exist by now, by name; false is a group that
// does not exist.
func (l *Logs) Streams(group string) ([]*logtext.Stream, bool) {
	now := l.world.Now()
	var out []*logtext.Stream
	known := false
	for _, e := range l.entries(group) {
		known = true
		// A stream is made when its container starts, not before.
		if s := e.stream; !s.Start.IsZero() && !s.Start.After(now) {
			out = append(out, s)
		}
	}
	if !known {
		_, known = l.groups()[group]
	}
	slices.SortFunc(out, func(a, b *logtext.Stream) int { return strings.Compare(a.Name, b.Name) })
	return out, known
}

// Events reads all events of a group between two times, late or not, as they will
// be known once everything has arrived: the truth that a reader is held against.
func (l *Logs) Events(group string, from, to time.Time) *logtext.Reader {
	streams, _ := l.Streams(group)
	return logtext.Forward(streams, from, to, to.Add(logtext.MaxDelay), nil)
}

// entries lists what logs into a group: the tasks that the world remembers.
func (l *Logs) entries(group string) []entry {
	var tasks []*world.Task
	for _, c := range l.world.Clusters() {
		for _, s := range l.world.Services(c.Name) {
			tasks = append(tasks, l.world.History(s.ARN)...)
		}
		for _, t := range l.world.Tasks(c.Name) {
			if t.ServiceName == "" {
				tasks = append(tasks, t)
			}
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.cache) > 2*len(tasks)+1000 {
		clear(l.cache) // snapshots of the past
	}
	var out []entry
	for _, t := range tasks {
		list, ok := l.cache[t]
		if !ok {
			list = l.open(t)
			l.cache[t] = list
		}
		for _, e := range list {
			if e.group == group {
				out = append(out, e)
			}
		}
	}
	for _, s := range l.extra[group] {
		out = append(out, entry{group, s})
	}
	return out
}

// open makes the streams of a task's containers. The caller holds the lock.
func (l *Logs) open(t *world.Task) []entry {
	var out []entry
	for i := range t.Definition.Containers {
		c := &t.Definition.Containers[i]
		group, name := l.destination(t, c)
		if group == "" {
			continue
		}
		rate := l.unit * t.Facts.RequestRate
		if r, ok := l.switches.rates[t.ServiceName]; ok {
			rate = r
		}
		out = append(out, entry{group, logtext.Of(t, c, name, rate, l.switches.late)})
	}
	return out
}

// destination is where in CloudWatch Logs of this Region a container's lines go;
// "" is elsewhere, or nowhere.
func (l *Logs) destination(t *world.Task, c *world.ContainerDefinition) (group, stream string) {
	if c.Log == nil {
		return "", ""
	}
	o := c.Log.Options
	switch c.Log.Driver {
	case "awslogs":
		if r := o["awslogs-region"]; r != "" && r != l.world.Region() {
			return "", ""
		}
		if p := o["awslogs-stream-prefix"]; p != "" {
			return o["awslogs-group"], p + "/" + c.Name + "/" + t.ID
		}
		for _, run := range t.Containers {
			if run.Name == c.Name {
				return o["awslogs-group"], run.RuntimeID
			}
		}
	case "awsfirelens":
		if n := o["Name"]; n != "cloudwatch_logs" && n != "cloudwatch" || o["region"] != l.world.Region() {
			return "", ""
		}
		if s := o["log_stream_name"]; s != "" {
			return o["log_group_name"], s
		}
		return o["log_group_name"], o["log_stream_prefix"] + c.Name + "-firelens-" + t.ID
	}
	return "", ""
}

// groups lists all groups with the time of their making.
func (l *Logs) groups() map[string]time.Time {
	out := map[string]time.Time{}
	put := func(name string, at time.Time) {
		if name == "" {
			return
		}
		if old, ok := out[name]; !ok || at.Before(old) {
			out[name] = at
		}
	}
	for _, revisions := range l.world.Families() {
		for _, d := range revisions {
			for i := range d.Containers {
				if log := d.Containers[i].Log; log != nil {
					switch log.Driver {
					case "awslogs":
						put(log.Options["awslogs-group"], d.Registered)
					case "awsfirelens":
						put(log.Options["log_group_name"], d.Registered)
					}
				}
			}
		}
	}
	for _, c := range l.world.Clusters() {
		if !l.world.Wrong(world.WrongLogGroup) {
			put(c.Exec.LogGroup, c.Created)
		}
		if c.Insights != "disabled" {
			put("/aws/ecs/containerinsights/"+c.Name+"/performance", c.Created)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for name := range l.extra {
		put(name, l.world.Now().Add(-24*time.Hour))
	}
	return out
}

// Faults that several operations have.
var (
	errNoGroup  = api.Errorf("ResourceNotFoundException", "The specified log group does not exist.")
	errNoStream = api.Errorf("ResourceNotFoundException", "The specified log stream does not exist.")
	errToken    = api.Errorf("InvalidParameterException", "The specified nextToken is invalid.")
)

func invalid(format string, args ...any) error {
	return api.Errorf("InvalidParameterException", format, args...)
}

// constraint is the fault of a parameter outside its limits.
func constraint(value any, at, rule string) error {
	return invalid("1 validation error detected: Value '%v' at '%s' failed to satisfy constraint: Member must have %s", value, at, rule)
}

// name takes a group's name out of an identifier, which is a name or an ARN without
// the :* at its end.
func (l *Logs) name(identifier string) (string, error) {
	if !strings.HasPrefix(identifier, "arn:") {
		return identifier, nil
	}
	prefix := l.arn("")
	name, ours := strings.CutPrefix(identifier, prefix)
	if strings.HasSuffix(identifier, ":*") {
		return "", invalid("The log group identifier %s must not end in :*.", identifier)
	}
	if !ours {
		return "", errNoGroup
	}
	return name, nil
}

// group reads the two ways of naming a group, of which exactly one is to be used.
func (l *Logs) group(name, identifier string) (string, error) {
	switch {
	case name != "" && identifier != "":
		return "", invalid("LogGroup name and LogGroup ARN are mutually exclusive parameters.")
	case name == "" && identifier == "":
		return "", invalid("Either logGroupName or logGroupIdentifier must be specified.")
	case name != "" && strings.ContainsAny(name, ":*"):
		return "", invalid("1 validation error detected: Value '%s' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+", name)
	case name != "":
		return name, nil
	}
	return l.name(identifier)
}

// Stream is the log of one container, wherever its lines go; nil if the task has no
// such container.
func (l *Logs) Stream(t *world.Task, container string) *logtext.Stream {
	for i := range t.Definition.Containers {
		if c := &t.Definition.Containers[i]; c.Name == container {
			_, name := l.destination(t, c)
			l.mu.Lock()
			rate, ok := l.switches.rates[t.ServiceName]
			l.mu.Unlock()
			if !ok {
				rate = l.unit * t.Facts.RequestRate
			}
			return logtext.Of(t, c, name, rate, 0)
		}
	}
	return nil
}
