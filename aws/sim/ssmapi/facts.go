package ssmapi

import (
	"context"
	"fmt"
	"net"
	"path"
	"strconv"
	"strings"
	"time"

	"ecsole/aws/sim/agent"
	"ecsole/aws/sim/logtext"
	"ecsole/aws/sim/session"
	"ecsole/aws/sim/shell/machine"
	"ecsole/aws/sim/world"
)

// dialer reaches a simulated service.
func dialer(f *machine.Facts, host string, port int) agent.Dial {
	return func(ctx context.Context) (net.Conn, error) { return f.Dial(ctx, host, port) }
}

// facts describe the container or the instance that a session goes into.
func (s *SSM) facts(sp session.Spec) machine.Facts {
	t := s.World.Task(sp.TaskARN)
	if t == nil {
		return s.host(sp.Target)
	}
	b := &builder{world: s.World, task: t, name: sp.Container, log: s.Log}
	return b.facts()
}

// builder makes one container's facts.
type builder struct {
	world *world.World
	task  *world.Task
	name  string
	log   func(*world.Task, string) *logtext.Stream
	cd    world.ContainerDefinition
	own   bool // the application itself, not a sidecar
}

func (b *builder) facts() machine.Facts {
	t := b.task
	for _, cd := range t.Definition.Containers {
		if cd.Name == b.name {
			b.cd = cd
		}
	}
	b.own = t.Facts.Container == b.name
	ip := "10.0.1.23"
	host := "ip-" + strings.ReplaceAll(ip, ".", "-") + "." + b.world.Region() + ".compute.internal"
	if t.ENI != nil {
		ip, host = t.ENI.IP, t.ENI.DNS
		if host == "" {
			host = "ip-" + strings.ReplaceAll(ip, ".", "-") + "." + b.world.Region() + ".compute.internal"
		}
	} else if c := b.container(); c != nil && c.IP != "" {
		ip = c.IP
	}
	f := machine.Facts{
		Hostname: host, IP: ip, Workdir: "/app", Bash: b.bash(), Now: b.world.Now, Booted: t.Started,
		CPUs: b.cpus(), Memory: b.memory(), Disk: int64(b.disk()) << 30,
		Kernel: "5.10.239-236.958.amzn2.x86_64",
	}
	if b.cd.WorkingDir != "" {
		f.Workdir = b.cd.WorkingDir
	}
	b.system(&f)
	f.Env = b.env(&f)
	f.Processes = b.processes
	b.files(&f)
	b.services(&f)
	return f
}

func (b *builder) container() *world.Container {
	for i := range b.task.Containers {
		if b.task.Containers[i].Name == b.name {
			return &b.task.Containers[i]
		}
	}
	return nil
}

// bash says whether the image has one: nginx, redis and busybox-like images do not.
func (b *builder) bash() bool {
	if !b.own {
		return false
	}
	switch b.task.App {
	case world.Web, world.Cache, world.Node, world.Daemon:
		return false
	}
	return true
}

func (b *builder) system(f *machine.Facts) {
	if !f.Bash {
		f.OS, f.OSID, f.Version = "Alpine Linux v3.20", "alpine", "3.20.3"
		return
	}
	f.OS, f.OSID, f.Version = "Debian GNU/Linux 12 (bookworm)", "debian", "12"
	if b.task.App == world.Java {
		f.OS, f.OSID, f.Version = "Amazon Linux 2023", "amzn", "2023"
	}
}

func (b *builder) cpus() int {
	units, _ := strconv.Atoi(b.task.Definition.CPU)
	return max(1, (units+1023)/1024)
}

// memory is the container's limit, or the task's.
func (b *builder) memory() int64 {
	if b.cd.Memory != nil && *b.cd.Memory > 0 {
		return int64(*b.cd.Memory) << 20
	}
	mb, _ := strconv.Atoi(b.task.Definition.Memory)
	if mb == 0 {
		mb = 512
	}
	return int64(mb) << 20
}

func (b *builder) disk() int {
	if e := b.task.Definition.Ephemeral; e != nil && e.GiB > 0 {
		return e.GiB
	}
	return 20
}

func (b *builder) env(f *machine.Facts) []string {
	var env []string
	for _, e := range b.cd.Env {
		env = append(env, e.Name+"="+e.Value)
	}
	for _, s := range b.cd.Secrets {
		env = append(env, s.Name+"="+secretValue(s.Name, b.task.ServiceName))
	}
	launch := "AWS_ECS_FARGATE"
	if b.task.LaunchType == "EC2" || b.task.InstanceARN != "" {
		launch = "AWS_ECS_EC2"
	}
	return append(env,
		"AWS_DEFAULT_REGION="+b.world.Region(), "AWS_EXECUTION_ENV="+launch,
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/credentials/"+credentialsID(b.task),
		"ECS_CONTAINER_METADATA_URI=http://169.254.170.2/v3/"+b.metadataID(),
		"ECS_CONTAINER_METADATA_URI_V4=http://169.254.170.2/v4/"+b.metadataID(),
		"ECS_AGENT_URI=http://169.254.170.2/api/"+b.metadataID(),
		"HOSTNAME="+f.Hostname, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root",
		"TERM=xterm-256color", "LANG=C.UTF-8")
}

func secretValue(name, service string) string {
	if name == "DATABASE_URL" {
		return "postgresql://" + service + ":example-password@" + service + "-db.internal:5432/" + service
	}
	return "example-" + strings.ToLower(name)
}

func credentialsID(t *world.Task) string {
	return fmt.Sprintf("%08x-0000-4000-8000-%012x", uint32(t.Seed), t.Seed>>16)
}

func (b *builder) metadataID() string {
	if c := b.container(); c != nil {
		return c.RuntimeID
	}
	return b.task.ID
}

// files of the application: what an image holds beside the system.
func (b *builder) files(f *machine.Facts) {
	t := b.task
	service := t.ServiceName
	if service == "" {
		service = strings.TrimPrefix(t.Group, "family:")
	}
	built := t.Definition.Registered
	f.Files = map[string]machine.File{}
	put := func(name, text string) { f.Files[name] = machine.File{Text: text, At: built} }
	put("/app/VERSION", path.Base(strings.ReplaceAll(b.cd.Image, ":", "/"))+"\n")
	for name, text := range programFiles(t.App, service, b.own) {
		put(name, text)
	}
	if m := t.Facts.Miner; m != nil && m.Container == b.name {
		f.Files[m.Path] = machine.File{Text: "\x7fELF\x02\x01\x01\x00" + m.Process + "\x00", Mode: 0o755, At: m.Since}
		f.Files[path.Dir(m.Path)+"/config.json"] = machine.File{At: m.Since, Text: fmt.Sprintf(
			"{\n  \"autosave\": true,\n  \"cpu\": true,\n  \"pools\": [{\"url\": %q, \"user\": \"x\", \"keepalive\": true, \"tls\": false}]\n}\n", m.Pool)}
		f.Files[path.Dir(m.Path)+"/run.sh"] = machine.File{At: m.Since, Mode: 0o755, Text: "#!/bin/sh\nnohup " + m.Path + " -c config.json >/dev/null 2>&1 &\n"}
	}
	if b.log != nil {
		if st := b.log(t, b.name); st != nil {
			f.Files["/var/log/app/"+b.name+".log"] = machine.File{Log: logFile(st), From: b.world.Now().Add(-15 * time.Minute)}
		}
	}
}

// maxLogLines bounds what one look adds to a log file.
const maxLogLines = 20_000

// logFile is a container's log as a file: the lines that CloudWatch has, too.
func logFile(st *logtext.Stream) func(from, to time.Time) []byte {
	return func(from, to time.Time) []byte {
		var out []byte
		r := logtext.Forward([]*logtext.Stream{st}, from.Add(time.Millisecond), to, to, nil)
		for range maxLogLines {
			e, ok := r.Next()
			if !ok {
				break
			}
			out = append(append(out, e.Message...), '\n')
		}
		return out
	}
}
