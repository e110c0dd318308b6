package ssmapi

import (
	"slices"
	"time"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/session"
)

// described is one session of DescribeSessions.
type described struct {
	ID       string    `json:"SessionId"`
	Target   string    `json:"Target"`
	Status   string    `json:"Status"`
	Start    time.Time `json:"StartDate"`
	End      time.Time `json:"EndDate,omitzero"`
	Document string    `json:"DocumentName"`
	Owner    string    `json:"Owner"`
	Reason   string    `json:"Reason,omitempty"`
}

// filter is one of DescribeSessions' filters.
type filter struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Sessions are remembered so long; a page has no more of them.
const (
	remembered  = 30 * 24 * time.Hour
	sessionPage = 200
)

// describeSessions lists the newest first. A token stands for the last session that was
// given, so that those which begin or end between two pages shift nothing.
func (s *SSM) describeSessions(c *api.Call) (any, error) {
	var in struct {
		State   string   `json:"State"`
		Max     *int     `json:"MaxResults"`
		Token   string   `json:"NextToken"`
		Filters []filter `json:"Filters"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	if in.State != "Active" && in.State != "History" {
		return nil, api.Errorf("ValidationException", "1 validation error detected: Value '%s' at 'state' failed to satisfy constraint: Member must satisfy enum value set: [Active, History]", in.State)
	}
	most := sessionPage
	if in.Max != nil {
		if most = *in.Max; most < 1 || most > sessionPage {
			return nil, api.Errorf("ValidationException", "1 validation error detected: Value '%d' at 'maxResults' failed to satisfy constraint: Member must have value between 1 and %d", most, sessionPage)
		}
	}
	list := []described{}
	for _, ses := range slices.Backward(s.Sessions.List()) {
		d := describe(ses)
		if ses.Ended.IsZero() != (in.State == "Active") || !ses.Ended.IsZero() && time.Since(ses.Ended) > remembered {
			continue
		}
		fits, err := d.fits(in.Filters)
		if err != nil {
			return nil, err
		}
		if fits {
			list = append(list, d)
		}
	}
	if in.Token != "" {
		from, ok := s.Sessions.Get(in.Token)
		if !ok {
			return nil, api.Errorf("InvalidNextToken", "The specified token is not valid.")
		}
		list = slices.DeleteFunc(list, func(d described) bool { return d.ID == from.ID || d.Start.After(from.Begun) })
	}
	out := map[string]any{"Sessions": list[:min(most, len(list))]}
	if len(list) > most {
		out["NextToken"] = list[most-1].ID
	}
	return out, nil
}

func describe(ses session.Session) described {
	d := described{ID: ses.ID, Target: ses.Spec.Target, Status: "Connected", Start: ses.Begun, End: ses.Ended,
		Document: ses.Spec.Document, Owner: ses.Spec.Owner, Reason: ses.Spec.Reason}
	if d.Document == "" {
		d.Document = "AmazonECS-ExecuteInteractiveCommand"
	}
	if !ses.Ended.IsZero() {
		d.Status = "Terminated"
	}
	return d
}

// fits says whether a session is one that all filters ask for.
func (d described) fits(filters []filter) (bool, error) {
	for _, f := range filters {
		ok := true
		switch f.Key {
		case "Target":
			ok = f.Value == d.Target
		case "Owner":
			ok = f.Value == d.Owner
		case "SessionId":
			ok = f.Value == d.ID
		case "Status":
			ok = f.Value == d.Status
		case "InvokedAfter", "InvokedBefore":
			at, err := time.Parse(time.RFC3339, f.Value)
			if err != nil {
				return false, api.Errorf("InvalidFilterKey", "The filter value %q of %s is not valid.", f.Value, f.Key)
			}
			ok = d.Start.Before(at) == (f.Key == "InvokedBefore")
		default:
			return false, api.Errorf("InvalidFilterKey", "The specified key %q is not valid.", f.Key)
		}
		if !ok {
			return false, nil
		}
	}
	return true, nil
}
