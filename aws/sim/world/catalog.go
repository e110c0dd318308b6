package world

import "fmt"

// Logging is where a service's lines go.
type logging int

const (
	logAws       logging = iota // awslogs
	logFireLens                 // FireLens to CloudWatch Logs
	logElsewhere                // FireLens to a place outside CloudWatch
	logNone                     // no log configuration at all
)

// placing is what a service's tasks run on.
type placing int

const (
	onFargate placing = iota
	onSpot            // capacity providers: FARGATE_SPOT with a base on FARGATE
	onEC2             // the cluster's own capacity provider
)

// template is one service as it is to be made.
type template struct {
	cluster, name string
	app           App
	on            placing
	desired       int
	story         Story
	logs          logging
	lb            bool
	daemon        bool
	sidecars      []string
	agent         bool // GuardDuty's agent runs beside
	quiet         bool // one of the made-up crowd: nothing happens to it by itself
}

// templates are the services of the default world, in the order in which a smaller
// one takes them: those with something to tell come first.
func templates() []template {
	return []template{
		{cluster: "prod", name: "checkout", app: API, desired: 6, story: Rolling, lb: true, sidecars: []string{"otel-collector"}},
		{cluster: "prod", name: "payments", app: Java, desired: 4, story: BadDeploy, lb: true},
		{cluster: "prod", name: "search", app: Java, on: onEC2, desired: 4, story: Leak, lb: true},
		{cluster: "prod", name: "image-resizer", app: Python, on: onSpot, desired: 6, story: Miner, agent: true},
		{cluster: "prod", name: "recommendations", app: Python, on: onEC2, desired: 6, story: NoCapacity},
		{cluster: "prod", name: "notifications", app: Node, desired: 4, story: Unhealthy, lb: true},
		{cluster: "prod", name: "pricing", app: API, desired: 4, story: Failing, lb: true},
		{cluster: "prod", name: "sessions-cache", app: Cache, on: onEC2, desired: 3, story: ExecOff},
		{cluster: "prod", name: "ledger", app: Java, desired: 4, story: AgentDown, lb: true, agent: true},
		{cluster: "prod", name: "audit-export", app: Worker, desired: 3, story: Steady, logs: logElsewhere, sidecars: []string{"log_router"}},
		{cluster: "prod", name: "cart", app: Node, desired: 6, story: Steady, lb: true, logs: logFireLens, sidecars: []string{"log_router"}},
		{cluster: "prod", name: "catalog", app: API, on: onEC2, desired: 10, story: Steady, lb: true},
		{cluster: "prod", name: "web", app: Web, desired: 10, story: Steady, lb: true, sidecars: []string{"otel-collector"}},
		{cluster: "prod", name: "orders-worker", app: Worker, on: onSpot, desired: 8, story: Steady},
		{cluster: "staging", name: "checkout", app: API, desired: 2, story: Rolling, lb: true},
		{cluster: "staging", name: "payments", app: Java, desired: 2, story: Steady, lb: true},
		{cluster: "staging", name: "catalog", app: API, desired: 2, story: Steady, lb: true},
		{cluster: "staging", name: "cart", app: Node, desired: 1, story: Steady, logs: logFireLens, sidecars: []string{"log_router"}},
		{cluster: "staging", name: "web", app: Web, desired: 2, story: Steady, lb: true},
		{cluster: "staging", name: "search", app: Java, desired: 1, story: Steady},
		{cluster: "staging", name: "notifications", app: Node, desired: 1, story: Steady},
		{cluster: "staging", name: "pricing", app: API, desired: 0, story: Steady},
		{cluster: "data", name: "etl-loader", app: Worker, on: onEC2, desired: 6, story: Steady, logs: logNone},
		{cluster: "data", name: "spark-history", app: Java, on: onEC2, desired: 2, story: Steady},
		{cluster: "data", name: "airflow-web", app: Python, desired: 3, story: Steady, lb: true},
		{cluster: "data", name: "metrics-rollup", app: Worker, on: onSpot, desired: 4, story: Steady},
		{cluster: "platform", name: "node-agent", app: Daemon, on: onEC2, desired: 3, story: Steady, daemon: true},
		{cluster: "platform", name: "ingress", app: Web, on: onEC2, desired: 4, story: Steady, lb: true},
		{cluster: "platform", name: "auth", app: API, desired: 4, story: Steady, lb: true},
		{cluster: "platform", name: "feature-flags", app: Node, desired: 3, story: Steady, lb: true},
	}
}

// The default scale.
const (
	defaultClusters = 4
	defaultServices = 30
	defaultTasks    = 120
	soloTasks       = 4 // about as many tasks of no service
)

// clusterNames are the first n clusters.
func clusterNames(n int) []string {
	names := []string{"prod", "staging", "data", "platform"}
	for i := len(names); i < n; i++ {
		names = append(names, fmt.Sprintf("team-%02d", i-3))
	}
	return names[:n]
}

// roster is the list of services for a scale: the templates, then made-up ones.
// Their desired counts add up to about the number of tasks.
func roster(seed uint64, clusters []string, services, tasks int) []template {
	known := map[string]bool{}
	for _, c := range clusters {
		known[c] = true
	}
	list := templates()
	plain := len(list) == services && tasks == defaultTasks
	list = list[:min(len(list), services)]
	for i := range list {
		if !known[list[i].cluster] {
			if list[i].cluster != "prod" {
				list[i].name = list[i].cluster + "-" + list[i].name
			}
			list[i].cluster = clusters[i%len(clusters)]
		}
	}
	for i := len(list); i < services; i++ {
		list = append(list, invent(seed, i, clusters))
	}
	if !plain {
		share(seed, list, tasks)
	}
	return list
}

// invent makes up the i-th service.
func invent(seed uint64, i int, clusters []string) template {
	subjects := []string{"orders", "billing", "stock", "shipping", "reviews", "coupons", "users", "media", "fraud",
		"tax", "returns", "loyalty", "partner", "invoice", "geo", "mail", "sms", "push", "content", "profile"}
	kinds := []struct {
		name string
		app  App
	}{{"api", API}, {"worker", Worker}, {"web", Node}, {"sync", Python}, {"core", Java}}
	h := mix(seed, uint64(i), 77)
	k := kinds[(i/len(subjects))%len(kinds)]
	return template{
		cluster: clusters[i%len(clusters)],
		name:    fmt.Sprintf("%s-%s-%04d", subjects[i%len(subjects)], k.name, i),
		app:     k.app, on: pick(h, onFargate, onFargate, onSpot, onEC2), desired: 1, story: Steady, quiet: true, lb: k.app != Worker && h%3 != 0,
	}
}

// share deals the tasks out: services with a story keep what theirs needs, the
// others get equal parts, a little uneven.
func share(seed uint64, list []template, tasks int) {
	rest, open := tasks, 0
	for i := range list {
		if list[i].story != Steady {
			list[i].desired = min(list[i].desired, max(tasks/len(list)+2, 2))
			rest -= list[i].desired
		} else if !list[i].daemon {
			open++
		}
	}
	for i := range list {
		if list[i].story != Steady || list[i].daemon {
			continue
		}
		part := 0
		if rest > 0 {
			mean := rest / open
			part = mean
			if mean > 1 {
				part += int(mix(seed, uint64(i), 5)%3) - 1
			} else if mean == 0 {
				part = 1
			}
			if open == 1 {
				part = rest
			}
		}
		list[i].desired = part
		rest -= part
		open--
	}
}
