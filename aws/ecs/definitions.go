package ecs

import (
	"context"
	"strings"
	"sync"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecsole/aws"
)

// TaskDefinition reads a task definition by ARN or family:revision. A revision never
// changes (but for being deregistered), so each is asked for once; callers that ask
// at the same time share one call. A family without a revision means its latest
// active one and is asked for anew each time.
func (c *Client) TaskDefinition(ctx context.Context, arn string) (TaskDefinition, error) {
	return c.definitions.get(ctx, c.account.Context(), arn)
}

// Latest is a family's latest active revision; an error where it has none.
func (c *Client) Latest(ctx context.Context, family string) (TaskDefinition, error) {
	return c.TaskDefinition(ctx, family)
}

func (c *Client) readDefinition(ctx context.Context, arn string) (TaskDefinition, error) {
	ctx, body := aws.CaptureRaw(ctx)
	o, err := c.sdk.DescribeTaskDefinition(ctx, &sdk.DescribeTaskDefinitionInput{TaskDefinition: &arn, Include: []types.TaskDefinitionField{types.TaskDefinitionFieldTags}})
	if err != nil {
		return TaskDefinition{}, aws.AsError(err)
	}
	if o.TaskDefinition == nil {
		return TaskDefinition{}, &aws.Error{Op: "ecs:DescribeTaskDefinition", Class: aws.Internal, Text: "the answer holds no task definition"}
	}
	raw := member(body.Bytes(), "taskDefinition")
	return readDefinition(*o.TaskDefinition, o.Tags, append(Raw(nil), raw...)), nil
}

// definitions remembers task definitions and joins callers that want the same one.
type definitions struct {
	read func(ctx context.Context, arn string) (TaskDefinition, error)

	mu     sync.Mutex
	known  map[string]TaskDefinition
	flying map[string]*flight
}

// flight is one call and those who wait for it; it is cancelled when all have left.
type flight struct {
	done    chan struct{}
	cancel  context.CancelFunc
	waiting int
	td      TaskDefinition
	err     error
}

func (d *definitions) get(ctx, life context.Context, arn string) (TaskDefinition, error) {
	d.mu.Lock()
	if td, ok := d.known[arn]; ok {
		d.mu.Unlock()
		return td, nil
	}
	f := d.flying[arn]
	if f == nil {
		f = d.start(ctx, life, arn)
	}
	f.waiting++
	d.mu.Unlock()

	select {
	case <-f.done:
		return f.td, f.err
	case <-ctx.Done():
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if f.waiting--; f.waiting == 0 {
		f.cancel()
		if d.flying[arn] == f { // the next caller starts afresh
			delete(d.flying, arn)
		}
	}
	return TaskDefinition{}, aws.AsError(context.Cause(ctx))
}

// definitionTimeout ends a call that nobody's own deadline ends.
const definitionTimeout = time.Minute

// start begins the call under the account's life and the first caller's values (its
// pace), but not under its cancellation: others may wait for it too.
func (d *definitions) start(ctx, life context.Context, arn string) *flight {
	if d.flying == nil {
		d.flying, d.known = map[string]*flight{}, map[string]TaskDefinition{}
	}
	own, cancel := context.WithTimeout(context.WithoutCancel(ctx), definitionTimeout)
	f := &flight{done: make(chan struct{}), cancel: cancel}
	d.flying[arn] = f
	stop := context.AfterFunc(life, cancel)
	go func() {
		defer stop()
		defer cancel()
		td, err := d.read(own, arn)
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.flying[arn] == f {
			delete(d.flying, arn)
		}
		f.td, f.err = td, err
		if err == nil {
			if _, n := parseRevision(arn); n > 0 {
				d.known[arn] = td
			}
			d.known[td.ARN] = td
		}
		close(f.done)
	}()
	return f
}

// Families lists the families that have an active revision, by name.
func (c *Client) Families(ctx context.Context) aws.Pages[TaskDefinitionFamily] {
	return plan[TaskDefinitionFamily]{
		key: func(f TaskDefinitionFamily) string { return f.Name },
		list: func(ctx context.Context, token string) (out listed[TaskDefinitionFamily], err error) {
			size, next := page(token)
			o, err := c.sdk.ListTaskDefinitionFamilies(ctx, &sdk.ListTaskDefinitionFamiliesInput{Status: types.TaskDefinitionFamilyStatusActive, MaxResults: size, NextToken: next})
			if err != nil {
				return out, err
			}
			return listed[TaskDefinitionFamily]{items: mapped(o.Families, func(n string) TaskDefinitionFamily { return TaskDefinitionFamily{Name: n} }), next: str(o.NextToken)}, nil
		},
	}.pages(ctx)
}

// Revisions lists the revisions of a family, or of all families where it is "": the
// active ones first, then those deregistered, each family's newest first.
func (c *Client) Revisions(ctx context.Context, family string) aws.Pages[Revision] {
	var only *string
	if family != "" {
		only = &family
	}
	return plan[Revision]{
		key: func(r Revision) string { return r.ARN },
		// The list call takes one status. The token says which one the next page is for.
		list: func(ctx context.Context, token string) (out listed[Revision], err error) {
			status, token := revisionToken(token)
			size, next := page(token)
			o, err := c.sdk.ListTaskDefinitions(ctx, &sdk.ListTaskDefinitionsInput{FamilyPrefix: only, Status: status, Sort: types.SortOrderDesc, MaxResults: size, NextToken: next})
			if err != nil {
				return out, err
			}
			for _, arn := range o.TaskDefinitionArns {
				// Some servers take the family for a prefix of families' names.
				if f, n := parseRevision(arn); only == nil || f == family {
					out.items = append(out.items, Revision{ARN: arn, Family: f, Number: n, Status: string(status)})
				}
			}
			switch {
			case str(o.NextToken) != "":
				out.next = string(status) + " " + *o.NextToken
			case status == types.TaskDefinitionStatusActive:
				out.next = string(types.TaskDefinitionStatusInactive)
			}
			return out, nil
		},
	}.pages(ctx)
}

func revisionToken(token string) (types.TaskDefinitionStatus, string) {
	if token == "" {
		return types.TaskDefinitionStatusActive, ""
	}
	status, rest, _ := strings.Cut(token, " ")
	return types.TaskDefinitionStatus(status), rest
}
