package world

import (
	"fmt"
	"slices"
	"strings"
)

// Subnet is a private subnet of a cluster's VPC.
type Subnet struct {
	ID, VPC, AZ, CIDR, Cluster string
	Owner                      string // account
	IPv6Only                   bool
}

// Endpoint is an interface endpoint of a VPC.
type Endpoint struct {
	ID, VPC, Service string // Service: "com.amazonaws.eu-central-1.ssmmessages"
	Subnets          []string
	Groups           []string // security groups
	PrivateDNS       bool
}

// Subnets lists those of all clusters by id.
func (w *World) Subnets() []Subnet {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Subnet
	owner := w.account
	if w.wrong.has(WrongShared) {
		owner = "444455556666"
	}
	for _, name := range w.state.order {
		for zone := range 3 {
			out = append(out, Subnet{
				ID: w.subnet(name, zone), VPC: w.vpc(name), AZ: w.az(zone), Cluster: name, CIDR: fmt.Sprintf("10.%d.%d.0/20", 16+text(name)%16, zone*16),
				Owner: owner, IPv6Only: w.wrong.has(WrongIPv6),
			})
		}
	}
	slices.SortFunc(out, func(a, b Subnet) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// vpc is the VPC that a cluster has to itself.
func (w *World) vpc(cluster string) string {
	return "vpc-0" + hexID(mix(w.seed, text(cluster), 32), 16)
}

// VPC is the id of a cluster's VPC.
func (w *World) VPC(cluster string) string { return w.vpc(lastPart(cluster)) }

// SubnetOf is the subnet of a cluster's instances in a zone ("eu-central-1b").
func (w *World) SubnetOf(cluster, az string) string {
	return w.subnet(lastPart(cluster), int(az[len(az)-1]-'a'))
}

// Endpoints lists the interface endpoints by id. Of four clusters the first and the
// last have all that tasks need; the second has none (its tasks go through a NAT
// gateway); the third has some, but none for sessions.
func (w *World) Endpoints() []Endpoint {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Endpoint
	for _, c := range w.state.clusters {
		var services []string
		switch c.Exec.Logging {
		case "OVERRIDE":
			services = []string{"ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssmmessages"}
		case "NONE":
			services = []string{"ecr.api", "ecr.dkr", "logs"}
		default:
			if c.Exec.KMSKey == "" {
				continue
			}
			services = []string{"ecr.api", "ecr.dkr", "logs", "kms", "ssmmessages"}
		}
		for _, s := range services {
			h := mix(w.seed, text(c.Name), text(s), 33)
			out = append(out, Endpoint{
				ID: "vpce-0" + hexID(h, 16), VPC: w.vpc(c.Name), Service: w.endpointPrefix() + w.region + "." + s,
				Subnets: []string{w.subnet(c.Name, 0), w.subnet(c.Name, 1), w.subnet(c.Name, 2)}, Groups: []string{"sg-0" + hexID(mix(h, 1), 16)},
				PrivateDNS: !w.wrong.has(WrongEndpoint),
			})
		}
	}
	slices.SortFunc(out, func(a, b Endpoint) int { return strings.Compare(a.ID, b.ID) })
	return out
}

func (w *World) endpointPrefix() string {
	if w.partition == "aws-cn" {
		return "cn.com.amazonaws."
	}
	return "com.amazonaws."
}
