package metricsapi

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/world"
)

const metricsPerPage = 500

type metric struct {
	Namespace  string      `json:"Namespace"`
	Name       string      `json:"MetricName"`
	Dimensions []dimension `json:"Dimensions"`
}

// key orders metrics and names them in paging tokens.
func (m metric) key() string {
	var b strings.Builder
	b.WriteString(m.Namespace + "\x00" + m.Name)
	for _, d := range m.Dimensions {
		b.WriteString("\x00" + d.Name + "=" + d.Value)
	}
	return b.String()
}

func (m *Metrics) list(c *api.Call) (any, error) {
	var in struct {
		Namespace  string      `json:"Namespace"`
		Name       string      `json:"MetricName"`
		Dimensions []dimension `json:"Dimensions"`
		Token      string      `json:"NextToken"`
		Recent     string      `json:"RecentlyActive"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	if in.Recent != "" && in.Recent != "PT3H" {
		return nil, badValue("The value '%s' for parameter RecentlyActive is invalid. It must be PT3H.", in.Recent)
	}
	since := c.Now.Add(-14 * 24 * time.Hour)
	if in.Recent != "" {
		since = c.Now.Add(-3 * time.Hour)
	}
	byKey := map[string]metric{}
	var keys []string
	for _, x := range m.catalog(since, in.Namespace) {
		if in.Namespace != "" && x.Namespace != in.Namespace || in.Name != "" && x.Name != in.Name || !has(x.Dimensions, in.Dimensions) {
			continue
		}
		k := x.key()
		if _, twice := byKey[k]; !twice {
			byKey[k] = x
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	scope := fmt.Sprintf("ListMetrics|%s|%s|%v|%s", in.Namespace, in.Name, in.Dimensions, in.Recent)
	page, next, ok := m.pager.Page(scope, in.Token, keys, metricsPerPage)
	if !ok {
		return nil, api.Errorf("InvalidNextToken", "The value for parameter NextToken is invalid.")
	}
	out := struct {
		Metrics []metric `json:"Metrics"`
		Token   string   `json:"NextToken,omitempty"`
		Owners  []string `json:"OwningAccounts,omitempty"`
	}{Metrics: []metric{}, Token: next}
	for _, k := range page {
		out.Metrics = append(out.Metrics, byKey[k])
	}
	return out, nil
}

// has reports whether the dimensions are all there; one without a value wants the
// name only.
func has(list, wanted []dimension) bool {
	for _, w := range wanted {
		if !slices.ContainsFunc(list, func(d dimension) bool { return d.Name == w.Name && (w.Value == "" || d.Value == w.Value) }) {
			return false
		}
	}
	return true
}

// catalog lists the metrics that had data since a time.
func (m *Metrics) catalog(since time.Time, namespace string) []metric {
	var out []metric
	add := func(ns string, names []string, pairs ...string) {
		if namespace != "" && ns != namespace {
			return
		}
		var d []dimension
		for i := 0; i < len(pairs); i += 2 {
			d = append(d, dimension{pairs[i], pairs[i+1]})
		}
		for _, n := range names {
			out = append(out, metric{ns, n, d})
		}
	}
	for _, c := range m.world.Clusters() {
		if len(m.world.Instances(c.Name)) > 0 {
			add("AWS/ECS", []string{"CPUUtilization", "MemoryUtilization", "CPUReservation", "MemoryReservation"}, "ClusterName", c.Name)
			add("AWS/ECS/ManagedScaling", []string{"CapacityProviderReservation"}, "CapacityProviderName", c.Name+"-ec2", "ClusterName", c.Name)
		}
		if c.Insights != "disabled" {
			add("ECS/ContainerInsights", append(slices.Clone(sums), "TaskCount", "ServiceCount", "ContainerInstanceCount"), "ClusterName", c.Name)
		}
		for _, s := range m.world.Services(c.Name) {
			tasks := slices.DeleteFunc(m.world.History(s.ARN), func(t *world.Task) bool {
				return t.Started.IsZero() || !t.ExecStopped.IsZero() && t.ExecStopped.Before(since)
			})
			if len(tasks) == 0 {
				continue
			}
			add("AWS/ECS", []string{"CPUUtilization", "MemoryUtilization"}, "ClusterName", c.Name, "ServiceName", s.Name)
			if len(s.LoadBalancers) > 0 {
				add("AWS/ApplicationELB", elb, "LoadBalancer", balancerOf(c), "TargetGroup", suffix(s.LoadBalancers[0].TargetGroup, "targetgroup/"))
			}
			if c.Insights == "disabled" {
				continue
			}
			add("ECS/ContainerInsights", append(slices.Clone(sums), counts...), "ClusterName", c.Name, "ServiceName", s.Name)
			for _, t := range tasks {
				add("ECS/ContainerInsights", sums, "ClusterName", c.Name, "TaskDefinitionFamily", t.Definition.Family)
				if c.Insights != "enhanced" {
					continue
				}
				add("ECS/ContainerInsights", ofTask, "ClusterName", c.Name, "ServiceName", s.Name, "TaskId", t.ID)
				for _, k := range t.Containers {
					add("ECS/ContainerInsights", ofContainer, "ClusterName", c.Name, "ServiceName", s.Name, "TaskId", t.ID, "ContainerName", k.Name)
				}
			}
		}
	}
	return out
}

// Names of metrics by what they measure; the tables are never changed.
var (
	sums = []string{"CpuUtilized", "CpuReserved", "MemoryUtilized", "MemoryReserved", "NetworkRxBytes", "NetworkTxBytes",
		"StorageReadBytes", "StorageWriteBytes", "EphemeralStorageUtilized", "EphemeralStorageReserved"}
	counts = []string{"RunningTaskCount", "PendingTaskCount", "DesiredTaskCount", "DeploymentCount", "TaskSetCount"}
	ofTask = []string{"TaskCpuUtilization", "TaskMemoryUtilization", "TaskEphemeralStorageUtilization"}

	ofContainer = []string{"ContainerCpuUtilization", "ContainerMemoryUtilization", "ContainerCpuUtilized", "ContainerMemoryUtilized",
		"ContainerCpuReserved", "ContainerMemoryReserved", "ContainerNetworkRxBytes", "ContainerNetworkTxBytes", "RestartCount", "UnHealthyContainerHealthStatus"}
	elb = []string{"RequestCount", "HTTPCode_Target_2XX_Count", "HTTPCode_Target_5XX_Count", "TargetResponseTime", "HealthyHostCount", "UnHealthyHostCount"}
)

// balancerOf names the load balancer in front of a cluster.
func balancerOf(c *world.Cluster) string { return "app/" + c.Name + "/50dc6c495c0c9188" }
