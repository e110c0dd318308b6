package ssmapi

import (
	"fmt"
	"strings"
	"time"

	"ecsole/aws/sim/shell/machine"
	"ecsole/aws/sim/world"
)

// command is what a container runs as its first process.
func (b *builder) command() string {
	cmd := append(append([]string(nil), b.cd.EntryPoint...), b.cd.Command...)
	if len(cmd) > 0 {
		return strings.Join(cmd, " ")
	}
	if b.own && b.task.App == world.API {
		return "/app/" + b.name
	}
	if strings.Contains(b.cd.Image, "fluent-bit") {
		return "/fluent-bit/bin/fluent-bit -c /fluent-bit/etc/fluent-bit.conf"
	}
	if b.name == "aws-gd-agent" {
		return "/amazon-guardduty-agent"
	}
	return "/app/" + b.name
}

// processes lists the container's own processes: their memory and processor time
// are those of the task's metrics.
func (b *builder) processes(at time.Time) []machine.Process {
	t := b.task
	up := max(at.Sub(t.Started), time.Second)
	cpu := t.CPU(at) * float64(b.cpus())
	rss := int64(t.Memory(at) / 100 * float64(b.memory()))
	if !b.own {
		cpu, rss = cpu/40, 24<<20
	}
	user := "root"
	if b.cd.User != "" && b.cd.User != "0" {
		user = b.cd.User
	}
	main := machine.Process{PID: 1, User: user, TTY: "?", Stat: "Ssl", Command: b.command(), CPU: cpu, RSS: rss, VSZ: rss*3 + 700<<20,
		Threads: 14, Started: t.Started, CPUTime: time.Duration(float64(up) * cpu / 100), FDs: 42}
	miner := t.Facts.Miner
	if miner != nil && miner.Container == b.name && at.After(miner.Since) {
		main.CPU /= 10
		main.CPUTime /= 10
	}
	out := []machine.Process{main}
	out = append(out, b.children(main, at)...)
	if miner != nil && miner.Container == b.name && at.After(miner.Since) {
		c := 100*float64(b.cpus()) - 7
		out = append(out, machine.Process{PID: miner.PID, PPID: 1, User: "root", TTY: "?", Stat: "RNl",
			Command: miner.Path + " -o " + miner.Pool + " --donate-level=1 --background", CPU: c, RSS: 268 << 20, VSZ: 2_400 << 20,
			Threads: b.cpus() + 4, Started: miner.Since, CPUTime: time.Duration(float64(at.Sub(miner.Since)) * c / 100), FDs: 19})
	}
	return out
}

// children are the workers of servers that have some.
func (b *builder) children(main machine.Process, at time.Time) []machine.Process {
	if !b.own {
		return nil
	}
	n, command, user := 0, "", main.User
	switch b.task.App {
	case world.Web:
		n, command, user = 2, "nginx: worker process", "nginx"
	case world.Python:
		n, command = 4, main.Command
	}
	var out []machine.Process
	for i := range n {
		p := main
		p.PID, p.PPID, p.User, p.Command = 7+i, 1, user, command
		p.CPU, p.RSS, p.CPUTime = main.CPU/float64(n+1), main.RSS/int64(n+1), main.CPUTime/time.Duration(n+1)
		p.Stat, p.Threads = "S", 1
		out = append(out, p)
	}
	return out
}

// programFiles are the files of an image, by the kind of program.
func programFiles(app world.App, service string, own bool) map[string]string {
	if !own {
		return map[string]string{"/etc/sidecar.conf": "# generated at start\n[SERVICE]\n    Flush 1\n    Log_Level info\n"}
	}
	config := fmt.Sprintf("service: %s\nhttp:\n  port: 8080\n  timeout: 5s\nlogging:\n  level: info\n  format: json\nfeatures:\n  new_checkout: true\n", service)
	switch app {
	case world.Web:
		return map[string]string{
			"/etc/nginx/nginx.conf": "user nginx;\nworker_processes 2;\nevents { worker_connections 1024; }\nhttp {\n  include /etc/nginx/conf.d/*.conf;\n  access_log /dev/stdout;\n  error_log /dev/stderr warn;\n}\n",
			"/etc/nginx/conf.d/default.conf": "server {\n  listen 80;\n  location / { root /usr/share/nginx/html; }\n  location /healthz { return 200; }\n" +
				"  location /api/ { proxy_pass http://catalog.prod.internal:8080; }\n}\n",
			"/usr/share/nginx/html/index.html": "<!doctype html>\n<title>" + service + "</title>\n<h1>It works</h1>\n",
		}
	case world.Java:
		return map[string]string{
			"/app/app.jar":                "PK\x03\x04 " + service + "\x00",
			"/app/application.yml":        "spring:\n  application:\n    name: " + service + "\nserver:\n  port: 8080\nmanagement:\n  endpoints.web.exposure.include: health,metrics\n",
			"/app/logback-spring.xml":     "<configuration>\n  <root level=\"INFO\"/>\n</configuration>\n",
			"/opt/java/openjdk/release":   "JAVA_VERSION=\"21.0.5\"\nIMPLEMENTOR=\"Amazon.com Inc.\"\n",
			"/app/config/db.properties":   "pool.max=20\npool.timeout=3000\n",
			"/app/BOOT-INF/classpath.idx": "- \"BOOT-INF/lib/spring-core-6.1.14.jar\"\n",
		}
	case world.Node:
		return map[string]string{
			"/app/package.json":      fmt.Sprintf("{\n  \"name\": %q,\n  \"version\": \"4.2.0\",\n  \"main\": \"server.js\",\n  \"dependencies\": {\"fastify\": \"^5.1.0\", \"pino\": \"^9.5.0\"}\n}\n", service),
			"/app/server.js":         "const fastify = require('fastify')({ logger: true })\nfastify.get('/healthz', async () => ({ ok: true }))\nfastify.listen({ port: 3000, host: '0.0.0.0' })\n",
			"/app/config/default.js": "module.exports = { port: 3000, timeoutMs: 5000 }\n",
		}
	case world.Python:
		return map[string]string{
			"/app/app.py":           "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get('/healthz')\ndef healthz():\n    return {'ok': True}\n",
			"/app/requirements.txt": "flask==3.0.3\ngunicorn==23.0.0\nboto3==1.35.60\n",
			"/app/gunicorn.conf.py": "bind = '0.0.0.0:8000'\nworkers = 4\ntimeout = 30\n",
		}
	case world.Worker:
		return map[string]string{
			"/app/worker/__main__.py": "import os, time\n\nQUEUE = os.environ['SERVICE_NAME']\n\nwhile True:\n    job = take(QUEUE)\n    job.run()\n",
			"/app/requirements.txt":   "boto3==1.35.60\npydantic==2.9.2\n",
		}
	case world.Cache:
		return map[string]string{"/usr/local/etc/redis/redis.conf": "port 6379\nmaxmemory 2gb\nmaxmemory-policy allkeys-lru\nappendonly yes\n", "/data/appendonly.aof": ""}
	}
	return map[string]string{"/app/config.yml": config, "/app/migrations/0001_init.sql": "create table orders (id bigint primary key, total numeric not null);\n",
		"/app/migrations/0002_index.sql": "create index orders_total on orders (total);\n"}
}
