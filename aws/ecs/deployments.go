package ecs

import (
	"context"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecsole/aws"
)

// ServiceDeployments lists the deployments of a service (ARN), the newest first as
// far as ECS keeps that order; it keeps none from before 2024-10-25.
func (c *Client) ServiceDeployments(ctx context.Context, serviceARN string) aws.Pages[ServiceDeployment] {
	var cluster *string
	if arn := ClusterOf(serviceARN); arn != "" {
		cluster = &arn
	}
	return plan[ServiceDeployment]{
		op: "ecs:DescribeServiceDeployments", batch: deploymentsPerCall, workers: 3,
		key: func(d ServiceDeployment) string { return d.ARN },
		list: func(ctx context.Context, token string) (out listed[ServiceDeployment], err error) {
			size, next := page(token)
			o, err := c.sdk.ListServiceDeployments(ctx, &sdk.ListServiceDeploymentsInput{Service: &serviceARN, Cluster: cluster, MaxResults: size, NextToken: next})
			if err != nil {
				return out, err
			}
			for _, d := range o.ServiceDeployments {
				out.ids = append(out.ids, str(d.ServiceDeploymentArn))
			}
			out.next = str(o.NextToken)
			return out, nil
		},
		describe: func(ctx context.Context, ids []string) (described[ServiceDeployment], error) {
			ctx, body := aws.CaptureRaw(ctx)
			o, err := c.sdk.DescribeServiceDeployments(ctx, &sdk.DescribeServiceDeploymentsInput{ServiceDeploymentArns: ids})
			if err != nil {
				return described[ServiceDeployment]{}, err
			}
			items := read(body, "serviceDeployments", "serviceDeploymentArn", o.ServiceDeployments, func(d types.ServiceDeployment) *string { return d.ServiceDeploymentArn }, readServiceDeployment)
			return described[ServiceDeployment]{items, failures(o.Failures)}, nil
		},
	}.pages(ctx)
}

// ServiceRevisions reads some service revisions by ARN.
func (c *Client) ServiceRevisions(ctx context.Context, arns []string) aws.Pages[ServiceRevision] {
	return plan[ServiceRevision]{
		op: "ecs:DescribeServiceRevisions", ids: arns, batch: deploymentsPerCall, workers: 3,
		key: func(r ServiceRevision) string { return r.ARN },
		describe: func(ctx context.Context, ids []string) (described[ServiceRevision], error) {
			ctx, body := aws.CaptureRaw(ctx)
			o, err := c.sdk.DescribeServiceRevisions(ctx, &sdk.DescribeServiceRevisionsInput{ServiceRevisionArns: ids})
			if err != nil {
				return described[ServiceRevision]{}, err
			}
			items := read(body, "serviceRevisions", "serviceRevisionArn", o.ServiceRevisions, func(r types.ServiceRevision) *string { return r.ServiceRevisionArn }, readServiceRevision)
			return described[ServiceRevision]{items, failures(o.Failures)}, nil
		},
	}.pages(ctx)
}

// CapacityProviders reads capacity providers by name or ARN; without names, all of
// the region.
func (c *Client) CapacityProviders(ctx context.Context, names ...string) aws.Pages[CapacityProvider] {
	call := func(ctx context.Context, in *sdk.DescribeCapacityProvidersInput) ([]CapacityProvider, *sdk.DescribeCapacityProvidersOutput, error) {
		ctx, body := aws.CaptureRaw(ctx)
		in.Include = []types.CapacityProviderField{types.CapacityProviderFieldTags}
		o, err := c.sdk.DescribeCapacityProviders(ctx, in)
		if err != nil {
			return nil, nil, err
		}
		return read(body, "capacityProviders", "capacityProviderArn", o.CapacityProviders, func(p types.CapacityProvider) *string { return p.CapacityProviderArn }, readCapacityProvider), o, nil
	}
	p := plan[CapacityProvider]{
		op: "ecs:DescribeCapacityProviders", ids: names, batch: providersPerCall, workers: 3,
		key: func(p CapacityProvider) string { return p.ARN },
		describe: func(ctx context.Context, ids []string) (described[CapacityProvider], error) {
			items, o, err := call(ctx, &sdk.DescribeCapacityProvidersInput{CapacityProviders: ids})
			if err != nil {
				return described[CapacityProvider]{}, err
			}
			return described[CapacityProvider]{items, failures(o.Failures)}, nil
		},
	}
	if len(names) == 0 {
		p.list = func(ctx context.Context, token string) (out listed[CapacityProvider], err error) {
			in := &sdk.DescribeCapacityProvidersInput{MaxResults: sdkaws.Int32(providersPerCall)}
			_, in.NextToken = page(token)
			items, o, err := call(ctx, in)
			if err != nil {
				return out, err
			}
			return listed[CapacityProvider]{items: items, next: str(o.NextToken)}, nil
		}
	}
	return p.pages(ctx)
}
