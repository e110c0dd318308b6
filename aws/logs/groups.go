package logs

import (
	"context"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"ecsole/aws"
)

// Group is a log group.
type Group struct {
	Name    string
	Stored  int64 // bytes
	Days    int   // that events are kept; 0: for ever
	Class   string
	Created time.Time
}

// groupsPerPage is the most that DescribeLogGroups gives at once.
const groupsPerPage = 50

// Groups lists the log groups of a region, at most so many. more says that there are
// others. What was read before an error counts.
func (h *Hub) Groups(ctx context.Context, region string, most int) (out []Group, more bool, err error) {
	in := &sdk.DescribeLogGroupsInput{Limit: sdkaws.Int32(groupsPerPage)}
	for {
		page, err := h.client(region).DescribeLogGroups(ctx, in)
		if err != nil {
			return out, true, aws.AsError(err)
		}
		for _, g := range page.LogGroups {
			out = append(out, Group{
				Name: sdkaws.ToString(g.LogGroupName), Stored: sdkaws.ToInt64(g.StoredBytes), Days: int(sdkaws.ToInt32(g.RetentionInDays)),
				Class: string(g.LogGroupClass), Created: time.UnixMilli(sdkaws.ToInt64(g.CreationTime)),
			})
		}
		in.NextToken = page.NextToken
		switch {
		case sdkaws.ToString(in.NextToken) == "":
			return out, false, nil
		case len(out) >= most:
			return out, true, nil
		}
	}
}
