package ecsapi

import (
	"slices"
	"strconv"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/world"
)

func (s *service) listClusters(c *api.Call) (any, error) {
	var in struct {
		Max   *int   `json:"maxResults"`
		Token string `json:"nextToken"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	n, err := limit(in.Max, 100, 100)
	if err != nil {
		return nil, err
	}
	arns := []string{}
	if s.here(c) {
		for _, k := range s.w.Clusters() {
			arns = append(arns, k.ARN)
		}
	}
	page, next, ok := s.Pager.Page("ListClusters", in.Token, arns, n)
	if !ok {
		return nil, badToken()
	}
	return struct {
		ARNs []string `json:"clusterArns"`
		Next string   `json:"nextToken,omitempty"`
	}{page, next}, nil
}

type clusterShape struct {
	ARN           string               `json:"clusterArn"`
	Name          string               `json:"clusterName"`
	Configuration *clusterConfig       `json:"configuration,omitempty"`
	Status        string               `json:"status"`
	Instances     int                  `json:"registeredContainerInstancesCount"`
	Running       int                  `json:"runningTasksCount"`
	Pending       int                  `json:"pendingTasksCount"`
	Services      int                  `json:"activeServicesCount"`
	Statistics    []pair               `json:"statistics"`
	Tags          []world.Tag          `json:"tags"`
	Settings      []setting            `json:"settings"`
	Providers     []string             `json:"capacityProviders"`
	Strategy      []world.StrategyItem `json:"defaultCapacityProviderStrategy"`
}

// pair is a KeyValuePair, setting a ClusterSetting.
type pair = setting

type setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type clusterConfig struct {
	Exec execConfig `json:"executeCommandConfiguration"`
}

type execConfig struct {
	KMSKey  string         `json:"kmsKeyId,omitempty"`
	Logging string         `json:"logging"`
	Log     *execLogConfig `json:"logConfiguration,omitempty"`
}

type execLogConfig struct {
	Group     string `json:"cloudWatchLogGroupName,omitempty"`
	Encrypted bool   `json:"cloudWatchEncryptionEnabled"`
	Bucket    string `json:"s3BucketName,omitempty"`
	Bucketed  bool   `json:"s3EncryptionEnabled"`
}

func (s *service) describeClusters(c *api.Call) (any, error) {
	var in struct {
		Clusters []string `json:"clusters"`
		Include  []string `json:"include"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	if len(in.Clusters) == 0 {
		in.Clusters = []string{"default"}
	}
	if err := batch("clusters", len(in.Clusters), 100); err != nil {
		return nil, err
	}
	out := struct {
		Clusters []clusterShape `json:"clusters"`
		Failures []failure      `json:"failures"`
	}{[]clusterShape{}, []failure{}}
	for _, id := range in.Clusters {
		k, _ := s.cluster(c, id)
		arn := s.w.ARN("ecs", "cluster/%s", lastPart(id))
		if f, gone := s.missing(arn, k == nil); gone {
			out.Failures = append(out.Failures, f)
			continue
		}
		out.Clusters = append(out.Clusters, s.clusterShape(k, in.Include))
	}
	return out, nil
}

func (s *service) clusterShape(k *world.Cluster, include []string) clusterShape {
	o := clusterShape{
		ARN: k.ARN, Name: k.Name, Status: "ACTIVE", Instances: len(s.w.Instances(k.Name)), Statistics: []pair{}, Settings: []setting{},
		Tags: tags(include, k.Tags), Providers: k.Providers, Strategy: strategy(k.Strategy),
	}
	counts := map[string]int{}
	for _, t := range s.w.Tasks(k.Name) {
		switch t.LastStatus {
		case "RUNNING":
			o.Running++
			counts["running"+launchName(t.LaunchType)+"TasksCount"]++
		case "PENDING", "PROVISIONING", "ACTIVATING":
			o.Pending++
			counts["pending"+launchName(t.LaunchType)+"TasksCount"]++
		}
	}
	for _, v := range s.w.Services(k.Name) {
		if v.Status == "INACTIVE" {
			continue
		}
		o.Services++
		kind := launchName(v.LaunchType)
		if v.LaunchType == "" {
			kind = "Fargate"
			if len(v.Strategy) == 1 && v.Strategy[0].Provider != "FARGATE" && v.Strategy[0].Provider != "FARGATE_SPOT" {
				kind = "EC2"
			}
		}
		counts["active"+kind+"ServiceCount"]++
	}
	if includes(include, "STATISTICS") {
		for _, kind := range []string{"EC2", "Fargate"} {
			for _, name := range []string{"running" + kind + "TasksCount", "pending" + kind + "TasksCount", "active" + kind + "ServiceCount", "draining" + kind + "ServiceCount"} {
				o.Statistics = append(o.Statistics, pair{name, strconv.Itoa(counts[name])})
			}
		}
		slices.SortFunc(o.Statistics, func(a, b pair) int {
			if a.Name < b.Name {
				return -1
			}
			return 1
		})
	}
	if includes(include, "SETTINGS") {
		o.Settings = append(o.Settings, setting{"containerInsights", k.Insights})
	}
	if includes(include, "CONFIGURATIONS") && k.Exec.Logging != "" {
		o.Configuration = &clusterConfig{execConfig{KMSKey: k.Exec.KMSKey, Logging: k.Exec.Logging}}
		if k.Exec.LogGroup != "" || k.Exec.Bucket != "" {
			o.Configuration.Exec.Log = &execLogConfig{Group: k.Exec.LogGroup, Bucket: k.Exec.Bucket}
		}
	}
	return o
}

func launchName(l string) string {
	if l == "EC2" {
		return "EC2"
	}
	return "Fargate"
}
