package metricsapi

import (
	"fmt"
	"strings"
	"time"

	"ecsole/aws/sim/world"
)

// rule is an alarm: a threshold on a metric, or several alarms of which one is enough.
type rule struct {
	name, text, team        string
	namespace, metric, stat string
	dims                    []dimension
	threshold               float64
	comparison              string
	periods                 int
	any                     []string // of a composite alarm: its children
}

func (r *rule) kind() string {
	if len(r.any) > 0 {
		return "CompositeAlarm"
	}
	return "MetricAlarm"
}

func (r *rule) expression() string {
	parts := make([]string, len(r.any))
	for i, n := range r.any {
		parts[i] = fmt.Sprintf("ALARM(%q)", n)
	}
	return strings.Join(parts, " OR ")
}

// watched is how many services of a cluster have alarms; a large account has many
// services that nobody watches.
const watched = 20

// rules are the account's alarms: what a careful team would have set up.
func (m *Metrics) rules() []*rule {
	var out []*rule
	for _, c := range m.world.Clusters() {
		for i, s := range m.world.Services(c.Name) {
			if i < watched || s.Story != world.Steady {
				out = append(out, serviceRules(c, s)...)
			}
		}
		if len(m.world.Instances(c.Name)) > 0 {
			out = append(out, &rule{
				name: c.Name + "-ec2-capacity", text: "The cluster needs more instances than it has.", team: c.Name,
				namespace: "AWS/ECS/ManagedScaling", metric: "CapacityProviderReservation", stat: "Average", threshold: 120, comparison: above, periods: 5,
				dims: []dimension{{"CapacityProviderName", c.Name + "-ec2"}, {"ClusterName", c.Name}},
			})
		}
	}
	return out
}

const (
	above = "GreaterThanThreshold"
	below = "LessThanThreshold"
)

func serviceRules(c *world.Cluster, s *world.Service) []*rule {
	prefix := c.Name + "-" + s.Name
	own := []dimension{{"ClusterName", c.Name}, {"ServiceName", s.Name}}
	usage := func(part, metric string, threshold float64) *rule {
		return &rule{
			name: prefix + "-" + part + "-high", text: fmt.Sprintf("%s of %s is above %.0f %%.", metric, s.Name, threshold), team: c.Name,
			namespace: "AWS/ECS", metric: metric, stat: "Average", dims: own, threshold: threshold, comparison: above, periods: 3,
		}
	}
	out := []*rule{usage("cpu", "CPUUtilization", 80), usage("memory", "MemoryUtilization", 85)}
	if c.Insights != "disabled" && s.Desired > 0 && s.Scheduling == "REPLICA" {
		out = append(out, &rule{
			name: prefix + "-tasks-low", text: "Fewer tasks run than are desired.", team: c.Name, namespace: "ECS/ContainerInsights", metric: "RunningTaskCount",
			stat: "Minimum", dims: own, threshold: float64(s.Desired), comparison: below, periods: 5,
		})
	}
	if s.Story == world.Leak || s.Story == world.Miner {
		// The mean hides one task out of many; these two look at the worst.
		worst := usage("memory-worst", "MemoryUtilization", 90)
		if s.Story == world.Miner {
			worst = usage("cpu-worst", "CPUUtilization", 90)
		}
		worst.stat, worst.text = "Maximum", "One task of "+s.Name+" is near its limit."
		out = append(out, worst)
	}
	if len(s.LoadBalancers) > 0 {
		group := []dimension{{"LoadBalancer", balancerOf(c)}, {"TargetGroup", suffix(s.LoadBalancers[0].TargetGroup, "targetgroup/")}}
		out = append(out,
			&rule{name: prefix + "-5xx", text: "Too many requests fail.", team: c.Name, namespace: "AWS/ApplicationELB", metric: "HTTPCode_Target_5XX_Count",
				stat: "Sum", dims: group, threshold: 100, comparison: above, periods: 3},
			&rule{name: prefix + "-unhealthy-targets", text: "A target fails its health checks.", team: c.Name, namespace: "AWS/ApplicationELB", metric: "UnHealthyHostCount",
				stat: "Maximum", dims: group, threshold: 0, comparison: above, periods: 1})
	}
	if c.Name == "prod" && s.Story != world.Steady {
		all := &rule{name: prefix + "-degraded", text: s.Name + " needs somebody to look at it.", team: c.Name}
		for _, r := range out {
			all.any = append(all.any, r.name)
		}
		out = append(out, all)
	}
	return out
}

// evaluation finds the states of alarms at one time, each once.
type evaluation struct {
	m     *Metrics
	view  *view
	now   time.Time
	rules map[string]*rule
	known map[string]state
}

type state struct {
	value, reason string
	since         time.Time
}

// lookBack is how far the beginning of a state is looked for.
const lookBack = 90

func (e *evaluation) of(r *rule) state {
	if s, ok := e.known[r.name]; ok {
		return s
	}
	var s state
	if len(r.any) > 0 {
		s = e.composite(r)
	} else {
		s = e.threshold(r)
	}
	if e.known == nil {
		e.known = map[string]state{}
	}
	e.known[r.name] = s
	return s
}

// threshold is a metric alarm: its state now, and since which minute.
func (e *evaluation) threshold(r *rule) state {
	last := e.now.Add(-settled).Truncate(time.Minute)
	src := e.view.source(r.namespace, r.metric, dimsOf(r.dims))
	var values [lookBack + 10]float64 // newest first
	var known [lookBack + 10]bool
	at := func(i int) (float64, bool) {
		if src == nil {
			return 0, false
		}
		if !known[i] {
			known[i] = true
			values[i] = missing
			if samples := src(last.Add(time.Duration(-i)*time.Minute + 30*time.Second)); len(samples) > 0 {
				values[i] = statistic(r.stat, samples, 1)
			}
		}
		return values[i], values[i] != missing
	}
	now, value := e.judge(r, at, 0)
	n := 1
	for ; n < lookBack; n++ {
		if before, _ := e.judge(r, at, n); before != now {
			break
		}
	}
	s := state{value: now, since: last.Add(time.Duration(2-n)*time.Minute + 11*time.Second)}
	if n == lookBack {
		s.since = e.now.Add(-31 * time.Hour).Truncate(time.Hour)
	}
	sign := map[string]string{above: "greater than", below: "less than"}[r.comparison]
	switch now {
	case "ALARM":
		s.reason = fmt.Sprintf("Threshold Crossed: %d datapoints were %s the threshold (%.1f). The most recent datapoint: [%.2f (%s)].", r.periods, sign, r.threshold, value, last.Format("02/01/06 15:04:05"))
	case "OK":
		s.reason = fmt.Sprintf("Threshold Crossed: 1 datapoint [%.2f (%s)] was not %s the threshold (%.1f).", value, last.Format("02/01/06 15:04:05"), sign, r.threshold)
	default:
		s.reason = fmt.Sprintf("Insufficient Data: %d datapoints were unknown.", r.periods)
	}
	return s
}

const missing = -1 << 40

// judge evaluates the periods that end i minutes ago.
func (e *evaluation) judge(r *rule, at func(int) (float64, bool), i int) (string, float64) {
	breaching, found, newest := 0, 0, 0.0
	for k := i; k < i+r.periods; k++ {
		v, ok := at(k)
		if !ok {
			continue
		}
		if found == 0 {
			newest = v
		}
		found++
		if r.comparison == above && v > r.threshold || r.comparison == below && v < r.threshold {
			breaching++
		}
	}
	switch {
	case found == 0:
		return "INSUFFICIENT_DATA", 0
	case breaching == r.periods:
		return "ALARM", newest
	}
	return "OK", newest
}

// composite is in alarm while one of its children is.
func (e *evaluation) composite(r *rule) state {
	s := state{value: "OK", reason: fmt.Sprintf("%s is FALSE", r.expression())}
	for _, name := range r.any {
		child := e.of(e.rules[name])
		switch {
		case child.value == "ALARM" && (s.value == "OK" || child.since.Before(s.since)):
			s = state{value: "ALARM", since: child.since, reason: fmt.Sprintf("%s transitioned to ALARM at %s", e.m.world.ARN("cloudwatch", "alarm:%s", name), child.since.Format(time.RFC1123))}
		case s.value == "OK" && child.since.After(s.since):
			s.since = child.since
		}
	}
	return s
}
