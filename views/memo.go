package views

import (
	"context"
	"sync"
	"time"

	"ecsole/aws"
	"ecsole/views/config"
)

// memoFor is how long what rarely changes is believed.
const memoFor = 5 * time.Minute

// memo remembers, for one account, answers that many screens ask for and that
// rarely change. It is safe for many goroutines.
type memo struct {
	mu       sync.Mutex
	insights map[string]remembered[string]
	tasks    map[string]remembered[map[string]map[string]string]
	mark     mark
}

// mark is whether a place is production, and all that decides on it. The header asks
// with every frame; compiling the patterns anew each time costs more than the header.
type mark struct {
	profile, alias, account string
	rule                    config.Production
	override                *bool
	is                      bool
}

// isProduction is the configuration's answer, remembered for the latest place.
func (m *memo) isProduction(cfg config.Config, p place) bool {
	k := mark{profile: p.profile, alias: p.alias, account: p.account, rule: cfg.Production, override: cfg.Profiles[p.profile].Production}
	m.mu.Lock()
	defer m.mu.Unlock()
	if k.is = m.mark.is; k == m.mark {
		return k.is
	}
	k.is = cfg.IsProduction(p.profile, p.alias, p.account)
	m.mark = k
	return k.is
}

type remembered[T any] struct {
	value T
	at    time.Time
}

func newMemo() *memo {
	return &memo{insights: map[string]remembered[string]{}, tasks: map[string]remembered[map[string]map[string]string]{}}
}

// taskDimensions are the dimensions under which CloudWatch has each task of a
// cluster, by task id. They are looked up, not assumed: only enhanced Container
// Insights has them, and AWS publishes several combinations.
func (m *memo) taskDimensions(ctx context.Context, c Clients, cluster string) (map[string]map[string]string, error) {
	kind, err := m.containerInsights(ctx, c, cluster)
	if err != nil || kind != "enhanced" {
		return nil, err
	}
	m.mu.Lock()
	known, ok := m.tasks[cluster]
	m.mu.Unlock()
	if ok && time.Since(known.at) < memoFor {
		return known.value, nil
	}
	found := map[string]map[string]string{}
	for page := range c.Metrics.Metrics(ctx, "ECS/ContainerInsights", map[string]string{"ClusterName": lastPart(cluster), "TaskId": ""}) {
		for _, g := range page.Gaps {
			return nil, g.Err
		}
		for _, metric := range page.Items {
			id := metric.Dimensions["TaskId"]
			if metric.Name != "TaskCpuUtilization" || id == "" {
				continue
			}
			if best := found[id]; best == nil || len(metric.Dimensions) < len(best) {
				found[id] = metric.Dimensions
			}
		}
	}
	m.mu.Lock()
	m.tasks[cluster] = remembered[map[string]map[string]string]{found, time.Now()}
	m.mu.Unlock()
	return found, nil
}

// containerInsights is a cluster's setting: "", "disabled", "enabled" or "enhanced".
func (m *memo) containerInsights(ctx context.Context, c Clients, cluster string) (string, error) {
	m.mu.Lock()
	known, ok := m.insights[cluster]
	m.mu.Unlock()
	if ok && time.Since(known.at) < memoFor {
		return known.value, nil
	}
	items, gaps := aws.Collect(c.ECS.DescribeClusters(ctx, []string{cluster}))
	if len(items) == 0 {
		for _, g := range gaps {
			return "", g.Err
		}
		return "", nil
	}
	m.mu.Lock()
	m.insights[cluster] = remembered[string]{items[0].ContainerInsights, time.Now()}
	m.mu.Unlock()
	return items[0].ContainerInsights, nil
}
