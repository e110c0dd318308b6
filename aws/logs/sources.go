package logs

import (
	"fmt"
	"slices"
	"strings"

	"ecsole/aws/ecs"
)

// Source is where the logs of one container are: all streams under Prefix, or the
// one Stream; or, with Elsewhere set, a sentence that says where they go instead.
type Source struct {
	Region string // "" is the account's own
	Group  string
	Prefix string // "ecs/app/": all tasks, also those to come
	Stream string // "ecs/app/0123…": one task
	// Container names the container, Task the ECS task id where Stream is of one task.
	Container, Task string
	Elsewhere       string
	// Note is worth saying although the logs can be read.
	Note string
}

// String is how a source is named in messages.
func (s Source) String() string {
	if s.Elsewhere != "" {
		return s.Container + ": " + s.Elsewhere
	}
	return s.Group + " " + s.Prefix + s.Stream
}

// ForTasks works out the streams of the given tasks of one task definition, one
// source per container and task.
func ForTasks(d *ecs.TaskDefinition, tasks ...ecs.Task) []Source {
	var out []Source
	for i := range d.Containers {
		c := &d.Containers[i]
		for _, t := range tasks {
			s := sourceOf(c)
			switch {
			case s.Elsewhere != "" || s.Stream != "":
			case s.Prefix != "":
				s.Stream, s.Prefix, s.Task = s.Prefix+t.ID, "", t.ID
			default:
				s = byRuntimeID(s, t)
			}
			if !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// ForService works out the sources of all tasks of a task definition, those to
// come included where the streams' names allow it; the tasks that run now are
// needed only where they do not.
func ForService(d *ecs.TaskDefinition, tasks ...ecs.Task) []Source {
	var out []Source
	for i := range d.Containers {
		c := &d.Containers[i]
		s := sourceOf(c)
		if s.Elsewhere != "" || s.Stream != "" || s.Prefix != "" {
			out = append(out, s)
			continue
		}
		for _, t := range tasks {
			one := byRuntimeID(s, t)
			one.Note = fmt.Sprintf("the streams of %s are named by Docker's container ids (no awslogs-stream-prefix): tasks that start later do not join by themselves", c.Name)
			out = append(out, one)
		}
		if len(tasks) == 0 {
			s.Elsewhere = "its streams are named by Docker's container ids (no awslogs-stream-prefix), and no task is known"
			out = append(out, s)
		}
	}
	return out
}

// Join puts the sources of several task definitions together, without doubles.
func Join(lists ...[]Source) []Source {
	var out []Source
	for _, l := range lists {
		for _, s := range l {
			if !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// byRuntimeID names the stream as the awslogs driver does on instances without a
// prefix: by the id that Docker gave the container.
func byRuntimeID(s Source, t ecs.Task) Source {
	s.Task = t.ID
	for _, c := range t.Containers {
		if c.Name == s.Container && c.RuntimeID != "" {
			s.Stream = c.RuntimeID
			return s
		}
	}
	s.Elsewhere = "its stream is named by Docker's container id, which ECS does not tell (yet)"
	return s
}

// sourceOf reads the log options of a container definition (API reference of ECS,
// LogConfiguration).
func sourceOf(c *ecs.ContainerDefinition) Source {
	s := Source{Container: c.Name}
	o := c.LogOptions
	switch c.LogDriver {
	case "awslogs":
		s.Group, s.Region = o["awslogs-group"], o["awslogs-region"]
		if p := o["awslogs-stream-prefix"]; p != "" {
			s.Prefix = p + "/" + c.Name + "/"
		}
		if s.Group == "" {
			s.Elsewhere = "the task definition names no log group (awslogs-group)"
		}
	case "awsfirelens":
		return fireLens(s, c)
	case "":
		s.Elsewhere = "no log configuration: on Fargate the output is lost, on an instance it is in Docker's own files (docker logs)"
		if c.FirelensType != "" {
			s.Elsewhere = "this is the log router itself (" + c.FirelensType + "), without a log configuration of its own"
		}
	default:
		s.Elsewhere = elsewhere(c.LogDriver, o)
	}
	return s
}

// option reads an option whose name's case differs between examples.
func option(o map[string]string, name string) string {
	if v, ok := o[name]; ok {
		return v
	}
	for k, v := range o {
		if strings.EqualFold(k, name) {
			return v
		}
	}
	return ""
}

// fireLens reads the options of Fluent Bit's CloudWatch outputs. The streams are
// log_stream_prefix followed by the tag, which ECS makes as
// <container>-firelens-<task id>.
func fireLens(s Source, c *ecs.ContainerDefinition) Source {
	o := c.LogOptions
	name := option(o, "Name")
	switch name {
	case "cloudwatch", "cloudwatch_logs":
	case "":
		s.Elsewhere = "FireLens sends it where the configuration of the log router says; the task definition does not tell"
		return s
	default:
		s.Elsewhere = "FireLens sends it to " + fluentOutput(name, o)
		return s
	}
	s.Group, s.Region = option(o, "log_group_name"), option(o, "region")
	stream, prefix := option(o, "log_stream_name"), option(o, "log_stream_prefix")
	switch {
	case s.Group == "" || strings.Contains(s.Group+stream+prefix, "$("):
		s.Elsewhere = fmt.Sprintf("FireLens works out the group or stream from the record (%s %s): it cannot be told from the task definition", s.Group, stream+prefix)
		s.Group = ""
	case stream != "":
		s.Stream = stream
		s.Note = "all tasks write to the one stream " + stream
	default:
		s.Prefix = prefix + c.Name + "-firelens-"
	}
	return s
}

// fluentOutput describes where a Fluent Bit or Fluentd output leads.
func fluentOutput(name string, o map[string]string) string {
	known := map[string][2]string{
		"s3": {"S3", "bucket"}, "datadog": {"Datadog", "Host"}, "es": {"Elasticsearch", "Host"}, "opensearch": {"OpenSearch", "Host"},
		"firehose": {"Data Firehose", "delivery_stream"}, "kinesis_firehose": {"Data Firehose", "delivery_stream"},
		"kinesis": {"Kinesis", "stream"}, "kinesis_streams": {"Kinesis", "stream"}, "splunk": {"Splunk", "Host"},
		"loki": {"Loki", "Host"}, "grafana-loki": {"Loki", "Url"}, "newrelic": {"New Relic", "base_uri"}, "nrlogs": {"New Relic", "base_uri"},
		"http": {"an HTTP endpoint", "Host"}, "forward": {"a Fluent forwarder", "Host"}, "kafka": {"Kafka", "Brokers"},
		"opentelemetry": {"OpenTelemetry", "Host"}, "gelf": {"Graylog", "Host"}, "syslog": {"syslog", "Host"}, "null": {"nowhere", ""},
	}
	k, ok := known[strings.ToLower(name)]
	if !ok {
		k = [2]string{"the output " + name, "Host"}
	}
	if to := option(o, k[1]); k[1] != "" && to != "" {
		return k[0] + " (" + to + ")"
	}
	return k[0]
}

// elsewhere describes the drivers of Docker that lead away from CloudWatch.
func elsewhere(driver string, o map[string]string) string {
	at := func(text, opt string) string {
		if v := o[opt]; v != "" {
			return text + " (" + v + ")"
		}
		return text
	}
	switch driver {
	case "splunk":
		return at("goes to Splunk", "splunk-url")
	case "syslog":
		return at("goes to syslog", "syslog-address")
	case "gelf":
		return at("goes to Graylog", "gelf-address")
	case "fluentd":
		return at("goes to Fluentd", "fluentd-address")
	case "logentries":
		return "goes to Logentries"
	case "json-file", "local":
		return "stays on the container instance (docker logs)"
	case "journald":
		return "goes to the journal of the container instance (journalctl)"
	case "none":
		return "is thrown away (log driver none)"
	}
	return "goes where the log driver " + driver + " leads"
}

// taskOf finds the task id in the name of a stream of this source.
func (s Source) taskOf(stream string) string {
	if s.Task != "" {
		return s.Task
	}
	if rest, ok := strings.CutPrefix(stream, s.Prefix); ok && s.Prefix != "" {
		return rest
	}
	return ""
}

// holds reports whether the stream is of this source.
func (s Source) holds(stream string) bool {
	if s.Stream != "" {
		return s.Stream == stream
	}
	return s.Prefix != "" && strings.HasPrefix(stream, s.Prefix)
}
