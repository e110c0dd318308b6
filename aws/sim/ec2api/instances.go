package ec2api

import (
	"slices"
	"time"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/world"
)

type profile struct {
	ARN string `json:"arn"`
	ID  string `json:"id"`
}

type state struct {
	Code int    `json:"code"`
	Name string `json:"name"`
}

type machine struct {
	ID      string    `json:"instanceId"`
	Image   string    `json:"imageId"`
	State   state     `json:"instanceState"`
	Type    string    `json:"instanceType"`
	Launch  time.Time `json:"launchTime"`
	Subnet  string    `json:"subnetId"`
	VPC     string    `json:"vpcId"`
	Profile profile   `json:"iamInstanceProfile"`
}

type reservation struct {
	ID        string    `json:"reservationId"`
	Owner     string    `json:"ownerId"`
	Instances []machine `json:"instancesSet"`
}

// instances are the container instances of all clusters, as EC2 sees them.
func (s service) instances(c *api.Call) (any, error) {
	q, err := read(c, func(q query) []string { return q.Instances })
	if err != nil {
		return nil, err
	}
	all := map[string]reservation{}
	var ids []string
	for _, cluster := range s.world.Clusters() {
		for _, v := range s.world.Instances(cluster.Name) {
			if len(q.Instances) > 0 && !slices.Contains(q.Instances, v.EC2ID) {
				continue
			}
			subnet, vpc := s.world.SubnetOf(cluster.Name, v.AZ), s.world.VPC(cluster.Name)
			if err := q.passes(map[string]string{"instance-id": v.EC2ID, "vpc-id": vpc, "subnet-id": subnet}); err == errOut {
				continue
			} else if err != nil {
				return nil, err
			}
			ids = append(ids, v.EC2ID)
			all[v.EC2ID] = reservation{ID: "r-" + v.EC2ID[2:], Owner: s.world.Account(), Instances: []machine{{
				ID: v.EC2ID, Image: v.AMI, State: state{16, "running"}, Type: v.Type, Launch: v.Registered, Subnet: subnet, VPC: vpc,
				Profile: profile{ARN: profileARN(s.world), ID: "AIPA" + v.EC2ID[3:]},
			}}}
		}
	}
	for _, id := range q.Instances {
		if !slices.Contains(ids, id) && len(q.Filters) == 0 {
			return nil, api.Errorf("InvalidInstanceID.NotFound", "The instance ID '%s' does not exist", id)
		}
	}
	page, next, err := s.page("DescribeInstances", q, ids)
	if err != nil {
		return nil, err
	}
	out := struct {
		Items []reservation `json:"reservationSet"`
		Next  string        `json:"nextToken,omitempty"`
	}{[]reservation{}, next}
	for _, id := range page {
		out.Items = append(out.Items, all[id])
	}
	return out, nil
}

// profileARN is the instance profile of all of them.
func profileARN(w *world.World) string {
	r := w.Role(world.InstanceRole)
	return r.ARN[:len(r.ARN)-len("role/"+r.Name)] + "instance-profile/" + r.Name
}
