package metrics

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// perCall is how many queries one GetMetricData call takes (API model: 500).
const perCall = 500

// batches that run side by side: CloudWatch allows hundreds a second, but a
// console has no reason to hurry more than this.
const parallel = 4

func (c *Client) series(ctx context.Context, queries []Query, from, to time.Time) (map[string]Series, error) {
	out := make(map[string]Series, len(queries))
	for _, q := range queries {
		if _, twice := out[q.ID]; twice {
			return nil, fmt.Errorf("metrics: two queries have the id %q", q.ID)
		}
		out[q.ID] = Series{}
	}
	var (
		mu     sync.Mutex
		wg     sync.WaitGroup
		failed []error
		slots  = make(chan struct{}, parallel)
	)
	for batch := range slices.Chunk(queries, perCall) {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			got, err := c.batch(ctx, batch, from, to)
			mu.Lock()
			defer mu.Unlock()
			for id, s := range got {
				out[id] = s
			}
			if err != nil {
				failed = append(failed, err)
			}
		})
	}
	wg.Wait()
	return out, errors.Join(failed...)
}

// batch is one call and its further pages. What came before an error is returned
// with it, marked as incomplete.
func (c *Client) batch(ctx context.Context, queries []Query, from, to time.Time) (map[string]Series, error) {
	in := &sdk.GetMetricDataInput{
		StartTime: &from, EndTime: &to, ScanBy: types.ScanByTimestampAscending,
		MetricDataQueries: make([]types.MetricDataQuery, len(queries)),
	}
	for i, q := range queries {
		in.MetricDataQueries[i] = q.query(i)
	}
	parts := make([]Series, len(queries))
	var err error
	for {
		var page *sdk.GetMetricDataOutput
		if page, err = c.api.GetMetricData(ctx, in); err != nil {
			break
		}
		for _, r := range page.MetricDataResults {
			take(parts, r)
		}
		if in.NextToken = page.NextToken; sdkaws.ToString(in.NextToken) == "" {
			break
		}
	}
	out := make(map[string]Series, len(queries))
	for i, q := range queries {
		s := parts[i]
		if err != nil {
			s.Complete = false
		}
		s.sort()
		out[q.ID] = s
	}
	return out, err
}

// query numbers itself, since an Id at AWS is narrower than ours: it starts with a
// small letter and has only letters, digits and underscores.
func (q Query) query(i int) types.MetricDataQuery {
	period := int32(q.Period / time.Second)
	if period <= 0 {
		period = 60
	}
	stat := q.Stat
	if stat == "" {
		stat = "Average"
	}
	m := &types.Metric{Namespace: &q.Namespace, MetricName: &q.Metric}
	names := make([]string, 0, len(q.Dimensions))
	for name := range q.Dimensions {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		m.Dimensions = append(m.Dimensions, types.Dimension{Name: sdkaws.String(name), Value: sdkaws.String(q.Dimensions[name])})
	}
	return types.MetricDataQuery{
		Id:         sdkaws.String("q" + strconv.Itoa(i)),
		MetricStat: &types.MetricStat{Metric: m, Period: &period, Stat: &stat},
	}
}

// take adds one result of one page to the series it belongs to.
func take(parts []Series, r types.MetricDataResult) {
	id := sdkaws.ToString(r.Id)
	if len(id) < 2 {
		return
	}
	i, err := strconv.Atoi(id[1:])
	if err != nil || i < 0 || i >= len(parts) {
		return
	}
	s := &parts[i]
	n := min(len(r.Timestamps), len(r.Values))
	s.Times = append(s.Times, r.Timestamps[:n]...)
	s.Values = append(s.Values, r.Values[:n]...)
	s.Complete = r.StatusCode == types.StatusCodeComplete
	for _, m := range r.Messages {
		s.Message = sdkaws.ToString(m.Value)
	}
}

// sort brings the values into the order of time: a server may ignore ScanBy.
func (s *Series) sort() {
	if slices.IsSortedFunc(s.Times, time.Time.Compare) {
		return
	}
	order := make([]int, len(s.Times))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return s.Times[a].Compare(s.Times[b]) })
	times, values := make([]time.Time, len(order)), make([]float64, len(order))
	for i, k := range order {
		times[i], values[i] = s.Times[k], s.Values[k]
	}
	s.Times, s.Values = times, values
}
