package guarddutyapi

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecsole/aws/sim/wire"
	"ecsole/aws/sim/world"
)

// finding is what a story makes GuardDuty say.
type finding struct {
	key, kind, title, text string
	severity               float64
	feature                string
	since                  time.Time     // the first event
	every                  time.Duration // between events; 0: there was one
	archived               bool
	resource               map[string]any
	service                map[string]any // further members
	sequence               string         // id of the attack sequence that it belongs to
}

// published is how long GuardDuty takes to publish a finding, and how often it
// updates one (FIFTEEN_MINUTES).
const (
	delay  = 4 * time.Minute
	update = 15 * time.Minute
)

// documents are the findings that are published by now, oldest first.
func (g *guardDuty) documents(now time.Time) []document {
	var out []document
	for _, f := range g.findings() {
		created := f.since.Add(delay)
		if created.After(now) {
			continue
		}
		// Events count up to the latest update, not to this moment.
		updated := created.Add(now.Sub(created).Truncate(update))
		last, count := f.since, 1
		if f.every > 0 {
			n := max(int64(updated.Sub(f.since)/f.every), 0)
			last, count = f.since.Add(time.Duration(n)*f.every), int(n)+1
		} else {
			updated = created
		}
		id := g.id(f.key)
		service := map[string]any{
			"serviceName": "guardduty", "detectorId": g.detector(), "archived": f.archived, "count": count, "resourceRole": "TARGET",
			"eventFirstSeen": stamp(f.since), "eventLastSeen": stamp(last), "featureName": f.feature,
		}
		for k, v := range f.service {
			service[k] = v
		}
		tree := map[string]any{
			"schemaVersion": "2.0", "accountId": g.world.Account(), "region": g.world.Region(), "partition": strings.Split(g.arn(id), ":")[1], "id": id, "arn": g.arn(id),
			"type": f.kind, "severity": f.severity, "title": f.title, "description": f.text, "createdAt": stamp(created), "updatedAt": stamp(updated),
			"resource": f.resource, "service": service,
		}
		if f.sequence != "" {
			tree["associatedAttackSequenceArn"] = g.arn(g.id(f.sequence))
		}
		// Through the wire's own encoding, so that criteria see what clients see.
		var plain wire.Tree
		if json.Unmarshal(wire.EncodeJSON(tree), &plain) == nil {
			out = append(out, document{id, tree, plain})
		}
	}
	slices.SortStableFunc(out, func(a, b document) int { return compare(a.values("createdAt"), b.values("createdAt")) })
	return out
}

func (g *guardDuty) arn(id string) string {
	return g.world.ARN("guardduty", "detector/%s/finding/%s", g.detector(), id)
}

// findings are all that the world's stories give, published yet or not.
func (g *guardDuty) findings() []finding {
	var out []finding
	for _, i := range g.world.Incidents() {
		if i.Story == world.Miner && i.Task.Facts.Miner != nil {
			out = append(out, g.miner(i.Task)...)
		}
	}
	return append(out, append(g.hosts(), g.visitors()...)...)
}

// miner tells of the crypto-miner: how it came, that it runs, and the whole.
func (g *guardDuty) miner(t *world.Task) []finding {
	m := t.Facts.Miner
	sequence := "sequence/" + t.ID
	process := map[string]any{
		"name": m.Process, "executablePath": m.Path, "executableSha256": m.SHA256, "pid": m.PID, "namespacePid": m.PID % 1000, "pwd": "/tmp",
		"startTime": m.Since, "uuid": g.id("process", t.ID), "user": "root", "userId": 0, "euid": 0,
		"lineage": []any{
			map[string]any{"name": "sh", "executablePath": "/bin/dash", "pid": m.PID - 3, "namespacePid": m.PID%1000 - 3, "startTime": m.Since.Add(-time.Second), "userId": 0, "euid": 0, "uuid": g.id("sh", t.ID)},
			map[string]any{"name": "gunicorn", "executablePath": "/usr/local/bin/python3.12", "pid": m.PID - 211, "namespacePid": 7, "startTime": t.Started, "userId": 0, "euid": 0, "uuid": g.id("parent", t.ID)},
		},
	}
	runtime := map[string]any{"process": process, "context": map[string]any{}}
	pool, _, _ := strings.Cut(m.Pool, ":")
	port, _ := strconv.Atoi(m.Pool[len(pool):][min(1, len(m.Pool)-len(pool)):])
	network := map[string]any{
		"actionType": "NETWORK_CONNECTION",
		"networkConnectionAction": map[string]any{
			"blocked": false, "connectionDirection": "OUTBOUND", "protocol": "TCP",
			"remoteIpDetails":   map[string]any{"ipAddressV4": m.PoolIP, "country": map[string]any{"countryName": "Nowhere"}, "organization": map[string]any{"asn": "64500", "org": "Example Net"}},
			"remotePortDetails": map[string]any{"port": port, "portName": "Unknown"}, "localPortDetails": map[string]any{"port": 38211, "portName": "Unknown"},
		},
	}
	where := "the container " + m.Container + " of the ECS task " + t.ID
	out := []finding{
		{
			key: "binary/" + t.ID, kind: "Execution:Runtime/NewBinaryExecuted", severity: 5, feature: "RuntimeMonitoring", since: m.Since.Add(-20 * time.Second), sequence: sequence,
			title: "A newly created file was executed in " + where + ".", text: "The process " + m.Process + " ran " + m.Path + ", a file that is not part of the container's image.",
			resource: g.taskResource(t, m.Container), service: map[string]any{"runtimeDetails": runtime},
		},
		{
			key: "miner/" + t.ID, kind: "CryptoCurrency:Runtime/BitcoinTool.B", severity: 8, feature: "RuntimeMonitoring", since: m.Since.Add(10 * time.Second), every: 5 * time.Minute, sequence: sequence,
			title: "A process in " + where + " talks to an address that is associated with crypto-currency activity.", text: m.Path + " keeps a connection to " + m.Pool + " (" + m.PoolIP + ").",
			resource: g.taskResource(t, m.Container), service: map[string]any{"runtimeDetails": runtime, "action": network},
		},
	}
	return append(out, g.sequence(t, sequence, out))
}

// taskResource is what GuardDuty says of a task, as it was when it was found.
func (g *guardDuty) taskResource(t *world.Task, container string) map[string]any {
	var containers []any
	for _, c := range t.Containers {
		if c.Name == container {
			containers = append(containers, map[string]any{
				"id": c.RuntimeID, "name": c.Name, "image": c.Image, "imagePrefix": c.Image[:max(strings.LastIndexByte(c.Image, '/'), 0)], "containerRuntime": "containerd",
				"securityContext": map[string]any{"privileged": false, "allowPrivilegeEscalation": true}, "volumeMounts": []any{},
			})
		}
	}
	c := g.world.Cluster(t.ClusterName)
	cluster := map[string]any{"name": t.ClusterName, "arn": t.ClusterARN, "status": "ACTIVE", "tags": []any{}}
	if c != nil {
		tags := []any{}
		for _, x := range c.Tags {
			tags = append(tags, map[string]any{"key": x.Key, "value": x.Value})
		}
		cluster["tags"], cluster["activeServicesCount"], cluster["registeredContainerInstancesCount"] = tags, len(g.world.Services(c.Name)), len(g.world.Instances(c.Name))
		cluster["runningTasksCount"] = len(g.world.Tasks(c.Name))
	}
	cluster["taskDetails"] = map[string]any{
		"arn": t.ARN, "definitionArn": t.Definition.ARN, "version": strconv.Itoa(t.Version), "createdAt": t.Created, "startedAt": t.Started, "startedBy": t.StartedBy,
		"group": t.Group, "launchType": t.LaunchType, "tags": []any{}, "volumes": []any{}, "containers": containers,
	}
	return map[string]any{"resourceType": "ECSCluster", "ecsClusterDetails": cluster}
}

// sequence is the attack as a whole: it has no cluster details, but resources.
func (g *guardDuty) sequence(t *world.Task, key string, parts []finding) finding {
	m := t.Facts.Miner
	var signals []any
	for _, p := range parts {
		signals = append(signals, map[string]any{
			"uid": g.id(p.key), "type": "FINDING", "name": p.kind, "description": p.title, "createdAt": p.since.Add(delay), "updatedAt": p.since.Add(delay),
			"firstSeenAt": p.since, "lastSeenAt": p.since.Add(10 * time.Minute), "severity": p.severity, "count": 1, "resourceUids": []any{t.ARN, t.ClusterARN}, "actorIds": []any{"process:" + m.Process},
		})
	}
	var image string
	for _, c := range t.Containers {
		if c.Name == m.Container {
			image = c.Image
		}
	}
	container := t.ARN + "/" + m.Container
	resource := func(uid, name, kind string, data map[string]any) any {
		return map[string]any{"uid": uid, "name": name, "accountId": g.world.Account(), "resourceType": kind, "region": g.world.Region(), "service": "ecs", "cloudPartition": "aws", "tags": []any{}, "data": data}
	}
	return finding{
		key: key, kind: "AttackSequence:ECS/CompromisedCluster", severity: 9, feature: "Correlation", since: m.Since.Add(18 * time.Minute), every: time.Hour,
		title:    "A sequence of actions indicates that the ECS cluster " + t.ClusterName + " is compromised.",
		text:     "A file that is not part of the image was executed in " + m.Container + " and mines crypto-currency.",
		resource: map[string]any{"resourceType": "AttackSequence"},
		service: map[string]any{"detection": map[string]any{"sequence": map[string]any{
			"uid": g.id(key, "uid"), "description": "Execution of a new binary followed by crypto-currency mining.", "signals": signals,
			"actors":    []any{map[string]any{"id": "process:" + m.Process, "process": map[string]any{"name": m.Process, "path": m.Path, "sha256": m.SHA256}}},
			"endpoints": []any{map[string]any{"id": "endpoint:pool", "ip": m.PoolIP, "domain": strings.Split(m.Pool, ":")[0], "port": 3333}},
			"resources": []any{
				resource(t.ClusterARN, t.ClusterName, "ECS_CLUSTER", map[string]any{"ecsCluster": map[string]any{"status": "ACTIVE", "ec2InstanceUids": []any{}}}),
				resource(t.ARN, t.ID, "ECS_TASK", map[string]any{"ecsTask": map[string]any{"createdAt": t.Created, "taskDefinitionArn": t.Definition.ARN, "launchType": t.LaunchType, "containerUids": []any{container}}}),
				resource(container, m.Container, "CONTAINER", map[string]any{"container": map[string]any{"image": image, "imageUid": image}}),
			},
			"sequenceIndicators": []any{map[string]any{"key": "ATTACK_TACTIC", "values": []any{"Execution", "Impact"}}, map[string]any{"key": "CRYPTOMINING_IP", "values": []any{m.PoolIP}}},
		}}},
	}
}
