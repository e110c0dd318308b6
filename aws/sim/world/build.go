package world

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// past is how long the world has already lived when it is first looked at: time
// for stopped tasks and events to be there.
const past = 75 * time.Minute

// New makes a world and lets it live up to the clock's time.
func New(o Options) (*World, error) {
	w := &World{seed: mix(uint64(o.Seed), 1), account: o.Account, region: o.Region, clock: o.Clock, partition: "aws"}
	if w.account == "" {
		w.account = "111122223333"
	}
	if w.region == "" {
		w.region = "eu-central-1"
	}
	if w.clock == nil {
		w.clock = time.Now
	}
	switch {
	case strings.HasPrefix(w.region, "cn-"):
		w.partition = "aws-cn"
	case strings.HasPrefix(w.region, "us-gov-"):
		w.partition = "aws-us-gov"
	}
	if o.Clusters < 0 || o.Services < 0 || o.Tasks < 0 {
		return nil, errors.New("a world cannot have fewer than no clusters, services or tasks")
	}
	if o.Clusters == 0 {
		o.Clusters = defaultClusters
	}
	if o.Services == 0 {
		o.Services = defaultServices
	}
	if o.Tasks == 0 {
		o.Tasks = defaultTasks
		if o.Services != defaultServices {
			o.Tasks = 4 * o.Services
		}
	}
	w.state = state{
		clusters: map[string]*Cluster{}, services: map[string]*Service{}, ofCluster: map[string][]string{},
		tasks: map[string]*Task{}, visible: map[string][]string{}, ofService: map[string][]string{},
		families: map[string][]*TaskDefinition{}, definition: map[string]*TaskDefinition{},
		instances: map[string][]*Instance{}, providers: map[string]*CapacityProvider{},
		deploys: map[string]*ServiceDeployment{}, deploysOf: map[string][]string{}, revisions: map[string]*Revision{},
		plans: map[string]*plan{}, dirty: map[string]struct{}{}, bad: map[string]bool{},
	}
	now := w.clock()
	w.now = now.Add(-past)
	w.build(o)
	w.until(now)
	return w, nil
}

func (w *World) build(o Options) {
	names := clusterNames(o.Clusters)
	list := roster(w.seed, names, o.Services, o.Tasks)
	byCluster := map[string][]template{}
	for _, t := range list {
		byCluster[t.cluster] = append(byCluster[t.cluster], t)
	}
	w.building = true
	w.addProviders()
	for i, name := range names {
		w.addCluster(name, i, byCluster[name])
	}
	for _, name := range names {
		for _, t := range byCluster[name] {
			w.addService(t)
		}
	}
	for _, name := range names {
		slices.Sort(w.state.ofCluster[name])
		slices.Sort(w.state.visible[name])
	}
	w.building = false
	w.beginStories(names)
}

func (w *World) addProviders() {
	for _, n := range []string{"FARGATE", "FARGATE_SPOT"} {
		w.state.providers[n] = &CapacityProvider{
			ARN: w.ARN("ecs", "capacity-provider/%s", n), Name: n, Kind: n,
		}
	}
}

func (w *World) addCluster(name string, i int, services []template) {
	c := &Cluster{
		ARN: w.ARN("ecs", "cluster/%s", name), Name: name,
		Insights:  [...]string{"enhanced", "enabled", "disabled", "enabled"}[i%4],
		Exec:      ExecConfig{Logging: "DEFAULT"},
		Providers: []string{"FARGATE", "FARGATE_SPOT"},
		Strategy:  []StrategyItem{{Provider: "FARGATE", Weight: 1}},
		Created:   w.now.AddDate(-1, 0, -i*17),
		Tags:      []Tag{{"env", name}, {"managed-by", "terraform"}},
	}
	switch i % 4 {
	case 0:
		c.Exec = ExecConfig{Logging: "OVERRIDE", LogGroup: "/ecs/exec/" + name, Bucket: name + "-exec-" + w.account}
		c.Tags = append(c.Tags, Tag{"GuardDutyManaged", "true"})
	case 2:
		c.Exec = ExecConfig{Logging: "NONE"}
	case 3:
		c.Exec.KMSKey = w.ARN("kms", "key/%s", uuid(mix(w.seed, text(name), 77)))
	}
	var cpu, memory int
	for _, t := range services {
		if t.on == onEC2 && !t.daemon {
			tc, tm := size(t.app)
			cpu, memory = cpu+tc*t.desired, memory+tm*t.desired
		}
	}
	if slices.ContainsFunc(services, func(t template) bool { return t.on == onEC2 }) {
		provider := name + "-ec2"
		c.Providers = append(c.Providers, provider)
		w.state.providers[provider] = &CapacityProvider{
			ARN: w.ARN("ecs", "capacity-provider/%s", provider), Name: provider, Cluster: c.ARN, Kind: "EC2_AUTOSCALING",
			ASG:            w.ARN("autoscaling", "autoScalingGroup:%s:autoScalingGroupName/%s-ecs", uuid(mix(w.seed, text(name))), name),
			ManagedScaling: "ENABLED", Target: 90, TerminationProtection: "ENABLED", Draining: "ENABLED",
		}
		// Room for all tasks and half as many again, as a rollout needs it.
		n := max(3, (memory*3/2)/instanceMemory+1, (cpu*3/2)/instanceCPU+1)
		w.addInstances(c, provider, n)
	}
	w.state.clusters[name] = c
	w.state.order = append(w.state.order, name)
	slices.Sort(w.state.order)
}

// What an m6i.xlarge registers.
const (
	instanceCPU    = 4096
	instanceMemory = 15731
)

func (w *World) addInstances(c *Cluster, provider string, n int) {
	for i := range n {
		h := mix(w.seed, text(c.Name), uint64(i), 21)
		id := hexID(h, 32)
		in := &Instance{
			ARN: w.ARN("ecs", "container-instance/%s/%s", c.Name, id), ID: id, ClusterARN: c.ARN,
			EC2ID: "i-0" + hexID(mix(h, 1), 16), Status: "ACTIVE", Connected: true,
			Agent: pick(h, "1.89.2", "1.89.2", "1.86.0"), Docker: "DockerVersion: 25.0.8",
			AMI: "ami-0" + hexID(mix(w.seed, h%2), 16), Type: "m6i.xlarge", AZ: w.az(i), Provider: provider,
			CPU: instanceCPU, Memory: instanceMemory, CPULeft: instanceCPU, MemoryLeft: instanceMemory,
			Health: "OK", Registered: w.now.Add(-time.Duration(20+h%600) * time.Hour), Seed: h,
			Tags: []Tag{{"Name", c.Name + "-ecs"}},
		}
		w.state.instances[c.Name] = append(w.state.instances[c.Name], in)
	}
	slices.SortFunc(w.state.instances[c.Name], func(a, b *Instance) int { return strings.Compare(a.ARN, b.ARN) })
}

func (w *World) az(i int) string { return w.region + string(rune('a'+i%3)) }

// subnets are the private subnets of a cluster, one for each zone.
func (w *World) subnet(cluster string, zone int) string {
	return "subnet-0" + hexID(mix(w.seed, text(cluster), uint64(zone%3), 31), 16)
}

func (w *World) addService(t template) {
	c := w.state.clusters[t.cluster]
	seed := mix(w.seed, text(t.cluster+"/"+t.name))
	created := w.now.Add(-time.Duration(30+seed%500) * 24 * time.Hour)
	first := 3 + int(seed%40)
	count := 3
	if len(w.state.services) > 200 {
		count = 2
	}
	var td *TaskDefinition
	for i := range count {
		age := time.Duration(count-i) * time.Duration(20+seed%200) * time.Hour
		td = w.put(w.define(t, first+i), w.now.Add(-age))
	}
	s := &Service{
		ARN: w.ARN("ecs", "service/%s/%s", t.cluster, t.name), Name: t.name, ClusterARN: c.ARN, ClusterName: c.Name,
		Status: "ACTIVE", Desired: t.desired, Scheduling: "REPLICA", Exec: t.story != ExecOff && !(t.story == Steady && seed%11 == 0),
		MinHealthy: 100, MaxPercent: 200, Breaker: t.lb || t.story == BadDeploy, Rollback: t.lb || t.story == BadDeploy,
		AZRebalancing: pick(seed, "ENABLED", "DISABLED"), TaskDefinition: td.ARN, Created: created, CreatedBy: w.role("terraform"),
		RoleARN: w.role("aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"),
		Tags:    []Tag{{"team", team(t)}, {"env", t.cluster}}, Story: t.story, App: t.app, Seed: seed,
	}
	switch {
	case t.daemon:
		s.LaunchType, s.Scheduling, s.MinHealthy, s.MaxPercent = "EC2", "DAEMON", 0, 100
		s.Desired = len(w.state.instances[c.Name])
		s.AZRebalancing = "DISABLED"
	case t.on == onEC2:
		s.Strategy = []StrategyItem{{Provider: c.Name + "-ec2", Weight: 1}}
	case t.on == onSpot:
		s.PlatformVersion = "LATEST"
		s.Strategy = []StrategyItem{{Provider: "FARGATE", Base: 1, Weight: 0}, {Provider: "FARGATE_SPOT", Weight: 1}}
	default:
		s.LaunchType, s.PlatformVersion = "FARGATE", "LATEST"
	}
	if td.NetworkMode == "awsvpc" {
		s.Network = &Network{
			Subnets: []string{w.subnet(c.Name, 0), w.subnet(c.Name, 1), w.subnet(c.Name, 2)}, SecurityGroups: []string{"sg-0" + hexID(mix(seed, 3), 16)}, PublicIP: "DISABLED",
		}
	}
	if t.lb {
		s.GraceSeconds = 60
		s.LoadBalancers = []LoadBalancer{{
			TargetGroup: w.ARN("elasticloadbalancing", "targetgroup/%s/%s", clip(c.Name+"-"+t.name, 32), hexID(mix(seed, 4), 16)), Container: t.name, Port: port(t.app),
		}}
	}
	if t.story == BadDeploy || t.name == "ledger" {
		s.Alarms = []string{c.Name + "-" + t.name + "-5xx"}
	}
	w.state.services[s.ARN] = s
	w.state.ofCluster[c.Name] = append(w.state.ofCluster[c.Name], s.ARN)
	p := &plan{template: t, limit: -1}
	if t.story == NoCapacity {
		p.limit = max(1, t.desired-2)
	}
	w.state.plans[s.ARN] = p
	w.settleIn(s, td, p)
}

// settleIn gives a service its deployment, tasks and events of the days before.
func (w *World) settleIn(s *Service, td *TaskDefinition, p *plan) {
	deployed := w.now.Add(-time.Duration(3+s.Seed%400) * time.Hour)
	if s.Story == Rolling {
		deployed = w.now.Add(-25 * time.Minute)
	}
	d, rev := w.newDeployment(s, td, deployed)
	d.Rollout, d.RolloutReason = "COMPLETED", "ECS deployment "+d.ID+" completed."
	d.Updated = deployed.Add(3 * time.Minute)
	d.Desired = s.Desired
	s.Deployments = []Deployment{d}
	breaker := "DISABLED"
	if s.Breaker {
		breaker = "MONITORING_COMPLETE"
	}
	sd := &ServiceDeployment{
		ARN: w.ARN("ecs", "service-deployment/%s/%s/%s", s.ClusterName, s.Name, short(w.next(), 21)), ServiceARN: s.ARN, ClusterARN: s.ClusterARN,
		Status: "SUCCESSFUL", Target: rev.ARN, BreakerStatus: breaker, Threshold: threshold(s.Desired), Created: deployed, Started: deployed.Add(time.Second),
		Finished: d.Updated, Updated: d.Updated, Desired: s.Desired, AlarmStatus: alarmState(s, false), Alarms: s.Alarms,
	}
	w.state.deploys[sd.ARN] = sd
	w.state.deploysOf[s.ARN] = []string{sd.ARN}
	s.Current = sd.ARN
	p.completed = d.ID
	steady := "(service " + s.Name + ") has reached a steady state."
	for at := w.now.Add(-48 * time.Hour); at.Before(w.now); at = at.Add(6*time.Hour + time.Duration(s.Seed%500)*time.Second) {
		if at.After(deployed) {
			s.Events = append(s.Events, Event{uuid(w.next()), at, steady})
		}
	}
	if len(s.Events) == 0 {
		s.Events = append(s.Events, Event{uuid(w.next()), d.Updated, fmt.Sprintf("(service %s) (deployment %s) deployment completed.", s.Name, d.ID)},
			Event{uuid(w.next()), d.Updated, steady})
	}
	n := s.Desired
	if p.limit >= 0 {
		n = min(n, p.limit)
	}
	for i := range n {
		started := deployed.Add(time.Duration(40+i*3) * time.Second)
		if s.Story == Leak {
			started = w.now.Add(-time.Duration(2+7*i) * time.Minute)
		}
		w.settled(s, &s.Deployments[0], td, started, i)
	}
	s.Running = len(w.living(s.ARN))
	s.Deployments[0].Running = s.Running
	w.after(time.Duration(s.Seed%uint64(6*time.Hour)), func() { w.steadily(s.ARN) })
	if s.Running < s.Desired {
		w.wake(s.ARN, time.Minute)
	}
}

func clip(s string, n int) string { return s[:min(len(s), n)] }
