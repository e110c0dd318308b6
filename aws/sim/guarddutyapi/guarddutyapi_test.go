package guarddutyapi_test

import (
	"context"
	"slices"
	"testing"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"

	"ecsole/aws/sim"
	"ecsole/aws/sim/simtest"
	"ecsole/aws/sim/world"
)

var ctx = context.Background()

type rig struct {
	*simtest.Rig
	api      *sdk.Client
	detector string
}

func start(t *testing.T) rig {
	t.Helper()
	r := simtest.Start(t, sim.Options{})
	api := sdk.NewFromConfig(r.Config)
	d, err := api.ListDetectors(ctx, &sdk.ListDetectorsInput{MaxResults: sdkaws.Int32(50)})
	if err != nil || len(d.DetectorIds) != 1 {
		t.Fatalf("detectors %v, %v", d, err)
	}
	return rig{r, api, d.DetectorIds[0]}
}

type criteria map[string]types.Condition

// list gives the types of the findings that meet the criteria, in order.
func (r rig) list(c criteria, sort *types.SortCriteria) []types.Finding {
	r.Helper()
	in := &sdk.ListFindingsInput{DetectorId: &r.detector, SortCriteria: sort, MaxResults: sdkaws.Int32(2)}
	if c != nil {
		in.FindingCriteria = &types.FindingCriteria{Criterion: c}
	}
	var out []types.Finding
	for {
		page, err := r.api.ListFindings(ctx, in)
		if err != nil {
			r.Fatal(err)
		}
		if len(page.FindingIds) > 2 {
			r.Fatalf("a page of %d", len(page.FindingIds))
		}
		if len(page.FindingIds) > 0 {
			got, err := r.api.GetFindings(ctx, &sdk.GetFindingsInput{DetectorId: &r.detector, FindingIds: page.FindingIds})
			if err != nil {
				r.Fatal(err)
			}
			for _, id := range page.FindingIds {
				i := slices.IndexFunc(got.Findings, func(f types.Finding) bool { return *f.Id == id })
				if i < 0 {
					r.Fatalf("finding %s is listed but not there", id)
				}
				out = append(out, got.Findings[i])
			}
		}
		if in.NextToken = page.NextToken; sdkaws.ToString(in.NextToken) == "" {
			return out
		}
	}
}

func kinds(list []types.Finding) (out []string) {
	for _, f := range list {
		out = append(out, *f.Type)
	}
	return out
}

func TestDetector(t *testing.T) {
	r := start(t)
	d, err := r.api.GetDetector(ctx, &sdk.GetDetectorInput{DetectorId: &r.detector})
	if err != nil || d.Status != types.DetectorStatusEnabled || d.FindingPublishingFrequency != types.FindingPublishingFrequencyFifteenMinutes {
		t.Fatalf("%+v, %v", d, err)
	}
	i := slices.IndexFunc(d.Features, func(f types.DetectorFeatureConfigurationResult) bool {
		return f.Name == types.DetectorFeatureResultRuntimeMonitoring
	})
	if i < 0 || d.Features[i].Status != types.FeatureStatusEnabled || len(d.Features[i].AdditionalConfiguration) != 3 || d.Features[i].UpdatedAt == nil {
		t.Errorf("runtime monitoring: %+v", d.Features)
	}
	_, err = r.api.GetDetector(ctx, &sdk.GetDetectorInput{DetectorId: sdkaws.String("0123456789abcdef0123456789abcdef")})
	r.Wants(err, "BadRequestException", "detectorId")
}

func TestMiner(t *testing.T) {
	r := start(t)
	list := r.list(criteria{"type": {Equals: []string{"CryptoCurrency:Runtime/BitcoinTool.B"}}}, nil)
	if len(list) != 1 {
		t.Fatalf("%d findings of a miner", len(list))
	}
	f := list[0]
	task := f.Resource.EcsClusterDetails.TaskDetails
	if *f.Severity != 8 || *f.Resource.ResourceType != "ECSCluster" || *task.Group != "service:image-resizer" || *task.Containers[0].Name != "image-resizer" {
		t.Errorf("%+v", f)
	}
	seen := r.Sim.World().Task(*task.Arn)
	if seen == nil || seen.Facts.Miner == nil || *f.Service.RuntimeDetails.Process.ExecutableSha256 != seen.Facts.Miner.SHA256 {
		t.Error("the finding is not of the task that mines")
	}
	if *f.Service.Count < 2 || f.AssociatedAttackSequenceArn == nil || *f.Service.Action.NetworkConnectionAction.RemotePortDetails.Port != 3333 {
		t.Errorf("service %+v", f.Service)
	}
	// It counts on, in steps of the publishing frequency.
	r.Clock.Move(20 * time.Minute)
	later := r.list(criteria{"id": {Equals: []string{*f.Id}}}, nil)[0]
	if *later.Service.Count <= *f.Service.Count || *later.UpdatedAt <= *f.UpdatedAt || *later.CreatedAt != *f.CreatedAt {
		t.Errorf("count %d, then %d; updated %s, then %s", *f.Service.Count, *later.Service.Count, *f.UpdatedAt, *later.UpdatedAt)
	}
	whole := r.list(criteria{"type": {Equals: []string{"AttackSequence:ECS/CompromisedCluster"}}}, nil)[0]
	if *whole.Severity != 9 || *whole.Arn != *f.AssociatedAttackSequenceArn || len(whole.Service.Detection.Sequence.Signals) != 2 {
		t.Errorf("the attack sequence: %+v", whole)
	}
	data := whole.Service.Detection.Sequence.Resources[1].Data
	if *whole.Service.Detection.Sequence.Resources[1].Uid != *task.Arn || *data.EcsTask.TaskDefinitionArn != *task.DefinitionArn {
		t.Error("the attack sequence is not of the task")
	}
}

func TestFindingsAppear(t *testing.T) {
	r := start(t)
	open := criteria{"service.archived": {Equals: []string{"false"}}}
	before := kinds(r.list(open, nil))
	r.Clock.Move(5 * time.Minute)
	after := kinds(r.list(open, nil))
	if len(after) != len(before)+1 || slices.Contains(before, "Execution:Runtime/SuspiciousCommand") || !slices.Contains(after, "Execution:Runtime/SuspiciousCommand") {
		t.Errorf("before %v, after %v", before, after)
	}
}

func TestCriteria(t *testing.T) {
	r := start(t)
	r.Clock.Move(10 * time.Minute)
	all := r.list(nil, nil)
	cluster := r.Sim.World().Cluster("prod").ARN
	instance := r.Sim.World().Instances("prod")[0].EC2ID
	count := func(c criteria) int { return len(r.list(c, nil)) }
	n := len(all)
	if n < 6 {
		t.Fatalf("%d findings: %v", n, kinds(all))
	}
	for name, c := range map[string]struct {
		c    criteria
		want func(got int) bool
	}{
		"archived":        {criteria{"service.archived": {Eq: []string{"true"}}}, func(g int) bool { return g == 1 }},
		"high":            {criteria{"severity": {GreaterThanOrEqual: sdkaws.Int64(7)}}, func(g int) bool { return g == 3 }},
		"medium":          {criteria{"severity": {Gte: sdkaws.Int32(4), Lt: sdkaws.Int32(7)}}, func(g int) bool { return g == 2 }},
		"of clusters":     {criteria{"resource.resourceType": {Equals: []string{"ECSCluster"}}}, func(g int) bool { return g == 3 }},
		"of an instance":  {criteria{"resource.instanceDetails.instanceId": {Equals: []string{instance}}}, func(g int) bool { return g >= 1 }},
		"of prod":         {criteria{"resource.ecsClusterDetails.arn": {Equals: []string{cluster}}}, func(g int) bool { return g == 3 }},
		"not of prod":     {criteria{"resource.ecsClusterDetails.name": {NotEquals: []string{"prod"}}}, func(g int) bool { return g == n-3 }},
		"by image":        {criteria{"resource.ecsClusterDetails.taskDetails.containers.image": {Matches: []string{"*/image-resizer:*"}}}, func(g int) bool { return g == 2 }},
		"of a definition": {criteria{"service.detection.sequence.resources.data.ecsTask.taskDefinitionArn": {Matches: []string{"*prod-image-resizer*"}}}, func(g int) bool { return g == 1 }},
		"updated since":   {criteria{"updatedAt": {GreaterThanOrEqual: sdkaws.Int64(r.Clock.Now().Add(-6 * time.Hour).UnixMilli())}}, func(g int) bool { return g >= 3 && g < n }},
		"of tomorrow":     {criteria{"updatedAt": {GreaterThan: sdkaws.Int64(r.Clock.Now().Add(time.Hour).UnixMilli())}}, func(g int) bool { return g == 0 }},
	} {
		if got := count(c.c); !c.want(got) {
			t.Errorf("%s: %d of %d", name, got, n)
		}
	}
	_, err := r.api.ListFindings(ctx, &sdk.ListFindingsInput{DetectorId: &r.detector, FindingCriteria: &types.FindingCriteria{Criterion: criteria{"resource.mood": {Eq: []string{"x"}}}}})
	r.Wants(err, "BadRequestException", "unsupported field")
	_, err = r.api.ListFindings(ctx, &sdk.ListFindingsInput{DetectorId: &r.detector, MaxResults: sdkaws.Int32(51)})
	r.Wants(err, "BadRequestException", "maxResults")
	_, err = r.api.GetFindings(ctx, &sdk.GetFindingsInput{DetectorId: &r.detector, FindingIds: make([]string, 51)})
	r.Wants(err, "BadRequestException", "findingIds")
	down := r.list(nil, &types.SortCriteria{AttributeName: sdkaws.String("severity"), OrderBy: types.OrderByDesc})
	if !slices.IsSortedFunc(down, func(a, b types.Finding) int { return int(*b.Severity - *a.Severity) }) || *down[0].Type != "AttackSequence:ECS/CompromisedCluster" {
		t.Errorf("by severity: %v", kinds(down))
	}
}

// A world without a story of the kind has no finding of it, and still a detector.
func TestSmallWorld(t *testing.T) {
	r := simtest.Start(t, sim.Options{Scale: sim.Scale{Clusters: 1, Services: 1, Tasks: 2}})
	api := sdk.NewFromConfig(r.Config)
	d, err := api.ListDetectors(ctx, &sdk.ListDetectorsInput{})
	if err != nil {
		t.Fatal(err)
	}
	out, err := api.ListFindings(ctx, &sdk.ListFindingsInput{DetectorId: &d.DetectorIds[0]})
	if err != nil || slices.ContainsFunc(r.Sim.World().Incidents(), func(i world.Incident) bool { return i.Story == world.Miner }) {
		t.Fatalf("%v, %v", out, err)
	}
	if len(out.FindingIds) != 0 {
		t.Errorf("%d findings", len(out.FindingIds))
	}
}
