package guarddutyapi

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// condition is one criterion. The older names (eq, neq, gt …) mean the same.
type condition struct {
	Eq                 []string `json:"eq"`
	Neq                []string `json:"neq"`
	Gt                 *int64   `json:"gt"`
	Gte                *int64   `json:"gte"`
	Lt                 *int64   `json:"lt"`
	Lte                *int64   `json:"lte"`
	Equals             []string `json:"equals"`
	NotEquals          []string `json:"notEquals"`
	GreaterThan        *int64   `json:"greaterThan"`
	GreaterThanOrEqual *int64   `json:"greaterThanOrEqual"`
	LessThan           *int64   `json:"lessThan"`
	LessThanOrEqual    *int64   `json:"lessThanOrEqual"`
	Matches            []string `json:"matches"`
	NotMatches         []string `json:"notMatches"`
}

// maxValues is how many values a condition takes (ListFindings reference).
const maxValues = 50

func (c condition) check(field string) error {
	for _, list := range [][]string{c.Eq, c.Neq, c.Equals, c.NotEquals, c.Matches, c.NotMatches} {
		if len(list) > maxValues {
			return refuse("the input criterion %s has more than %d values.", field, maxValues)
		}
	}
	return nil
}

// match wants every part of the condition to hold; a field that the finding does
// not have meets negative parts only.
func (c condition) match(values []any) bool {
	anyIs := func(list []string) bool {
		return slices.ContainsFunc(values, func(v any) bool { return slices.Contains(list, plain(v)) })
	}
	anyLike := func(list []string) bool {
		return slices.ContainsFunc(values, func(v any) bool {
			return slices.ContainsFunc(list, func(p string) bool { return like(p, plain(v)) })
		})
	}
	for _, list := range [][]string{c.Eq, c.Equals} {
		if len(list) > 0 && !anyIs(list) {
			return false
		}
	}
	for _, list := range [][]string{c.Neq, c.NotEquals} {
		if len(list) > 0 && anyIs(list) {
			return false
		}
	}
	if len(c.Matches) > 0 && !anyLike(c.Matches) || len(c.NotMatches) > 0 && anyLike(c.NotMatches) {
		return false
	}
	for _, b := range []struct {
		bound *int64
		ok    func(v, bound float64) bool
	}{
		{c.Gt, func(v, b float64) bool { return v > b }}, {c.GreaterThan, func(v, b float64) bool { return v > b }},
		{c.Gte, func(v, b float64) bool { return v >= b }}, {c.GreaterThanOrEqual, func(v, b float64) bool { return v >= b }},
		{c.Lt, func(v, b float64) bool { return v < b }}, {c.LessThan, func(v, b float64) bool { return v < b }},
		{c.Lte, func(v, b float64) bool { return v <= b }}, {c.LessThanOrEqual, func(v, b float64) bool { return v <= b }},
	} {
		if b.bound != nil && !slices.ContainsFunc(values, func(v any) bool { n, ok := numeric(v); return ok && b.ok(n, float64(*b.bound)) }) {
			return false
		}
	}
	return true
}

// plain is a value as criteria write it.
func plain(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return fmt.Sprint(v)
}

// numeric is a number, or a time in milliseconds since 1970.
func numeric(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int:
		return float64(v), true
	case string:
		t, err := time.Parse(time.RFC3339, v)
		return float64(t.UnixMilli()), err == nil
	}
	return 0, false
}

// like matches a pattern in which * is any text and ? any character.
func like(pattern, s string) bool {
	re := regexp.QuoteMeta(pattern)
	re = strings.ReplaceAll(strings.ReplaceAll(re, `\*`, ".*"), `\?`, ".")
	ok, err := regexp.MatchString("^(?s:"+re+")$", s)
	return ok && err == nil
}

// compare orders two findings by a field's first value.
func compare(a, b []any) int {
	if len(a) == 0 || len(b) == 0 {
		return cmp.Compare(len(a), len(b))
	}
	x, okX := numeric(a[0])
	y, okY := numeric(b[0])
	if okX && okY {
		return cmp.Compare(x, y)
	}
	return strings.Compare(plain(a[0]), plain(b[0]))
}

// fields are what can be asked for: the list in ListFindings' reference and, for
// ECS, those in CreateFilter's and in the user guide's table.
var fields = []string{
	"accountId", "id", "region", "severity", "confidence", "type", "createdAt", "updatedAt", "title", "associatedAttackSequenceArn",
	"resource.resourceType", "resource.accessKeyDetails.accessKeyId", "resource.accessKeyDetails.principalId", "resource.accessKeyDetails.userName", "resource.accessKeyDetails.userType",
	"resource.instanceDetails.iamInstanceProfile.id", "resource.instanceDetails.imageId", "resource.instanceDetails.instanceId", "resource.instanceDetails.tags.key", "resource.instanceDetails.tags.value",
	"resource.instanceDetails.networkInterfaces.ipv6Addresses", "resource.instanceDetails.networkInterfaces.privateIpAddresses.privateIpAddress",
	"resource.instanceDetails.networkInterfaces.publicDnsName", "resource.instanceDetails.networkInterfaces.publicIp", "resource.instanceDetails.networkInterfaces.securityGroups.groupId",
	"resource.instanceDetails.networkInterfaces.securityGroups.groupName", "resource.instanceDetails.networkInterfaces.subnetId", "resource.instanceDetails.networkInterfaces.vpcId", "resource.instanceDetails.outpostArn",
	"resource.containerDetails.image", "resource.containerDetails.name", "resource.eksClusterDetails.name", "resource.s3BucketDetails.name", "resource.lambdaDetails.functionName",
	"resource.ecsClusterDetails.name", "resource.ecsClusterDetails.arn", "resource.ecsClusterDetails.taskDetails.arn", "resource.ecsClusterDetails.taskDetails.definitionArn",
	"resource.ecsClusterDetails.taskDetails.group", "resource.ecsClusterDetails.taskDetails.containers.image", "resource.ecsClusterDetails.taskDetails.containers.name",
	"service.action.actionType", "service.action.awsApiCallAction.api", "service.action.dnsRequestAction.domain", "service.action.networkConnectionAction.blocked",
	"service.action.networkConnectionAction.remoteIpDetails.ipAddressV4", "service.action.networkConnectionAction.remotePortDetails.port", "service.additionalInfo.threatListName",
	"service.archived", "service.resourceRole", "service.featureName", "service.count", "service.eventFirstSeen", "service.eventLastSeen",
	"service.runtimeDetails.process.executableSha256", "service.runtimeDetails.process.name", "service.detection.sequence.resources.data.ecsTask.taskDefinitionArn",
}

func known(field string) bool { return slices.Contains(fields, field) }
