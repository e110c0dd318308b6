// Package guarddutyapi answers as GuardDuty does: one detector, and findings that
// appear and grow as the simulated world's stories go on.
package guarddutyapi

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/wire"
	"ecsole/aws/sim/world"
)

// perPage is the most that ListFindings gives and GetFindings takes (API model).
const perPage = 50

// GuardDuty of one account in one Region.
type guardDuty struct {
	world  *world.World
	pager  *api.Pager
	opened time.Time // when the simulator began
	victim *world.Task
	off    atomic.Bool // the region has no detector
}

// Service is what the server is to route, and the switch of the detector.
func Service(w *world.World, pager *api.Pager) (api.Service, map[string]func(string) (func(), error)) {
	g := &guardDuty{world: w, pager: pager, opened: w.Now()}
	g.victim = g.chooseVictim()
	resource := func(c *api.Call) string { return w.ARN("guardduty", "detector/%s", g.detector()) }
	detector := func(value string) (func(), error) {
		if value != "on" && value != "off" {
			return nil, fmt.Errorf("want on or off")
		}
		return func() { g.off.Store(value == "off") }, nil
	}
	return api.Service{
		Name: "guardduty",
		Operations: []api.Operation{
			{Name: "ListDetectors", Method: "GET", Path: "/detector", Do: g.listDetectors},
			{Name: "GetDetector", Method: "GET", Path: "/detector/{detectorId}", Resource: resource, Do: g.getDetector},
			{Name: "ListFindings", Method: "POST", Path: "/detector/{detectorId}/findings", Resource: resource, Do: g.listFindings},
			{Name: "GetFindings", Method: "POST", Path: "/detector/{detectorId}/findings/get", Resource: resource, Do: g.getFindings},
		},
	}, map[string]func(string) (func(), error){"detector": detector}
}

// id makes an id of 32 hexadecimal digits for a thing of this world.
func (g *guardDuty) id(what ...string) string {
	sum := sha256.Sum256([]byte(fmt.Sprint(g.world.Seed(), g.world.Account(), what)))
	return hex.EncodeToString(sum[:16])
}

func (g *guardDuty) detector() string { return g.id("detector") }

// refuse is a BadRequestException in GuardDuty's words.
func refuse(format string, args ...any) error {
	e := api.Errorf("BadRequestException", "The request is rejected because "+format, args...)
	e.Fields = map[string]any{"type": "InvalidInputException"}
	return e
}

// owned checks the detector id of a call.
func (g *guardDuty) owned(id string) error {
	if id != g.detector() || g.off.Load() {
		return refuse("the input detectorId is not owned by the current account.")
	}
	return nil
}

func (g *guardDuty) listDetectors(*api.Call) (any, error) {
	if g.off.Load() {
		return map[string]any{"detectorIds": []string{}}, nil
	}
	return map[string]any{"detectorIds": []string{g.detector()}}, nil
}

func (g *guardDuty) getDetector(c *api.Call) (any, error) {
	var in struct {
		ID string `json:"detectorId"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	if err := g.owned(in.ID); err != nil {
		return nil, err
	}
	since := g.opened.Add(-400 * 24 * time.Hour).Truncate(time.Hour)
	on := map[string]any{"status": "ENABLED"}
	feature := func(name, status string, more ...any) map[string]any {
		return map[string]any{"name": name, "status": status, "updatedAt": since, "additionalConfiguration": append([]any{}, more...)}
	}
	extra := func(name, status string) any {
		return map[string]any{"name": name, "status": status, "updatedAt": since}
	}
	return map[string]any{
		"createdAt": stamp(since), "updatedAt": stamp(since.Add(30 * 24 * time.Hour)), "status": "ENABLED",
		"findingPublishingFrequency": "FIFTEEN_MINUTES",
		"serviceRole":                "arn:aws:iam::" + g.world.Account() + ":role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty",
		"dataSources":                map[string]any{"cloudTrail": on, "dnsLogs": on, "flowLogs": on, "s3Logs": on},
		"tags":                       map[string]string{"managed-by": "terraform"},
		"features": []any{
			feature("CLOUD_TRAIL", "ENABLED"), feature("DNS_LOGS", "ENABLED"), feature("FLOW_LOGS", "ENABLED"), feature("S3_DATA_EVENTS", "ENABLED"),
			feature("EBS_MALWARE_PROTECTION", "DISABLED"), feature("LAMBDA_NETWORK_LOGS", "DISABLED"),
			feature("RUNTIME_MONITORING", "ENABLED", extra("EKS_ADDON_MANAGEMENT", "DISABLED"), extra("ECS_FARGATE_AGENT_MANAGEMENT", "ENABLED"), extra("EC2_AGENT_MANAGEMENT", "DISABLED")),
		},
	}, nil
}

type listInput struct {
	Detector string `json:"detectorId"`
	Criteria struct {
		Criterion map[string]condition `json:"criterion"`
	} `json:"findingCriteria"`
	Sort struct {
		Attribute string `json:"attributeName"`
		Order     string `json:"orderBy"`
	} `json:"sortCriteria"`
	Max   *int   `json:"maxResults"`
	Token string `json:"nextToken"`
}

func (g *guardDuty) listFindings(c *api.Call) (any, error) {
	var in listInput
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	if err := g.owned(in.Detector); err != nil {
		return nil, err
	}
	limit := perPage
	if in.Max != nil {
		limit = *in.Max
	}
	if limit < 1 || limit > perPage {
		return nil, refuse("the input maxResults is out of bounds.")
	}
	for field, cond := range in.Criteria.Criterion {
		if !known(field) {
			return nil, refuse("the input criterion has an unsupported field: %s.", field)
		}
		if err := cond.check(field); err != nil {
			return nil, err
		}
	}
	docs := g.documents(c.Now)
	docs = slices.DeleteFunc(docs, func(d document) bool {
		for field, cond := range in.Criteria.Criterion {
			if !cond.match(d.values(field)) {
				return true
			}
		}
		return false
	})
	if a := in.Sort.Attribute; a != "" {
		slices.SortStableFunc(docs, func(x, y document) int { return compare(x.values(a), y.values(a)) })
	}
	if in.Sort.Order == "DESC" {
		slices.Reverse(docs)
	}
	// A token is the number of findings given so far; what comes newly in between
	// may be seen only at the next listing, as at AWS.
	scope := fmt.Sprintf("ListFindings|%s|%v", wire.EncodeJSON(in.Criteria), in.Sort)
	begin := 0
	if in.Token != "" && !g.pager.Read(scope, in.Token, &begin) {
		return nil, refuse("the input nextToken is invalid.")
	}
	begin = min(begin, len(docs))
	end := min(begin+limit, len(docs))
	ids := make([]string, 0, end-begin)
	for _, d := range docs[begin:end] {
		ids = append(ids, d.id)
	}
	next := ""
	if end < len(docs) {
		next = g.pager.Token(scope, end)
	}
	return map[string]any{"findingIds": ids, "nextToken": next}, nil
}

func (g *guardDuty) getFindings(c *api.Call) (any, error) {
	var in struct {
		Detector string   `json:"detectorId"`
		IDs      []string `json:"findingIds"`
		Sort     struct {
			Attribute string `json:"attributeName"`
			Order     string `json:"orderBy"`
		} `json:"sortCriteria"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	if err := g.owned(in.Detector); err != nil {
		return nil, err
	}
	if len(in.IDs) > perPage {
		return nil, refuse("the input findingIds has more than %d elements.", perPage)
	}
	docs := slices.DeleteFunc(g.documents(c.Now), func(d document) bool { return !slices.Contains(in.IDs, d.id) })
	if a := in.Sort.Attribute; a != "" {
		slices.SortStableFunc(docs, func(x, y document) int { return compare(x.values(a), y.values(a)) })
	}
	if in.Sort.Order == "DESC" {
		slices.Reverse(docs)
	}
	out := make([]map[string]any, 0, len(docs))
	for _, d := range docs {
		out = append(out, d.tree)
	}
	return map[string]any{"findings": out}, nil
}

// document is a finding as it goes over the wire.
type document struct {
	id    string
	tree  map[string]any
	plain wire.Tree // the same, as a client decodes it
}

// values are a field's values: its path through the document, lists opened.
func (d document) values(field string) []any {
	at := []any{d.plain}
	for _, name := range strings.Split(field, ".") {
		var next []any
		for _, v := range at {
			if m, ok := v.(map[string]any); ok {
				switch w := m[name].(type) {
				case nil:
				case []any:
					next = append(next, w...)
				default:
					next = append(next, w)
				}
			}
		}
		at = next
	}
	return at
}

// stamp is a time as GuardDuty writes it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
