package ecs

import (
	"errors"
	"strings"
	"testing"
)

const (
	hex32   = "0123456789abcdef0123456789abcdef"
	arnBase = "arn:aws:ecs:eu-central-1:123456789012:"
)

func TestParseTarget(t *testing.T) {
	for in, want := range map[string]Spec{
		"web":                                {Service: "web"},
		"prod/web":                           {Cluster: "prod", Service: "web"},
		hex32:                                {Task: hex32},
		"prod/" + hex32:                      {Cluster: "prod", Task: hex32},
		"prod/web/" + hex32:                  {Cluster: "prod", Service: "web", Task: hex32},
		"prod/web/0123":                      {Cluster: "prod", Service: "web", Task: "0123"},
		hex32[:31]:                           {Service: hex32[:31]}, // not an id: a name
		strings.ToUpper(hex32):               {Service: strings.ToUpper(hex32)},
		arnBase + "cluster/prod":             {Cluster: arnBase + "cluster/prod"},
		arnBase + "service/prod/w":           {Cluster: arnBase + "cluster/prod", Service: arnBase + "service/prod/w"},
		arnBase + "service/w":                {Service: arnBase + "service/w"},
		arnBase + "task/prod/abc":            {Cluster: arnBase + "cluster/prod", Task: arnBase + "task/prod/abc"},
		arnBase + "task/abc":                 {Task: arnBase + "task/abc"},
		arnBase + "container/p/t/c":          {Cluster: arnBase + "cluster/p", Task: arnBase + "task/p/t", ContainerARN: arnBase + "container/p/t/c"},
		arnBase + "service-deployment/p/w/9": {Cluster: arnBase + "cluster/p", Service: arnBase + "service/p/w"},
	} {
		if strings.HasPrefix(in, "arn:") {
			want.Region, want.Account = "eu-central-1", "123456789012"
		}
		if got, err := ParseTarget(in); err != nil || got != want {
			t.Errorf("%q: %+v, %v, want %+v", in, got, err, want)
		}
	}
	for _, in := range []string{
		"", "/", "web/", "/web", "a//b", "a/b/c", "a/b/" + hex32 + "/d", "we b", "we\x1bb", "wéb", "a/b/", "a/b/" + hex32 + "0",
		strings.Repeat("a", 256), "arn:", "arn:aws:ecs:::", "arn:aws:s3:::bucket/key", arnBase + "task-definition/web:1", arnBase + "cluster/a/b",
		arnBase + "service/a/b/c", arnBase + "service//b", arnBase + "service/",
	} {
		if got, err := ParseTarget(in); err == nil || !errors.Is(err, ErrTarget) {
			t.Errorf("%q: %+v, %v, want an error", in, got, err)
		}
	}
}

func FuzzParseTarget(f *testing.F) {
	for _, s := range []string{"web", "prod/web", "prod/web/0123", hex32, arnBase + "task/prod/abc", arnBase + "container/p/t/c", "arn:aws:ecs:::x/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		spec, err := ParseTarget(s)
		if err != nil {
			if spec != (Spec{}) {
				t.Fatalf("%q: an error and %+v", s, spec)
			}
			return
		}
		if spec.Cluster == "" && spec.Service == "" && spec.Task == "" {
			t.Fatalf("%q means nothing", s)
		}
		if strings.HasPrefix(s, "arn:") {
			return
		}
		// What was typed can be put together again, and means the same.
		parts := []string{}
		for _, p := range []string{spec.Cluster, spec.Service, spec.Task} {
			if p != "" {
				parts = append(parts, p)
			}
		}
		if got := strings.Join(parts, "/"); got != s {
			t.Fatalf("%q became %q", s, got)
		}
	})
}

func TestARNs(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{NameOf(arnBase + "service/prod/web"), "web"},
		{NameOf(arnBase + "task-definition/web:12"), "web:12"},
		{NameOf("web"), "web"},
		{ClusterOf(arnBase + "task/prod/1"), arnBase + "cluster/prod"},
		{ClusterOf(arnBase + "container-instance/prod/1"), arnBase + "cluster/prod"},
		{ClusterOf(arnBase + "cluster/prod"), arnBase + "cluster/prod"},
		{ClusterOf(arnBase + "service/web"), ""},
		{ClusterOf(arnBase + "task-definition/web:1"), ""},
		{ClusterOf("web"), ""},
		{ServiceOf(arnBase + "service-revision/prod/web/77"), arnBase + "service/prod/web"},
		{ServiceOf(arnBase + "service/prod/web"), arnBase + "service/prod/web"},
		{ServiceOf(arnBase + "task/prod/web"), ""},
		{TaskARN(arnBase+"cluster/prod", "1"), arnBase + "task/prod/1"},
		{ServiceARN("arn:aws-cn:ecs:cn-north-1:1:cluster/prod", "w"), "arn:aws-cn:ecs:cn-north-1:1:service/prod/w"},
		{TaskARN("prod", "1"), ""},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	for in, want := range map[string]Revision{"web:12": {Family: "web", Number: 12}, arnBase + "task-definition/a-b:3": {Family: "a-b", Number: 3}, "web": {Family: "web"}, "web:x": {Family: "web:x"}} {
		if f, n := parseRevision(in); f != want.Family || n != want.Number {
			t.Errorf("%q: %q %d", in, f, n)
		}
	}
}
