package doctor

import (
	"fmt"
	"slices"
	"strings"

	sdkec2 "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecsole/aws"
	"ecsole/aws/ecs"
)

// subnet is where the task's network is.
type subnet struct {
	id, vpc  string
	owner    string // account
	ipv6Only bool
	err      error // why the subnet could not be read; id and vpc may be known nevertheless
}

// subnet finds the task's: by its interface, by the instance that it shares the
// network of, or for a task to come by the service.
func (x *exam) subnet() (subnet, error) {
	return x.subnetFact.get(func() (subnet, error) {
		var s subnet
		if x.Task != nil {
			for _, a := range x.Task.Attachments {
				if a.Details["subnetId"] != "" {
					s.id = a.Details["subnetId"]
				}
			}
		}
		instance, err := x.instance()
		if s.id == "" && instance != nil {
			for _, a := range instance.Attributes {
				switch a.Key {
				case "ecs.subnet-id":
					s.id = a.Value
				case "ecs.vpc-id":
					s.vpc = a.Value
				}
			}
		}
		if service, _ := x.service(); s.id == "" && service != nil && len(service.Network.Subnets) > 0 {
			s.id = service.Network.Subnets[0]
		}
		switch {
		case s.id == "" && err != nil:
			return s, err
		case s.id == "":
			return s, &aws.Error{Op: "ec2:DescribeSubnets", Class: aws.Unsupported, Text: "ECS does not say which subnet the task is in"}
		}
		out, err := x.ec2.DescribeSubnets(x.ctx, &sdkec2.DescribeSubnetsInput{SubnetIds: []string{s.id}})
		if err != nil {
			s.err = aws.AsError(err)
			return s, nil
		}
		for _, v := range out.Subnets {
			s.vpc, s.owner = str(v.VpcId), str(v.OwnerId)
			s.ipv6Only = v.Ipv6Native != nil && *v.Ipv6Native
		}
		return s, nil
	})
}

// ipv6 is the point about networks without IPv4, where exec does not work.
func (x *exam) ipv6() []Point {
	s, err := x.subnet()
	if err == nil {
		err = s.err
	}
	p := Point{Name: IPv6, Evidence: "the subnet " + s.id + " has IPv4"}
	switch {
	case err != nil:
		return []Point{unknown(IPv6, err)}
	case s.ipv6Only:
		p.State, p.Evidence, p.Fix = ecs.PointFailed, "the subnet "+s.id+" has IPv6 only, where ECS Exec does not work", "run the task in a subnet with IPv4"
	}
	return []Point{p}
}

// endpoints is the way to Session Manager. A VPC that has endpoints at all is likely to
// have no other way out.
func (x *exam) endpoints() []Point {
	s, err := x.subnet()
	if err == nil && s.vpc == "" {
		err = s.err
	}
	if err != nil {
		return []Point{unknown(Endpoints, err)}
	}
	a, _ := ecs.ParseARN(x.Cluster)
	if s.owner != "" && s.owner != a.Account {
		return []Point{{Name: Endpoints, State: ecs.PointUnknown, Evidence: fmt.Sprintf("the subnet %s is shared by account %s, whose endpoints cannot be seen from here", s.id, s.owner)}}
	}
	var all []types.VpcEndpoint
	pages := sdkec2.NewDescribeVpcEndpointsPaginator(x.ec2, &sdkec2.DescribeVpcEndpointsInput{Filters: []types.Filter{{Name: text("vpc-id"), Values: []string{s.vpc}}}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(x.ctx)
		if err != nil {
			return []Point{unknown(Endpoints, aws.AsError(err))}
		}
		all = append(all, page.VpcEndpoints...)
	}
	return []Point{x.judgeEndpoints(s, all)}
}

func text(s string) *string { return &s }

func (x *exam) judgeEndpoints(s subnet, all []types.VpcEndpoint) Point {
	vpc := s.vpc
	p := Point{Name: Endpoints}
	if len(all) == 0 {
		p.Evidence = vpc + " has no endpoint at all: the agent reaches ssmmessages through a NAT gateway or a public address"
		return p
	}
	name := "com.amazonaws." + x.account.Region() + ".ssmmessages"
	if x.account.Partition() == "aws-cn" {
		name = "cn." + name
	}
	var others []string
	for _, e := range all {
		service := str(e.ServiceName)
		if service != name {
			others = append(others, service[strings.LastIndexByte(service, '.')+1:])
			continue
		}
		switch {
		case !strings.EqualFold(string(e.State), "available"):
			p.State, p.Evidence = ecs.PointWarned, fmt.Sprintf("the endpoint %s for ssmmessages in %s is %s", str(e.VpcEndpointId), vpc, e.State)
			p.Fix = "wait until it is available, or make it anew"
		case e.PrivateDnsEnabled != nil && !*e.PrivateDnsEnabled:
			p.State, p.Evidence = ecs.PointWarned, fmt.Sprintf("the endpoint %s for ssmmessages in %s has no private DNS name: the agent does not find it", str(e.VpcEndpointId), vpc)
			p.Fix, p.Paste = "enable it", command("aws", "ec2", "modify-vpc-endpoint", "--vpc-endpoint-id", str(e.VpcEndpointId), "--private-dns-enabled", "--region", x.account.Region())
		default:
			return Point{Name: Endpoints, Evidence: fmt.Sprintf("%s for ssmmessages in %s", str(e.VpcEndpointId), vpc)}
		}
	}
	if p.State == ecs.PointWarned {
		return p
	}
	slices.Sort(others)
	p.State = ecs.PointWarned
	p.Evidence = fmt.Sprintf("%s has endpoints (%s), but none for ssmmessages: without another way out the agent does not reach its service", vpc, strings.Join(slices.Compact(others), ", "))
	p.Fix = "make one, unless the subnet has a NAT gateway"
	p.Paste = command("aws", "ec2", "create-vpc-endpoint", "--vpc-id", vpc, "--vpc-endpoint-type", "Interface", "--service-name", name, "--private-dns-enabled",
		"--subnet-ids", s.id, "--security-group-ids", "GROUP-ID", "--region", x.account.Region())
	return p
}
