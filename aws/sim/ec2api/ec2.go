// Package ec2api answers EC2 in the simulator: the networks of the clusters, and the
// machines that are container instances.
package ec2api

import (
	"slices"
	"strconv"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/world"
)

// Service is what the server routes.
func Service(w *world.World, pager *api.Pager) api.Service {
	s := service{w, pager}
	bucket := api.Bucket{Name: "describe", Burst: 100, Refill: 20}
	return api.Service{
		Name: "ec2", XMLNS: "http://ec2.amazonaws.com/doc/2016-11-15/", Version: "2016-11-15", EC2: true,
		Operations: []api.Operation{
			{Name: "DescribeSubnets", Bucket: bucket, Do: s.subnets},
			{Name: "DescribeVpcEndpoints", Bucket: bucket, Do: s.endpoints},
			{Name: "DescribeInstances", Bucket: bucket, Do: s.instances},
		},
	}
}

type service struct {
	world *world.World
	pager *api.Pager
}

// query is what the three calls have in common.
type query struct {
	Subnets   []string `json:"SubnetId"`
	Endpoints []string `json:"VpcEndpointId"`
	Instances []string `json:"InstanceId"`
	Filters   []filter `json:"Filter"`
	Max       *int     `json:"MaxResults"`
	Token     string   `json:"NextToken"`
}

type filter struct {
	Name   string
	Values []string `json:"Value"`
}

// read takes a call's input: ids or pages, not both.
func read(c *api.Call, ids func(query) []string) (query, error) {
	var in query
	if err := c.Bind(&in); err != nil {
		return in, err
	}
	if in.Max != nil && (*in.Max < 5 || *in.Max > 1000) {
		return in, api.Errorf("InvalidParameterValue", "Value ( %d ) for parameter maxResults is invalid. Expecting a value between 5 and 1000.", *in.Max)
	}
	if in.Max != nil && len(ids(in)) > 0 {
		return in, api.Errorf("InvalidParameterCombination", "The parameter MaxResults cannot be used with the parameter of ids")
	}
	return in, nil
}

// passes applies the filters to an item's attributes.
func (q query) passes(attributes map[string]string) error {
	for _, f := range q.Filters {
		value, known := attributes[f.Name]
		if !known {
			return api.Errorf("InvalidParameterValue", "The filter '%s' is invalid", f.Name)
		}
		if !slices.Contains(f.Values, value) {
			return errOut
		}
	}
	return nil
}

// errOut marks an item that a filter leaves out.
var errOut = api.Errorf("Out", "")

// page cuts a page out of ids; what is named by id is never cut.
func (s service) page(op string, q query, ids []string) ([]string, string, error) {
	limit := 1000
	if q.Max != nil {
		limit = *q.Max
	}
	slices.Sort(ids)
	page, next, ok := s.pager.Page(op, q.Token, ids, limit)
	if !ok {
		return nil, "", api.Errorf("InvalidNextToken", "The token '%s' is invalid", q.Token)
	}
	return page, next, nil
}

type subnet struct {
	ID        string     `json:"subnetId"`
	ARN       string     `json:"subnetArn"`
	State     string     `json:"state"`
	VPC       string     `json:"vpcId"`
	CIDR      string     `json:"cidrBlock"`
	Free      int        `json:"availableIpAddressCount"`
	AZ        string     `json:"availabilityZone"`
	Default   bool       `json:"defaultForAz"`
	Public    bool       `json:"mapPublicIpOnLaunch"`
	Owner     string     `json:"ownerId"`
	IPv6      bool       `json:"assignIpv6AddressOnCreation"`
	IPv6Only  bool       `json:"ipv6Native"`
	Addresses []struct{} `json:"ipv6CidrBlockAssociationSet"`
	Tags      []struct{} `json:"tagSet"`
}

func (s service) subnets(c *api.Call) (any, error) {
	q, err := read(c, func(q query) []string { return q.Subnets })
	if err != nil {
		return nil, err
	}
	all := map[string]subnet{}
	var ids []string
	for _, v := range s.world.Subnets() {
		if len(q.Subnets) > 0 && !slices.Contains(q.Subnets, v.ID) {
			continue
		}
		if err := q.passes(map[string]string{"subnet-id": v.ID, "vpc-id": v.VPC, "availability-zone": v.AZ}); err == errOut {
			continue
		} else if err != nil {
			return nil, err
		}
		ids = append(ids, v.ID)
		all[v.ID] = subnet{
			ID: v.ID, ARN: s.world.ARN("ec2", "subnet/%s", v.ID), State: "available", VPC: v.VPC, CIDR: v.CIDR, Free: 4011, AZ: v.AZ, Owner: v.Owner, IPv6Only: v.IPv6Only,
			Addresses: []struct{}{}, Tags: []struct{}{},
		}
	}
	for _, id := range q.Subnets {
		if !slices.Contains(ids, id) && len(q.Filters) == 0 {
			return nil, api.Errorf("InvalidSubnetID.NotFound", "The subnet ID '%s' does not exist", id)
		}
	}
	page, next, err := s.page("DescribeSubnets", q, ids)
	if err != nil {
		return nil, err
	}
	out := struct {
		Items []subnet `json:"subnetSet"`
		Next  string   `json:"nextToken,omitempty"`
	}{[]subnet{}, next}
	for _, id := range page {
		out.Items = append(out.Items, all[id])
	}
	return out, nil
}

type group struct {
	ID   string `json:"groupId"`
	Name string `json:"groupName"`
}

type endpoint struct {
	ID         string   `json:"vpcEndpointId"`
	Kind       string   `json:"vpcEndpointType"`
	VPC        string   `json:"vpcId"`
	Service    string   `json:"serviceName"`
	State      string   `json:"state"`
	PrivateDNS bool     `json:"privateDnsEnabled"`
	Subnets    []string `json:"subnetIdSet"`
	Groups     []group  `json:"groupSet"`
	Owner      string   `json:"ownerId"`
}

func (s service) endpoints(c *api.Call) (any, error) {
	q, err := read(c, func(q query) []string { return q.Endpoints })
	if err != nil {
		return nil, err
	}
	all := map[string]endpoint{}
	var ids []string
	for _, v := range s.world.Endpoints() {
		if len(q.Endpoints) > 0 && !slices.Contains(q.Endpoints, v.ID) {
			continue
		}
		if err := q.passes(map[string]string{
			"vpc-id": v.VPC, "service-name": v.Service, "vpc-endpoint-id": v.ID, "vpc-endpoint-state": "available", "vpc-endpoint-type": "Interface",
		}); err == errOut {
			continue
		} else if err != nil {
			return nil, err
		}
		ids = append(ids, v.ID)
		e := endpoint{ID: v.ID, Kind: "Interface", VPC: v.VPC, Service: v.Service, State: "available", PrivateDNS: v.PrivateDNS, Subnets: v.Subnets, Owner: s.world.Account()}
		for i, g := range v.Groups {
			e.Groups = append(e.Groups, group{g, "endpoints-" + strconv.Itoa(i)})
		}
		all[v.ID] = e
	}
	for _, id := range q.Endpoints {
		if !slices.Contains(ids, id) && len(q.Filters) == 0 {
			return nil, api.Errorf("InvalidVpcEndpointId.NotFound", "The Vpc Endpoint Id '%s' does not exist", id)
		}
	}
	page, next, err := s.page("DescribeVpcEndpoints", q, ids)
	if err != nil {
		return nil, err
	}
	out := struct {
		Items []endpoint `json:"vpcEndpointSet"`
		Next  string     `json:"nextToken,omitempty"`
	}{[]endpoint{}, next}
	for _, id := range page {
		out.Items = append(out.Items, all[id])
	}
	return out, nil
}
