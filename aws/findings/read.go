package findings

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"

	"ecsole/aws"
)

// perPage is the most that ListFindings gives and GetFindings takes at once.
const perPage = 50

func (c *Client) detectors(ctx context.Context) ([]string, error) {
	var out []string
	in := &sdk.ListDetectorsInput{MaxResults: sdkaws.Int32(perPage)}
	for {
		page, err := c.api.ListDetectors(ctx, in)
		if err != nil {
			return out, err
		}
		out = append(out, page.DetectorIds...)
		if in.NextToken = page.NextToken; sdkaws.ToString(in.NextToken) == "" {
			return out, nil
		}
	}
}

func (c *Client) state(ctx context.Context) (State, error) {
	ids, err := c.detectors(ctx)
	if err != nil || len(ids) == 0 {
		return State{}, err
	}
	s := State{Detectors: ids}
	// There is one detector in a region.
	d, err := c.api.GetDetector(ctx, &sdk.GetDetectorInput{DetectorId: &ids[0]})
	if err != nil {
		s.Unknown = true
		return s, err
	}
	s.Enabled = d.Status == types.DetectorStatusEnabled
	s.Frequency = string(d.FindingPublishingFrequency)
	s.Since = when(d.CreatedAt)
	for _, f := range d.Features {
		if f.Name != types.DetectorFeatureResultRuntimeMonitoring {
			continue
		}
		s.Runtime = string(f.Status)
		for _, extra := range f.AdditionalConfiguration {
			switch extra.Name {
			case types.FeatureAdditionalConfigurationEcsFargateAgentManagement:
				s.Fargate = string(extra.Status)
			case types.FeatureAdditionalConfigurationEc2AgentManagement:
				s.EC2 = string(extra.Status)
			}
		}
	}
	return s, nil
}

// criteria leaves archived findings out. The ECS fields that ListFindings might
// take as criteria are not in its reference, so the choice by cluster is ours.
func criteria() *types.FindingCriteria {
	return &types.FindingCriteria{Criterion: map[string]types.Condition{
		"service.archived": {Equals: []string{"false"}},
		"severity":         {GreaterThanOrEqual: sdkaws.Int64(1)},
	}}
}

func (c *Client) all(ctx context.Context) aws.Pages[Finding] {
	return func(yield func(aws.Page[Finding]) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		ids, err := c.detectors(ctx)
		if err != nil {
			yield(aws.Page[Finding]{Gaps: []aws.Gap{{Err: err, Fatal: true}}, Total: -1})
			return
		}
		seen := 0
		for i, id := range ids {
			if !c.detector(ctx, id, i == len(ids)-1, &seen, yield) {
				return
			}
		}
		if len(ids) == 0 {
			yield(aws.Page[Finding]{})
		}
	}
}

// detector lists one detector's findings; false ends the whole listing.
func (c *Client) detector(ctx context.Context, id string, last bool, seen *int, yield func(aws.Page[Finding]) bool) bool {
	in := &sdk.ListFindingsInput{
		DetectorId: &id, MaxResults: sdkaws.Int32(perPage), FindingCriteria: criteria(),
		SortCriteria: &types.SortCriteria{AttributeName: sdkaws.String("service.eventLastSeen"), OrderBy: types.OrderByDesc},
	}
	for {
		list, err := c.api.ListFindings(ctx, in)
		if err != nil {
			return yield(aws.Page[Finding]{Gaps: []aws.Gap{{Err: err, Fatal: true}}, Seen: *seen, Total: -1})
		}
		*seen += len(list.FindingIds)
		in.NextToken = list.NextToken
		end := sdkaws.ToString(in.NextToken) == ""
		page := aws.Page[Finding]{Seen: *seen, Total: -1}
		if end && last {
			page.Total = *seen
		}
		if len(list.FindingIds) > 0 {
			page.Items, page.Gaps = c.get(ctx, id, list.FindingIds)
		}
		if !yield(page) {
			return false
		}
		if end {
			return true
		}
	}
}

// get reads findings by id; those that do not come are a gap.
func (c *Client) get(ctx context.Context, detector string, ids []string) ([]Finding, []aws.Gap) {
	call, body := aws.CaptureRaw(ctx)
	out, err := c.api.GetFindings(call, &sdk.GetFindingsInput{DetectorId: &detector, FindingIds: ids})
	if err != nil {
		return nil, []aws.Gap{{IDs: ids, Err: err}}
	}
	raw := rawByID(body.Bytes())
	byID := make(map[string]Finding, len(out.Findings))
	for _, f := range out.Findings {
		got := finding(f, detector)
		if got.Raw = raw[got.ID]; got.Raw == nil {
			got.Raw, _ = json.Marshal(f)
		}
		byID[got.ID] = got
	}
	items := make([]Finding, 0, len(ids))
	for _, id := range ids {
		// One that was archived or expired between the two calls is not missing.
		if f, ok := byID[id]; ok {
			items = append(items, f)
		}
	}
	return items, nil
}

func rawByID(body []byte) map[string][]byte {
	var answer struct {
		Findings []json.RawMessage `json:"findings"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return nil
	}
	out := make(map[string][]byte, len(answer.Findings))
	for _, text := range answer.Findings {
		var id struct {
			ID string `json:"id"`
		}
		if json.Unmarshal(text, &id) == nil && id.ID != "" {
			out[id.ID] = slices.Clone(text)
		}
	}
	return out
}

// when reads GuardDuty's times, which are text; what cannot be read is zero.
func when(s *string) time.Time {
	t, err := time.Parse(time.RFC3339, sdkaws.ToString(s))
	if err != nil {
		return time.Time{}
	}
	return t
}
