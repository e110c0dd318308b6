// Package iamapi answers IAM in the simulator: roles, instance profiles, and what
// policies would allow.
package iamapi

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/world"
)

// Needs is what the service stands on.
type Needs struct {
	World *world.World
	Pager *api.Pager
	// Denied says which actions callers are refused, so that what is simulated is
	// what happens.
	Denied func(action string) bool
}

// Service is what the server routes.
func Service(n Needs) api.Service {
	s := service{n}
	source := func(c *api.Call) string {
		arn, _ := c.Input["PolicySourceArn"].(string)
		return arn
	}
	return api.Service{
		Name: "iam", XMLNS: "https://iam.amazonaws.com/doc/2010-05-08/", Version: "2010-05-08",
		Operations: []api.Operation{
			{Name: "GetRole", Do: s.getRole, Resource: func(c *api.Call) string {
				name, _ := c.Input["RoleName"].(string)
				return "role " + name
			}},
			{Name: "GetInstanceProfile", Do: s.getInstanceProfile},
			{Name: "SimulatePrincipalPolicy", Do: s.simulate, Resource: source, Bucket: api.Bucket{Name: "SimulatePrincipalPolicy", Burst: 20, Refill: 5}},
		},
	}
}

type service struct{ Needs }

type roleShape struct {
	Path        string
	RoleName    string
	RoleID      string `json:"RoleId"`
	ARN         string `json:"Arn"`
	CreateDate  time.Time
	Trust       string `json:"AssumeRolePolicyDocument"`
	MaxDuration int    `json:"MaxSessionDuration"`
}

func shape(r *world.Role) roleShape {
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + r.Service + `"},"Action":"sts:AssumeRole"}]}`
	return roleShape{r.Path, r.Name, r.ID, r.ARN, r.Created, url.QueryEscape(trust), 3600}
}

func missing(format, name string) error {
	return &api.Error{Code: "NoSuchEntity", Status: http.StatusNotFound, Message: strings.ReplaceAll(format, "%", name)}
}

func (s service) getRole(c *api.Call) (any, error) {
	var in struct{ RoleName string }
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	r := s.World.Role(in.RoleName)
	if r == nil {
		return nil, missing("The role with name % cannot be found.", in.RoleName)
	}
	return struct{ Role roleShape }{shape(r)}, nil
}

// getInstanceProfile knows the one profile of the container instances, which has the
// name of its role.
func (s service) getInstanceProfile(c *api.Call) (any, error) {
	var in struct{ InstanceProfileName string }
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	r := s.World.Role(in.InstanceProfileName)
	if r == nil || r.Service != "ec2.amazonaws.com" {
		return nil, missing("Instance Profile % cannot be found.", in.InstanceProfileName)
	}
	type profile struct {
		Path                string
		InstanceProfileName string
		ID                  string `json:"InstanceProfileId"`
		ARN                 string `json:"Arn"`
		CreateDate          time.Time
		Roles               []roleShape
	}
	arn := strings.Replace(r.ARN, ":role/", ":instance-profile/", 1)
	return struct{ InstanceProfile profile }{profile{r.Path, r.Name, "AIPA" + r.ID[4:], arn, r.Created, []roleShape{shape(r)}}}, nil
}

// principal is whose policies are simulated.
type principal struct {
	may    func(action string) bool
	policy string
}

// principalOf finds a user or role by ARN. A session is none: AWS wants its role.
func (s service) principalOf(c *api.Call, arn string) (principal, error) {
	head, name, ok := strings.Cut(arn, "/")
	switch {
	case ok && strings.HasSuffix(head, ":user") && arn == c.Principal.ARN:
		return principal{func(action string) bool { return !s.Denied(action) }, "AdministratorAccess"}, nil
	case ok && strings.HasSuffix(head, ":role"):
		r := s.World.Role(name[strings.LastIndexByte(name, '/')+1:])
		if r == nil || r.ARN != arn {
			return principal{}, missing("The role with name % cannot be found.", name)
		}
		person := r.Service != "ecs-tasks.amazonaws.com" && r.Service != "ec2.amazonaws.com"
		return principal{func(action string) bool { return r.May(action) && !(person && s.Denied(action)) }, r.Policy}, nil
	case ok && strings.HasSuffix(head, ":user"):
		return principal{}, missing("The user with name % cannot be found.", name)
	}
	return principal{}, &api.Error{Code: "InvalidInput", Message: "Invalid Entity Arn: " + arn + " does not clearly define entity type and name."}
}

type statement struct {
	SourcePolicyID   string `json:"SourcePolicyId"`
	SourcePolicyType string
}

// result is of one action over all resources; what holds for each is in Specific.
type result struct {
	EvalActionName       string
	EvalResourceName     string
	EvalDecision         string
	MatchedStatements    []statement
	MissingContextValues []string
	Specific             []specific `json:"ResourceSpecificResults,omitempty"`
}

type specific struct {
	EvalResourceName     string
	EvalResourceDecision string
	MatchedStatements    []statement
	MissingContextValues []string
}

func resultOf(p principal, action string, resources []string) result {
	r := result{EvalActionName: action, EvalResourceName: "*", EvalDecision: "implicitDeny", MatchedStatements: []statement{}, MissingContextValues: []string{}}
	if p.may(action) {
		r.EvalDecision, r.MatchedStatements = "allowed", []statement{{p.policy, "IAM Policy"}}
	}
	for _, name := range resources {
		r.Specific = append(r.Specific, specific{name, r.EvalDecision, r.MatchedStatements, r.MissingContextValues})
	}
	return r
}

func (s service) simulate(c *api.Call) (any, error) {
	var in struct {
		Source    string   `json:"PolicySourceArn"`
		Actions   []string `json:"ActionNames"`
		Resources []string `json:"ResourceArns"`
		Max       *int     `json:"MaxItems"`
		Marker    string
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	if len(in.Actions) == 0 {
		return nil, &api.Error{Code: "ValidationError", Message: "1 validation error detected: Value null at 'actionNames' failed to satisfy constraint: Member must not be null"}
	}
	limit := 100
	if in.Max != nil {
		if limit = *in.Max; limit < 1 || limit > 1000 {
			return nil, &api.Error{Code: "ValidationError", Message: "1 validation error detected: Value '" + strconv.Itoa(limit) + "' at 'maxItems' failed to satisfy constraint: Member must be between 1 and 1000"}
		}
	}
	p, err := s.principalOf(c, in.Source)
	if err != nil {
		return nil, err
	}
	var all []result
	for _, action := range in.Actions {
		all = append(all, resultOf(p, action, in.Resources))
	}
	at := 0
	scope := "SimulatePrincipalPolicy|" + in.Source + "|" + strings.Join(in.Actions, ",") + "|" + strings.Join(in.Resources, ",")
	if in.Marker != "" && !s.Pager.Read(scope, in.Marker, &at) {
		return nil, &api.Error{Code: "ValidationError", Message: "Invalid Marker."}
	}
	end := min(at+limit, len(all))
	out := struct {
		EvaluationResults []result
		IsTruncated       bool
		Marker            string `json:"Marker,omitempty"`
	}{EvaluationResults: all[at:end], IsTruncated: end < len(all)}
	if out.IsTruncated {
		out.Marker = s.Pager.Token(scope, end)
	}
	return out, nil
}
