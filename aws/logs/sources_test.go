package logs

import (
	"slices"
	"strings"
	"testing"

	"ecsole/aws/ecs"
)

func TestSources(t *testing.T) {
	task := ecs.Task{ID: "0123abcd", Containers: []ecs.Container{{Name: "app", RuntimeID: "docker-id"}}}
	bare := ecs.Task{ID: "4567abcd"} // its containers have not started
	opt := func(kv ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i]] = kv[i+1]
		}
		return m
	}
	for name, c := range map[string]struct {
		driver           string
		options          map[string]string
		router           string
		service, forTask string // group|region|prefix|stream|task, or a part of Elsewhere after "!"
	}{
		"awslogs": {"awslogs", opt("awslogs-group", "/g", "awslogs-region", "eu-west-1", "awslogs-stream-prefix", "ecs"), "",
			"/g|eu-west-1|ecs/app/||", "/g|eu-west-1||ecs/app/0123abcd|0123abcd"},
		"prefix with slashes": {"awslogs", opt("awslogs-group", "/g", "awslogs-stream-prefix", "a/b"), "",
			"/g||a/b/app/||", "/g|||a/b/app/0123abcd|0123abcd"},
		"no prefix":     {"awslogs", opt("awslogs-group", "/g"), "", "/g|||docker-id|0123abcd", "/g|||docker-id|0123abcd"},
		"no group":      {"awslogs", opt("awslogs-stream-prefix", "ecs"), "", "!no log group", "!no log group"},
		"no log driver": {"", nil, "", "!no log configuration", "!no log configuration"},
		"the router":    {"", nil, "fluentbit", "!log router itself (fluentbit)", "!log router itself"},
		"firelens to CloudWatch": {"awsfirelens", opt("Name", "cloudwatch_logs", "region", "eu-west-1", "log_group_name", "/f", "log_stream_prefix", "x/"), "",
			"/f|eu-west-1|x/app-firelens-||", "/f|eu-west-1||x/app-firelens-0123abcd|0123abcd"},
		"firelens, one stream": {"awsfirelens", opt("name", "cloudwatch", "log_group_name", "/f", "log_stream_name", "all"), "",
			"/f|||all|", "/f|||all|"},
		"firelens, worked out": {"awsfirelens", opt("Name", "cloudwatch_logs", "log_group_name", "/f/$(ecs_cluster)", "log_stream_prefix", "x"), "", "!works out", "!works out"},
		"firelens to Datadog":  {"awsfirelens", opt("Name", "datadog", "Host", "http-intake.logs.datadoghq.eu"), "", "!Datadog (http-intake.logs.datadoghq.eu)", "!Datadog"},
		"firelens, unknown":    {"awsfirelens", opt("Name", "azure"), "", "!the output azure", "!the output azure"},
		"firelens, no options": {"awsfirelens", nil, "", "!configuration of the log router", "!configuration of the log router"},
		"splunk":               {"splunk", opt("splunk-url", "https://s"), "", "!Splunk (https://s)", "!Splunk"},
		"json-file":            {"json-file", nil, "", "!docker logs", "!docker logs"},
		"none":                 {"none", nil, "", "!thrown away", "!thrown away"},
		"other":                {"odd", nil, "", "!log driver odd", "!log driver odd"},
	} {
		d := &ecs.TaskDefinition{Containers: []ecs.ContainerDefinition{{Name: "app", LogDriver: c.driver, LogOptions: c.options, FirelensType: c.router}}}
		check := func(kind, want string, got []Source) {
			if len(got) != 1 || got[0].Container != "app" {
				t.Errorf("%s, %s: %+v", name, kind, got)
				return
			}
			s := got[0]
			if part, ok := strings.CutPrefix(want, "!"); ok {
				if !strings.Contains(s.Elsewhere, part) {
					t.Errorf("%s, %s: %q, want …%s…", name, kind, s.Elsewhere, part)
				}
				return
			}
			if is := strings.Join([]string{s.Group, s.Region, s.Prefix, s.Stream, s.Task}, "|"); is != want || s.Elsewhere != "" {
				t.Errorf("%s, %s: %s, want %s (%s)", name, kind, is, want, s.Elsewhere)
			}
		}
		check("service", c.service, ForService(d, task))
		check("task", c.forTask, ForTasks(d, task))
	}
	d := &ecs.TaskDefinition{Containers: []ecs.ContainerDefinition{{Name: "app", LogDriver: "awslogs", LogOptions: opt("awslogs-group", "/g")}}}
	if got := ForTasks(d, bare); len(got) != 1 || !strings.Contains(got[0].Elsewhere, "does not tell") {
		t.Errorf("a task that has not started: %+v", got)
	}
	if got := ForService(d); len(got) != 1 || !strings.Contains(got[0].Elsewhere, "no task is known") {
		t.Errorf("a service without tasks: %+v", got)
	}
	if got := ForService(d, task); got[0].Note == "" {
		t.Errorf("nothing is said of the tasks to come: %+v", got)
	}
	d.Containers = append(d.Containers, d.Containers[0])
	if got := Join(ForService(d, task), ForService(d, task)); len(got) != 1 {
		t.Errorf("doubles stay: %+v", got)
	}
}

func TestTasksOfStreams(t *testing.T) {
	s := Source{Prefix: "ecs/app/"}
	if !s.holds("ecs/app/0123") || s.holds("ecs/apparel/0123") || s.holds("ecs/app2/0123") {
		t.Error("streams of other containers are taken for ours")
	}
	if got := s.taskOf("ecs/app/0123"); got != "0123" {
		t.Error(got)
	}
	f := Source{Prefix: "x/app-firelens-"}
	if got := f.taskOf("x/app-firelens-0123"); got != "0123" || !f.holds("x/app-firelens-0123") {
		t.Error(got)
	}
	one := Source{Stream: "all"}
	if got := one.taskOf("all"); got != "" || !one.holds("all") || one.holds("all2") {
		t.Error(got)
	}
	if (Source{Elsewhere: "x"}).holds("y") {
		t.Error("a source elsewhere holds a stream")
	}
	if !slices.Equal([]string{(Source{Container: "c", Elsewhere: "x"}).String(), (Source{Group: "g", Prefix: "p/"}).String()}, []string{"c: x", "g p/"}) {
		t.Error("names")
	}
}
