package logtext

import (
	"strings"
	"time"
)

var (
	// nginx writes access lines, and error lines of its own form.
	nginx = Program{
		kind: kNginx,
		Name: "nginx",
		format: func(w *writer, level, source, msg string, fields []field) {
			w.time("2006/01/02 15:04:05 [")
			w.s(map[string]string{"debug": "debug", "info": "notice", "warn": "warn", "error": "error", "fatal": "emerg"}[level], "] 1#1: ")
			w.s(msg)
			for _, f := range fields {
				w.s(", ", f.key, ": ")
				if f.isNum {
					w.plainNumber(f.num)
				} else {
					w.s(f.str)
				}
			}
			w.end()
		},
		write: nginxWork,
		boot: []step{
			sees(30*time.Millisecond, func(w *writer) {
				w.s("/docker-entrypoint.sh: Configuration complete; ready for start up")
				w.end()
			}),
			say(60*time.Millisecond, "info", "", "nginx/1.29.3"),
			say(70*time.Millisecond, "info", "", "start worker processes"),
		},
		stop: []step{say(5*time.Millisecond, "info", "", "signal 15 (SIGTERM) received, exiting")},
		ticks: []ticker{{10 * time.Second, func(w *writer) {
			q := request{method: "GET", path: "/healthz", status: 200, bytes: 2, ip: "10.0.1.7", agent: "ELB-HealthChecker/2.0", ms: 1}
			if w.sick(w.at) {
				q.status, q.bytes, q.ms = 503, 190, 5000
			}
			w.combined(q)
		}}},
	}
	// envoy is a sidecar: it speaks of the same requests in its own words.
	envoy = Program{
		kind: kEnvoy,
		Name: "envoy",
		format: func(w *writer, level, source, msg string, fields []field) {
			w.s("[")
			w.time("2006-01-02 15:04:05.000")
			w.s("][1][", level, "][", source, "] ", msg)
			w.logfmtFields(fields)
			w.end()
		},
		write: envoyWork,
		boot: []step{
			say(100*time.Millisecond, "info", "main", "initializing epoch 0 (base id=0, hot restart version=11.104)"),
			say(400*time.Millisecond, "info", "upstream", "cm init: all clusters initialized"),
			say(500*time.Millisecond, "info", "main", "all dependencies initialized. starting workers"),
		},
		stop: []step{say(20*time.Millisecond, "warn", "main", "caught ENVOY_SIGTERM")},
	}
)

// combined is an access line in the combined format with the time that it took.
func (w *writer) combined(q request) {
	w.s(q.ip, " - ")
	if q.user != "" && w.chance(0.3) {
		w.s(q.user)
	} else {
		w.s("-")
	}
	w.s(" [")
	w.time("02/Jan/2006:15:04:05 +0000")
	w.s(`] "`, q.method, " ", q.path, ` HTTP/1.1" `)
	w.d(q.status)
	w.s(" ")
	w.d(q.bytes)
	w.s(` "-" "`, q.agent, `" `)
	w.f(q.ms/1000, 3)
	w.end()
}

func nginxWork(w *writer) {
	q := w.request()
	switch w.n(6) {
	case 0, 1:
		q.path = "/assets/" + pick(&w.rng, []string{"app", "vendor", "chunk", "style"}) + "." + w.str(func() { w.hex(8) }) + pick(&w.rng, []string{".js", ".css", ".woff2", ".svg"})
		q.method, q.status = "GET", pick(&w.rng, []int{200, 200, 304})
		q.failure = ""
	case 2:
		if w.chance(0.1) {
			q.path, q.status, q.failure = pick(&w.rng, []string{"/.env", "/wp-login.php", "/.git/config", "/actuator/env"}), 404, ""
		}
	}
	if q.failure != "" {
		w.format("error", "", "upstream timed out (110: Connection timed out) while reading response header from upstream",
			text("client", q.ip), text("server", "_"), text("request", `"`+q.method+" "+q.path+` HTTP/1.1"`), text("upstream", `"http://127.0.0.1:8080`+q.path+`"`))
	}
	w.combined(q)
}

func envoyWork(w *writer) {
	q := w.request()
	w.s("[")
	w.time("2006-01-02T15:04:05.000Z")
	w.s(`] "`, q.method, " ", q.path, ` HTTP/1.1" `)
	w.d(q.status)
	flags := "-"
	switch {
	case q.status == 504:
		flags = "UT"
	case q.status == 503:
		flags = "UF,URX"
	}
	w.s(" ", flags, " 0 ")
	w.d(q.bytes)
	w.s(" ")
	w.d(int(q.ms) + 1)
	w.s(" ")
	w.d(int(q.ms))
	w.s(` "`, q.ip, `" "`, q.agent, `" "`, w.str(w.uuid), `" "`, w.Service, `" "127.0.0.1:8080"`)
	w.end()
}

var (
	// redis is a cache's own log.
	redis = Program{
		kind: kRedis,
		Name: "redis",
		format: func(w *writer, level, source, msg string, fields []field) {
			w.s("1:M ")
			w.time("02 Jan 2006 15:04:05.000 ")
			w.s(map[string]string{"debug": ".", "info": "*", "warn": "#", "error": "#", "fatal": "#"}[level], " ", msg)
			w.logfmtFields(fields)
			w.end()
		},
		write: func(w *writer) {
			switch w.n(4) {
			case 0:
				w.format("info", "", w.str(func() { w.d(w.between(10, 900)) })+" changes in 60 seconds. Saving...")
				w.format("info", "", "Background saving started by pid "+w.str(func() { w.d(w.between(20, 9000)) }))
			case 1:
				w.format("info", "", "DB saved on disk")
			case 2:
				w.format("info", "", "Fork CoW for RDB: current 1 MB, peak 1 MB, average 0 MB")
			default:
				w.format("debug", "", "DB 0: "+w.str(func() { w.d(w.between(9000, 12000)) })+" keys ("+w.str(func() { w.d(w.between(100, 900)) })+" volatile) in 16384 slots HT.")
			}
		},
		boot: []step{
			say(10*time.Millisecond, "info", "", "oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo"),
			say(12*time.Millisecond, "warn", "", "WARNING Memory overcommit must be enabled!"),
			say(40*time.Millisecond, "info", "", "Ready to accept connections tcp"),
		},
		stop: []step{say(2*time.Millisecond, "warn", "", "User requested shutdown..."), say(60*time.Millisecond, "warn", "", "Redis is now ready to exit, bye bye...")},
	}
	// fluentBit is the log router of FireLens.
	fluentBit = Program{
		kind: kFluentBit,
		Name: "fluent-bit",
		format: func(w *writer, level, source, msg string, fields []field) {
			w.s("[")
			w.time("2006/01/02 15:04:05")
			w.s("] [", strings.Repeat(" ", max(0, 5-len(level))), level, "] [", source, "] ", msg)
			w.logfmtFields(fields)
			w.end()
		},
		write: func(w *writer) {
			switch w.n(5) {
			case 0:
				w.format("warn", "engine", "failed to flush chunk '1-"+w.str(func() { w.d(int(w.at / 1000)) })+".flb', retry in "+w.str(func() { w.d(w.between(5, 20)) })+" seconds: task_id=0, input=forward.1 > output=cloudwatch_logs.1 (out_id=1)")
			default:
				w.format("info", "output:cloudwatch_logs:cloudwatch_logs.1", "Sent "+w.str(func() { w.d(w.between(1, 400)) })+" events to CloudWatch")
			}
		},
		boot: []step{
			say(60*time.Millisecond, "info", "fluent bit", "version=1.9.10, commit=, pid=1"),
			say(80*time.Millisecond, "info", "input:forward:forward.1", "listening on unix:///var/run/fluent.sock"),
			say(120*time.Millisecond, "info", "sp", "stream processor started"),
		},
		stop: []step{say(10*time.Millisecond, "warn", "engine", "service will shutdown in max 5 seconds")},
	}
	// collector is an OpenTelemetry collector: console format with tabs.
	collector = Program{
		kind: kCollector,
		Name: "otel-collector",
		format: func(w *writer, level, source, msg string, fields []field) {
			w.time("2006-01-02T15:04:05.000Z")
			w.s("\t", level, "\t", source, "\t", msg, "\t{\"resource\": {\"service.name\": \"aws-otel-collector\"}")
			for _, f := range fields {
				w.s(`, "`, f.key, `": `)
				if f.isNum {
					w.plainNumber(f.num)
				} else {
					w.quoted(f.str)
				}
			}
			w.s("}")
			w.end()
		},
		write: func(w *writer) {
			if w.chance(0.2) {
				w.format("warn", "internal/retry_sender.go:133", "Exporting failed. Will retry the request after interval.", text("error", "rpc error: code = Unavailable desc = connection refused"), text("interval", w.str(func() { w.f(w.around(4, 0.3), 3) })+"s"))
				return
			}
			w.format("info", "batchprocessor/batch.go:211", "batch sent", number("spans", float64(w.between(1, 512))), number("metrics", float64(w.between(0, 64))))
		},
		boot: []step{say(300*time.Millisecond, "info", "service/service.go:193", "Everything is ready. Begin running and processing data.")},
		stop: []step{say(10*time.Millisecond, "info", "otelcol/collector.go:358", "Received signal from OS", text("signal", "terminated"))},
	}
	// agent runs once on each instance.
	agent = Program{
		kind:   kAgent,
		Name:   "agent",
		format: goLogfmt.format,
		write: func(w *writer) {
			switch w.n(4) {
			case 0:
				w.format("debug", "collector.go:169", "collector succeeded", text("name", pick(&w.rng, []string{"cpu", "diskstats", "filesystem", "netdev", "meminfo"})), number("duration_seconds", w.unit()/100))
			case 1:
				w.format("warn", "filesystem.go:88", "statfs failed", text("mountpoint", "/host/var/lib/docker/overlay2/"+w.str(func() { w.hex(12) })), text("err", "permission denied"))
			default:
				w.format("info", "scrape.go:40", "scraped", number("samples", float64(w.between(400, 1900))), number("took_ms", round(w.around(30, 0.5))))
			}
		},
		boot: []step{say(50*time.Millisecond, "info", "main.go:112", "agent started"), say(80*time.Millisecond, "info", "tls_config.go:350", "Listening on [::]:9100")},
		stop: []step{say(5*time.Millisecond, "info", "main.go:140", "caught signal, stopping")},
	}
)
