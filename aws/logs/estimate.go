package logs

import (
	"context"
	"slices"
	"strings"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"ecsole/aws"
	"ecsole/aws/metrics"
)

// sortTimes puts times in order.
func sortTimes(t []time.Time) { slices.SortFunc(t, time.Time.Compare) }

func compareText(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }

// Estimate is what a query will scan, and so cost, as far as can be told before.
type Estimate struct {
	Bytes   int64
	CostUSD float64
	// Unknown are groups of which nothing can be told: the query may cost more.
	Unknown []string
}

// EstimateQuery tells what a query over groups and a range would scan: what the
// groups took in meanwhile (CloudWatch's metric IncomingBytes), or where there is
// no such metric, their share of what is stored in them. A query scans all that the
// groups hold of the range, whatever it filters.
func (h *Hub) EstimateQuery(ctx context.Context, q Query) (Estimate, error) {
	if err := q.check(); err != nil {
		return Estimate{}, err
	}
	var e Estimate
	taken, _ := h.takenIn(ctx, q)
	for _, g := range q.Groups {
		n, ok := taken[g]
		if !ok {
			var err error
			if n, ok, err = h.share(ctx, q, g); err != nil {
				return e, err
			}
		}
		if !ok {
			e.Unknown = append(e.Unknown, g)
		}
		e.Bytes += n
	}
	e.CostUSD = float64(e.Bytes) / 1e9 * QueryPrice
	return e, nil
}

// takenIn asks CloudWatch's own metrics; a failure is no obstacle, there is another
// way.
func (h *Hub) takenIn(ctx context.Context, q Query) (map[string]int64, error) {
	if q.Region != "" && q.Region != h.account.Region() {
		return nil, nil
	}
	// At most so long ago are values kept by the minute, by five minutes, by the hour.
	period := time.Minute
	switch age := time.Since(q.From); {
	case age > 63*24*time.Hour || q.To.Sub(q.From) > 7*24*time.Hour:
		period = time.Hour
	case age > 15*24*time.Hour || q.To.Sub(q.From) > 12*time.Hour:
		period = 5 * time.Minute
	}
	var queries []metrics.Query
	for _, g := range q.Groups {
		queries = append(queries, metrics.Query{
			ID: g, Namespace: "AWS/Logs", Metric: "IncomingBytes", Stat: "Sum", Period: period,
			Dimensions: map[string]string{"LogGroupName": g},
		})
	}
	series, err := metrics.New(h.account).Series(aws.Foreground(ctx), queries, q.From, q.To)
	out := map[string]int64{}
	for g, s := range series {
		if !s.Complete || len(s.Values) == 0 {
			continue
		}
		sum := 0.0
		for _, v := range s.Values {
			sum += v
		}
		out[g] = int64(sum)
	}
	return out, err
}

// share is a group's stored bytes, spread evenly over the time that it holds.
func (h *Hub) share(ctx context.Context, q Query, group string) (int64, bool, error) {
	out, err := h.client(q.Region).DescribeLogGroups(aws.Foreground(ctx), &sdk.DescribeLogGroupsInput{LogGroupNamePrefix: &group})
	if err != nil {
		if e := aws.AsError(err); e.Class != aws.Denied && e.Class != aws.Unsupported {
			return 0, false, e
		}
		return 0, false, nil
	}
	for _, g := range out.LogGroups {
		if sdkaws.ToString(g.LogGroupName) != group {
			continue
		}
		now := h.clock.now()
		since := time.UnixMilli(sdkaws.ToInt64(g.CreationTime))
		if days := sdkaws.ToInt32(g.RetentionInDays); days > 0 {
			if kept := now.AddDate(0, 0, -int(days)); kept.After(since) {
				since = kept
			}
		}
		from, to := q.From, q.To
		if from.Before(since) {
			from = since
		}
		if to.After(now) {
			to = now
		}
		if !from.Before(to) || !since.Before(now) {
			return 0, true, nil
		}
		return int64(float64(sdkaws.ToInt64(g.StoredBytes)) * to.Sub(from).Seconds() / now.Sub(since).Seconds()), true, nil
	}
	return 0, false, nil
}
