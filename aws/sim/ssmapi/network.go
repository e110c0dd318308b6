package ssmapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"ecsole/aws/sim/shell/machine"
	"ecsole/aws/sim/world"
)

// metadataHost is where a task's metadata and credentials are.
const metadataHost = "169.254.170.2"

// services are what listens in the container, and the few hosts that it knows.
func (b *builder) services(f *machine.Facts) {
	t := b.task
	add := func(s machine.Service) {
		s.Proto = "tcp"
		f.Services = append(f.Services, s)
	}
	if b.own {
		ports := 0
		for _, p := range b.cd.Ports {
			ports++
			if t.App == world.Cache {
				add(machine.Service{Port: p.ContainerPort, PID: 1, Line: redis(t.ServiceName)})
			} else {
				add(machine.Service{Port: p.ContainerPort, PID: 1, HTTP: b.application()})
			}
		}
		if ports == 0 && t.App == world.Cache {
			add(machine.Service{Port: 6379, PID: 1, Line: redis(t.ServiceName)})
		}
	}
	add(machine.Service{Host: metadataHost, Port: 80, HTTP: b.metadata()})
	db := t.ServiceName + "-db.internal"
	cache := "sessions-cache.internal"
	f.Hosts = map[string]string{db: "10.0.8.21", cache: "10.0.8.40", "10.0.8.21": db, "10.0.8.40": cache, metadataHost: metadataHost}
	add(machine.Service{Host: db, Port: 5432, Line: func(line string) (string, bool) { return line + "\n", true }})
	add(machine.Service{Host: cache, Port: 6379, Line: redis(cache)})
	add(machine.Service{Host: "catalog.prod.internal", Port: 8080, HTTP: hello("catalog")})
	if d := t.Facts.Dependency; d != "" {
		host, _, _ := strings.Cut(d, ":")
		f.Hosts[host] = "10.0.9.9" // known, but nothing answers there
	}
}

func hello(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "hello from %s\n", name)
	})
}

// application answers on the container's port.
func (b *builder) application() http.Handler {
	t := b.task
	mux := http.NewServeMux()
	health := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if at := t.Facts.Unhealthy; !at.IsZero() && b.world.Now().After(at) {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprintln(w, `{"status":"DOWN"}`)
			return
		}
		fmt.Fprintln(w, `{"status":"UP"}`)
	}
	for _, p := range []string{"/health", "/healthz", "/actuator/health"} {
		mux.HandleFunc(p, health)
	}
	mux.HandleFunc("/metrics", func(w http.ResponseWriter, _ *http.Request) {
		now := b.world.Now()
		fmt.Fprintf(w, "# TYPE process_cpu_percent gauge\nprocess_cpu_percent %.2f\n# TYPE process_memory_percent gauge\nprocess_memory_percent %.2f\nup 1\n", t.CPU(now), t.Memory(now))
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Server", t.ServiceName)
		if d := t.Facts.Dependency; d != "" {
			w.WriteHeader(http.StatusBadGateway)
			fmt.Fprintf(w, "upstream %s: i/o timeout\n", d)
			return
		}
		fmt.Fprintf(w, "hello from %s (%s)\n", b.name, t.ID)
	})
	return mux
}

// redis answers a few commands of the inline protocol.
func redis(name string) func(string) (string, bool) {
	return func(line string) (string, bool) {
		word := strings.Fields(strings.TrimSpace(line))
		if len(word) == 0 || word[0][0] == '*' || word[0][0] == '$' {
			return "", true
		}
		switch strings.ToUpper(word[0]) {
		case "PING":
			return "+PONG\r\n", true
		case "ECHO":
			text := strings.Join(word[1:], " ")
			return fmt.Sprintf("$%d\r\n%s\r\n", len(text), text), true
		case "INFO":
			text := "# Server\r\nredis_version:7.4.1\r\nredis_mode:standalone\r\n# Clients\r\nconnected_clients:18\r\n# Memory\r\nused_memory_human:812.40M\r\nname:" + name + "\r\n"
			return fmt.Sprintf("$%d\r\n%s\r\n", len(text), text), true
		case "DBSIZE":
			return ":48213\r\n", true
		case "GET":
			return "$-1\r\n", true
		case "SET":
			return "+OK\r\n", true
		case "QUIT":
			return "+OK\r\n", false
		}
		return "-ERR unknown command '" + word[0] + "'\r\n", true
	}
}

// metadata is the task metadata endpoint, version 4, and credentials that nobody
// can use.
func (b *builder) metadata() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		rest, ok := strings.CutPrefix(r.URL.Path, "/v4/"+b.metadataID())
		if !ok {
			rest, ok = strings.CutPrefix(r.URL.Path, "/v3/"+b.metadataID())
		}
		var v any
		switch {
		case r.URL.Path == "/v2/credentials/"+credentialsID(b.task):
			v = map[string]any{"RoleArn": b.task.Definition.TaskRole, "AccessKeyId": "ASIASIMULATEDEXAMPLE", "SecretAccessKey": "simulated/not/a/secret",
				"Token": "simulated", "Expiration": b.world.Now().Add(6 * time.Hour).UTC().Format(time.RFC3339)}
		case ok && rest == "":
			v = b.containerMetadata(*b.container())
		case ok && rest == "/task":
			v = b.taskMetadata()
		case ok && (rest == "/stats" || rest == "/task/stats"):
			now := b.world.Now()
			v = map[string]any{"read": now.UTC(), "name": b.name, "memory_stats": map[string]any{
				"usage": int64(b.task.Memory(now) / 100 * float64(b.memory())), "limit": b.memory()}, "cpu_stats": map[string]any{"online_cpus": b.cpus()}}
		default:
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprintln(w, "404 page not found")
			return
		}
		_ = json.NewEncoder(w).Encode(v) // the client has gone, or reads it
	})
}

func (b *builder) containerMetadata(c world.Container) map[string]any {
	t := b.task
	ip := c.IP
	if t.ENI != nil {
		ip = t.ENI.IP
	}
	return map[string]any{
		"DockerId": c.RuntimeID, "Name": c.Name, "DockerName": c.Name, "Image": c.Image, "ImageID": c.Digest, "ContainerARN": c.ARN,
		"Labels": map[string]string{
			"com.amazonaws.ecs.cluster": t.ClusterARN, "com.amazonaws.ecs.container-name": c.Name, "com.amazonaws.ecs.task-arn": t.ARN,
			"com.amazonaws.ecs.task-definition-family": t.Definition.Family, "com.amazonaws.ecs.task-definition-version": fmt.Sprint(t.Definition.Revision)},
		"DesiredStatus": t.DesiredStatus, "KnownStatus": c.LastStatus, "Limits": map[string]any{"CPU": b.cd.CPU, "Memory": b.memory() >> 20},
		"CreatedAt": t.Created.UTC(), "StartedAt": t.Started.UTC(), "Type": "NORMAL",
		"Networks": []any{map[string]any{"NetworkMode": "awsvpc", "IPv4Addresses": []string{ip}}},
	}
}

func (b *builder) taskMetadata() map[string]any {
	t := b.task
	var all []any
	for _, c := range t.Containers {
		all = append(all, b.containerMetadata(c))
	}
	return map[string]any{
		"Cluster": t.ClusterARN, "TaskARN": t.ARN, "Family": t.Definition.Family, "Revision": fmt.Sprint(t.Definition.Revision),
		"ServiceName": t.ServiceName, "DesiredStatus": t.DesiredStatus, "KnownStatus": t.LastStatus, "AvailabilityZone": t.AZ,
		"LaunchType": t.LaunchType, "PullStartedAt": t.PullStarted.UTC(), "PullStoppedAt": t.PullStopped.UTC(), "Containers": all,
	}
}
