package world

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// size is what a task of an app reserves.
func size(app App) (cpu, memory int) {
	switch app {
	case Web:
		return 256, 512
	case Java:
		return 1024, 2048
	case Python:
		return 1024, 2048
	case Cache:
		return 512, 3072
	case Daemon:
		return 128, 256
	}
	return 512, 1024
}

// port is what an app listens on, 0 if nothing.
func port(app App) int {
	switch app {
	case Web:
		return 80
	case Worker, Daemon:
		return 0
	case Cache:
		return 6379
	case Node:
		return 3000
	case Python:
		return 8000
	}
	return 8080
}

// version is the image tag of an app's n-th revision.
func version(seed uint64, n int) string {
	return fmt.Sprintf("%d.%d.%d", 1+seed%4, seed>>8%20+uint64(n), mix(seed, uint64(n))%5)
}

// define makes a revision of a service's task definition; the caller numbers it.
func (w *World) define(t template, revision int) TaskDefinition {
	seed := mix(w.seed, text(t.cluster+"/"+t.name))
	cpu, memory := size(t.app)
	tags := []Tag{{"team", team(t)}, {"env", t.cluster}}
	td := TaskDefinition{
		Family: t.cluster + "-" + t.name, Status: "ACTIVE", Revision: revision,
		Placement: []Placement{}, Volumes: []Volume{}, Tags: tags,
		CPU: strconv.Itoa(cpu), Memory: strconv.Itoa(memory),
		TaskRole:     w.role(t.cluster + "-" + t.name + "-task"),
		ExecRole:     w.role("ecsTaskExecutionRole"),
		NetworkMode:  "awsvpc",
		RegisteredBy: w.role2("ci-deploy", "github-actions"),
		Runtime:      &RuntimePlatform{CPU: pick(seed>>3, "X86_64", "ARM64"), OS: "LINUX"},
	}
	switch {
	case t.on != onEC2:
		td.Compatibilities, td.Requires = []string{"EC2", "FARGATE"}, []string{"FARGATE"}
	case t.daemon:
		td.NetworkMode, td.PIDMode = "host", "host"
		td.Compatibilities, td.Requires = []string{"EXTERNAL", "EC2"}, []string{"EC2"}
	case t.name == "catalog" || seed%3 == 0:
		td.NetworkMode = "bridge"
		td.Compatibilities, td.Requires = []string{"EXTERNAL", "EC2"}, []string{"EC2"}
	default:
		td.Compatibilities, td.Requires = []string{"EC2"}, []string{"EC2"}
	}
	for _, side := range t.sidecars {
		td.Containers = append(td.Containers, w.sidecar(t, side))
	}
	td.Containers = append(td.Containers, w.appContainer(t, td.NetworkMode, seed, revision, cpu, memory))
	if t.app == Cache {
		td.Volumes = append(td.Volumes, Volume{Name: "data", Host: map[string]string{"sourcePath": "/ecs/redis"}})
	}
	if t.name == "image-resizer" {
		td.Ephemeral = &Ephemeral{GiB: 60}
		td.Volumes = append(td.Volumes, Volume{Name: "originals", EFS: map[string]any{
			"fileSystemId": "fs-" + hexID(seed, 17), "rootDirectory": "/", "transitEncryption": "ENABLED",
		}})
	}
	return td
}

func (w *World) appContainer(t template, mode string, seed uint64, revision, cpu, memory int) ContainerDefinition {
	yes, hard := true, memory*7/8
	if len(t.sidecars) > 0 {
		hard -= 128
	}
	c := ContainerDefinition{
		Name: t.name, Image: w.image(t.name, version(seed, revision)), CPU: cpu * 7 / 8, Memory: &hard, Essential: &yes,
		Ports: []PortMapping{}, Env: environment(w.region, t), Mounts: []Mount{}, VolumesFrom: []VolumeFrom{}, SystemControls: []SystemControl{},
		Linux:   &LinuxParameters{Init: &yes},
		Log:     w.logConfig(t, t.name),
		Secrets: []Secret{{"DATABASE_URL", w.ARN("secretsmanager", "secret:%s/%s/database-url-%s", t.cluster, t.name, short(seed, 6))}},
	}
	if p := port(t.app); p != 0 {
		host := p
		if mode == "bridge" {
			host = 0
		}
		c.Ports = []PortMapping{{ContainerPort: p, HostPort: host, Protocol: "tcp", Name: "http", AppProtocol: "http"}}
		c.HealthCheck = &HealthCheck{
			Command: []string{"CMD-SHELL", fmt.Sprintf("curl -fsS http://localhost:%d/healthz || exit 1", p)}, Interval: 15, Timeout: 5, Retries: 3, Start: 20,
		}
	}
	switch t.app {
	case Web:
		c.Command = []string{"nginx", "-g", "daemon off;"}
		c.Secrets = nil
	case Java:
		c.EntryPoint, c.Command = []string{"java"}, []string{"-XX:MaxRAMPercentage=75", "-jar", "/app/app.jar"}
	case Node:
		c.Command = []string{"node", "server.js"}
		c.User = "node"
	case Python:
		c.Command = []string{"gunicorn", "--workers", "4", "--bind", "0.0.0.0:8000", "app:app"}
	case Worker:
		c.Command = []string{"python", "-m", "worker", "--queue", t.name}
	case Cache:
		c.Image, c.Command, c.Secrets = "public.ecr.aws/docker/library/redis:7.4-alpine", []string{"redis-server", "--maxmemory", "2gb"}, nil
		c.Mounts = []Mount{{Volume: "data", Path: "/data"}}
		c.HealthCheck = &HealthCheck{Command: []string{"CMD", "redis-cli", "ping"}, Interval: 15, Timeout: 5, Retries: 3}
	case Daemon:
		c.Privileged = &yes
		c.Secrets = nil
	}
	if t.name == "auth" {
		c.ReadonlyRoot = &yes
	}
	if t.name == "image-resizer" {
		c.Mounts = []Mount{{Volume: "originals", Path: "/mnt/originals"}}
	}
	return c
}

func environment(region string, t template) []EnvVar {
	env := []EnvVar{
		{"APP_ENV", t.cluster}, {"LOG_LEVEL", "info"}, {"AWS_REGION", region},
		{"SERVICE_NAME", t.name}, {"OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4317"},
	}
	if t.name == "orders-worker" {
		// A secret in plain sight, as it is found in the wild.
		env = append(env, EnvVar{"LEGACY_API_TOKEN", "tok_" + hexID(text(t.name), 32)})
	}
	return env
}

func (w *World) sidecar(t template, name string) ContainerDefinition {
	no, mem := false, 64
	c := ContainerDefinition{
		Name: name, CPU: 32, Reservation: &mem, Essential: &no, Ports: []PortMapping{},
		Env: []EnvVar{}, Mounts: []Mount{}, VolumesFrom: []VolumeFrom{}, SystemControls: []SystemControl{},
		Log: w.awslogs(t, name),
	}
	switch name {
	case "log_router":
		yes := true
		c.Essential = &yes
		c.Image = "public.ecr.aws/aws-observability/aws-for-fluent-bit:2.32.5"
		c.User = "0"
		c.FireLens = &FireLens{Type: "fluentbit", Options: map[string]string{"enable-ecs-log-metadata": "true"}}
	default:
		c.Image = "public.ecr.aws/aws-observability/aws-otel-collector:v0.43.1"
		c.Command = []string{"--config=/etc/ecs/ecs-default-config.yaml"}
	}
	return c
}

// LogGroup is the log group of a family.
func LogGroup(cluster, service string) string { return "/ecs/" + cluster + "/" + service }

func (w *World) awslogs(t template, prefix string) *LogConfiguration {
	return &LogConfiguration{Driver: "awslogs", Options: map[string]string{
		"awslogs-group": LogGroup(t.cluster, t.name), "awslogs-region": w.region, "awslogs-stream-prefix": prefix, "mode": "non-blocking",
	}}
}

func (w *World) logConfig(t template, container string) *LogConfiguration {
	switch t.logs {
	case logNone:
		return nil
	case logFireLens:
		return &LogConfiguration{Driver: "awsfirelens", Options: map[string]string{
			"Name": "cloudwatch_logs", "region": w.region, "log_group_name": LogGroup(t.cluster, t.name),
			"log_stream_prefix": "firelens/", "auto_create_group": "true",
		}}
	case logElsewhere:
		return &LogConfiguration{Driver: "awsfirelens", Options: map[string]string{
			"Name": "datadog", "Host": "http-intake.logs.datadoghq.eu", "TLS": "on", "dd_service": t.name, "provider": "ecs",
		}, Secrets: []Secret{{"apikey", w.ARN("secretsmanager", "secret:%s/datadog-key-%s", t.cluster, "Qw8rTz")}}}
	}
	c := w.awslogs(t, container)
	switch t.name {
	case "ledger":
		c.Options["awslogs-multiline-pattern"] = `^\d{4}-\d{2}-\d{2}T` // a stack trace is one event
	case "node-agent":
		delete(c.Options, "awslogs-stream-prefix") // on EC2: the stream is the container's runtime id
	}
	return c
}

func (w *World) image(name, tag string) string {
	return fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com/%s:%s", w.account, w.region, name, tag)
}

// digest is what an image reference resolves to.
func digest(image string) string { return "sha256:" + hexID(text(image), 64) }

func (w *World) role(name string) string {
	return "arn:" + w.partition + ":iam::" + w.account + ":role/" + name
}

func (w *World) role2(role, session string) string {
	return "arn:" + w.partition + ":sts::" + w.account + ":assumed-role/" + role + "/" + session
}

func team(t template) string {
	switch {
	case t.cluster == "data":
		return "data"
	case t.cluster == "platform":
		return "platform"
	case strings.Contains("checkout payments cart ledger pricing", t.name):
		return "payments"
	}
	return "shop"
}

// put adds a revision to its family. The caller holds the lock.
func (w *World) put(td TaskDefinition, at time.Time) *TaskDefinition {
	td.ARN = w.ARN("ecs", "task-definition/%s:%d", td.Family, td.Revision)
	td.Registered = at
	d := &td
	w.state.families[td.Family] = append(w.state.families[td.Family], d)
	w.state.definition[td.ARN] = d
	return d
}
