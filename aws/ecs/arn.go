package ecs

import "strings"

// NameOf is the last part of an ARN: a cluster's or service's name, a task's id, a
// task definition's family and revision. What is no ARN is returned as it is.
func NameOf(arn string) string {
	return arn[strings.LastIndexByte(arn, '/')+1:]
}

// ARN is an ECS resource name taken apart:
// arn:PARTITION:ecs:REGION:ACCOUNT:TYPE/PART/PART….
type ARN struct {
	Partition, Service, Region, Account string
	Type                                string   // "cluster", "service", "task" …
	Parts                               []string // what follows the type
}

// ParseARN takes an ARN apart; ok is false for anything else.
func ParseARN(s string) (a ARN, ok bool) {
	f := strings.SplitN(s, ":", 6)
	if len(f) != 6 || f[0] != "arn" || f[1] == "" || f[2] == "" {
		return ARN{}, false
	}
	path := strings.Split(f[5], "/")
	if len(path) < 2 {
		return ARN{}, false
	}
	for _, p := range path {
		if p == "" {
			return ARN{}, false
		}
	}
	return ARN{Partition: f[1], Service: f[2], Region: f[3], Account: f[4], Type: path[0], Parts: path[1:]}, true
}

func (a ARN) String() string {
	return strings.Join([]string{"arn", a.Partition, a.Service, a.Region, a.Account, a.Type + "/" + strings.Join(a.Parts, "/")}, ":")
}

// ClusterOf is the ARN of the cluster that a service, task, instance, deployment
// or revision belongs to; "" where its ARN does not say (the short format, which
// names no cluster).
func ClusterOf(arn string) string {
	a, ok := ParseARN(arn)
	if !ok {
		return ""
	}
	switch {
	case a.Type == "cluster":
		return arn
	case len(a.Parts) < 2 || a.Type == "task-definition":
		return ""
	}
	a.Type, a.Parts = "cluster", a.Parts[:1]
	return a.String()
}

// ServiceOf is the ARN of the service that a deployment or revision belongs to, or
// the ARN itself for a service; "" for all else.
func ServiceOf(arn string) string {
	a, ok := ParseARN(arn)
	switch {
	case !ok:
		return ""
	case a.Type == "service":
		return arn
	case (a.Type == "service-deployment" || a.Type == "service-revision") && len(a.Parts) == 3:
		a.Type, a.Parts = "service", a.Parts[:2]
		return a.String()
	}
	return ""
}

// TaskARN puts together the ARN of a task from its cluster's and its id.
func TaskARN(cluster, id string) string {
	a, ok := ParseARN(cluster)
	if !ok || a.Type != "cluster" {
		return ""
	}
	a.Type, a.Parts = "task", []string{a.Parts[0], id}
	return a.String()
}

// ServiceARN puts together the ARN of a service from its cluster's and its name.
func ServiceARN(cluster, name string) string {
	a, ok := ParseARN(cluster)
	if !ok || a.Type != "cluster" {
		return ""
	}
	a.Type, a.Parts = "service", []string{a.Parts[0], name}
	return a.String()
}

// Revision takes the ARN or short form of a task definition apart:
// family and number; the number is 0 where there is none.
func parseRevision(td string) (family string, number int) {
	family = NameOf(td)
	i := strings.LastIndexByte(family, ':')
	if i < 0 {
		return family, 0
	}
	n := 0
	for _, c := range family[i+1:] {
		if c < '0' || c > '9' || n > 1<<30 {
			return family, 0
		}
		n = n*10 + int(c-'0')
	}
	return family[:i], n
}
