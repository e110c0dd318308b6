package manager

import (
	"context"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"ecsole/aws"
)

// Listed is a session of the account, whoever began it and with whatever. Its texts are
// others'.
type Listed struct {
	ID       string
	Status   string // Connected, Connecting, Disconnected, Terminated, Terminating, Failed
	Target   string // "ecs:CLUSTER_TASKID_RUNTIMEID", or an instance's id
	Owner    string // ARN
	Document string
	Reason   string
	Start    time.Time
	End      time.Time // zero while it lives
}

// Live says that it has not ended.
func (l Listed) Live() bool {
	return l.End.IsZero() && l.Status != "Terminated" && l.Status != "Failed"
}

// Container takes the target of a container apart; false for one of another kind. The
// cluster's name may have underscores.
func (l Listed) Container() (cluster, task, runtime string, ok bool) {
	rest, ok := strings.CutPrefix(l.Target, "ecs:")
	i := strings.LastIndexByte(rest, '_')
	if !ok || i < 0 {
		return "", "", "", false
	}
	rest, runtime = rest[:i], rest[i+1:]
	if i = strings.LastIndexByte(rest, '_'); i < 0 {
		return "", "", "", false
	}
	return rest[:i], rest[i+1:], runtime, true
}

// pageOfSessions is the most that one answer may hold.
const pageOfSessions = 200

// Sessions lists the account's sessions: first those that live, then those that began
// after since and have ended. AWS remembers them for 30 days.
func (c *Client) Sessions(ctx context.Context, since time.Time) aws.Pages[Listed] {
	return func(yield func(aws.Page[Listed]) bool) {
		seen := 0
		for _, state := range []types.SessionState{types.SessionStateActive, types.SessionStateHistory} {
			in := &sdk.DescribeSessionsInput{State: state, MaxResults: new(int32)}
			*in.MaxResults = pageOfSessions
			if state == types.SessionStateHistory {
				at := since.UTC().Format(time.RFC3339)
				in.Filters = []types.SessionFilter{{Key: types.SessionFilterKeyInvokedAfter, Value: &at}}
			}
			for {
				out, err := c.sdk.DescribeSessions(ctx, in)
				if err != nil {
					if !yield(aws.Page[Listed]{Gaps: []aws.Gap{{Err: aws.AsError(err), Fatal: true}}, Seen: seen, Total: -1}) {
						return
					}
					break
				}
				page := aws.Page[Listed]{Total: -1}
				for _, s := range out.Sessions {
					page.Items = append(page.Items, listed(s))
				}
				seen += len(page.Items)
				page.Seen = seen
				if !yield(page) {
					return
				}
				if in.NextToken = out.NextToken; text(in.NextToken) == "" {
					break
				}
			}
		}
		yield(aws.Page[Listed]{Seen: seen, Total: seen})
	}
}

func listed(s types.Session) Listed {
	l := Listed{ID: text(s.SessionId), Status: string(s.Status), Target: text(s.Target), Owner: text(s.Owner),
		Document: text(s.DocumentName), Reason: text(s.Reason)}
	if s.StartDate != nil {
		l.Start = *s.StartDate
	}
	if s.EndDate != nil {
		l.End = *s.EndDate
	}
	return l
}
