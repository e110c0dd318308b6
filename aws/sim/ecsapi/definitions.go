package ecsapi

import (
	"maps"
	"slices"
	"strings"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/world"
)

func (s *service) describeDefinition(c *api.Call) (any, error) {
	var in struct {
		ID      string   `json:"taskDefinition"`
		Include []string `json:"include"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	td := s.w.Definition(in.ID)
	if td == nil || !s.here(c) {
		return nil, api.Errorf("ClientException", "Unable to describe task definition.")
	}
	return struct {
		Definition *world.TaskDefinition `json:"taskDefinition"`
		Tags       []world.Tag           `json:"tags"`
	}{td, tags(in.Include, td.Tags)}, nil
}

func (s *service) listDefinitions(c *api.Call) (any, error) {
	var in struct {
		Prefix string `json:"familyPrefix"`
		Status string `json:"status"`
		Sort   string `json:"sort"`
		Max    *int   `json:"maxResults"`
		Token  string `json:"nextToken"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	n, err := limit(in.Max, 100, 100)
	if err != nil {
		return nil, err
	}
	if in.Status == "" {
		in.Status = "ACTIVE"
	}
	if in.Sort != "" && in.Sort != "ASC" && in.Sort != "DESC" {
		return nil, api.Errorf("InvalidParameterException", "sort must be one of ASC, DESC.")
	}
	arns := []string{}
	if s.here(c) {
		families := s.w.Families()
		for _, f := range slices.Sorted(maps.Keys(families)) {
			// The prefix is a whole family name, in spite of its own.
			if in.Prefix != "" && f != in.Prefix {
				continue
			}
			for _, td := range families[f] {
				if td.Status == in.Status {
					arns = append(arns, td.ARN)
				}
			}
		}
	}
	if in.Sort == "DESC" {
		slices.Reverse(arns)
	}
	scope := strings.Join([]string{"ListTaskDefinitions", in.Prefix, in.Status, in.Sort}, "|")
	page, next, ok := s.Pager.Ordered(scope, in.Token, arns, n)
	if !ok {
		return nil, badToken()
	}
	return struct {
		ARNs []string `json:"taskDefinitionArns"`
		Next string   `json:"nextToken,omitempty"`
	}{page, next}, nil
}

func (s *service) listFamilies(c *api.Call) (any, error) {
	var in struct {
		Prefix string `json:"familyPrefix"`
		Status string `json:"status"`
		Max    *int   `json:"maxResults"`
		Token  string `json:"nextToken"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	n, err := limit(in.Max, 100, 100)
	if err != nil {
		return nil, err
	}
	names := []string{}
	if s.here(c) {
		for f, revs := range s.w.Families() {
			active := slices.ContainsFunc(revs, func(td *world.TaskDefinition) bool { return td.Status == "ACTIVE" })
			if !strings.HasPrefix(f, in.Prefix) || in.Status == "ACTIVE" && !active || in.Status == "INACTIVE" && active {
				continue
			}
			names = append(names, f)
		}
	}
	slices.Sort(names)
	page, next, ok := s.Pager.Page("ListTaskDefinitionFamilies|"+in.Prefix+"|"+in.Status, in.Token, names, n)
	if !ok {
		return nil, badToken()
	}
	return struct {
		Families []string `json:"families"`
		Next     string   `json:"nextToken,omitempty"`
	}{page, next}, nil
}

func (s *service) register(c *api.Call) (any, error) {
	var in struct {
		world.TaskDefinition
		Tags []world.Tag `json:"tags"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	td := in.TaskDefinition
	switch {
	case td.Family == "":
		return nil, api.Errorf("ClientException", "Family should not be null or empty.")
	case len(td.Containers) == 0:
		return nil, api.Errorf("ClientException", "Container list cannot be empty.")
	case slices.Contains(td.Requires, "FARGATE") && td.NetworkMode != "awsvpc":
		return nil, api.Errorf("ClientException", "Fargate only supports network mode 'awsvpc'.")
	case slices.Contains(td.Requires, "FARGATE") && (td.CPU == "" || td.Memory == ""):
		return nil, api.Errorf("ClientException", "Fargate requires task definition to have cpu and memory defined.")
	}
	names := map[string]bool{}
	for _, k := range td.Containers {
		if k.Name == "" || names[k.Name] {
			return nil, api.Errorf("ClientException", "Container names must be unique and not empty.")
		}
		if k.Image == "" {
			return nil, api.Errorf("ClientException", "Container.image should not be null or empty.")
		}
		names[k.Name] = true
	}
	td.Compatibilities = []string{"EXTERNAL", "EC2"}
	if td.NetworkMode == "awsvpc" {
		td.Compatibilities = []string{"EC2", "FARGATE"}
	}
	td.Tags = in.Tags
	done := s.w.Register(td, c.Principal.ARN)
	return struct {
		Definition *world.TaskDefinition `json:"taskDefinition"`
		Tags       []world.Tag           `json:"tags"`
	}{done, in.Tags}, nil
}
