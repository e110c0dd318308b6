package logtext

import (
	"strings"
	"time"
)

var (
	// nodeJSON logs as pino does: levels are numbers, times are milliseconds.
	nodeJSON = Program{
		kind: kNodeJSON,
		Name: "node-json",
		format: func(w *writer, level, source, msg string, fields []field) {
			w.s(`{"level":`)
			w.d(map[string]int{"debug": 20, "info": 30, "warn": 40, "error": 50, "fatal": 60}[level])
			w.s(`,"time":`)
			w.d(int(w.at))
			w.s(`,"pid":1,"hostname":"`, w.Host, `","name":"`, source, `"`)
			w.jsonFields(fields)
			w.s(`,"msg":`)
			w.quoted(msg)
			w.s("}")
			w.end()
		},
		write: nodeWork,
		boot:  nodeBoot, stop: nodeStop,
		ticks: []ticker{{20 * time.Second, nodeLag}},
	}
	// nodeColour is meant for a terminal: it colours its lines.
	nodeColour = Program{
		kind: kNodeColour,
		Name: "node-colour",
		format: func(w *writer, level, source, msg string, fields []field) {
			colour := map[string]string{"debug": "\x1b[90m", "info": "\x1b[32m", "warn": "\x1b[33m", "error": "\x1b[31m", "fatal": "\x1b[1;41;97m"}[level]
			w.s("\x1b[2m")
			w.time("15:04:05.000")
			w.s("\x1b[0m ", colour, strings.ToUpper(level), "\x1b[0m \x1b[36m", source, "\x1b[39m ", msg)
			for _, f := range fields {
				w.s(" \x1b[35m", f.key, "\x1b[0m=")
				if f.isNum {
					w.s("\x1b[33m")
					w.plainNumber(f.num)
					w.s("\x1b[0m")
				} else {
					w.s(f.str)
				}
			}
			w.end()
		},
		write: nodeWork,
		boot:  nodeBoot, stop: nodeStop,
		ticks: []ticker{{20 * time.Second, nodeLag}},
	}
)

var nodeBoot = []step{
	sees(300*time.Millisecond, func(w *writer) {
		w.s("> ", w.Service, "@3.", string(rune('0'+hash(w.Service)%10)), ".1 start")
		w.nl()
		w.s("> node --enable-source-maps dist/main.js")
		w.end()
	}),
	say(900*time.Millisecond, "info", "bootstrap", "loading modules"),
	sees(1400*time.Millisecond, func(w *writer) {
		w.s(`(node:1) [DEP0040] DeprecationWarning: The 'punycode' module is deprecated. Please use a userland alternative instead.`)
		w.nl()
		w.s("(Use `node --trace-deprecation ...` to show where the warning was created)")
		w.end()
	}),
	sees(2100*time.Millisecond, func(w *writer) {
		w.format("info", "http", "Server listening at http://0.0.0.0:3000", number("startup_ms", 2063))
	}),
}

var nodeStop = []step{
	say(8*time.Millisecond, "warn", "bootstrap", "SIGTERM received, closing server"),
	say(600*time.Millisecond, "info", "bootstrap", "closed"),
}

func nodeLag(w *writer) {
	lag := w.around(4, 0.6)
	if m := w.memory(w.at); m > 85 {
		lag *= m - 80
	}
	w.format("debug", "metrics", "event loop", number("lag_ms", round(lag)), number("handles", float64(w.between(20, 120))))
}

func nodeWork(w *writer) {
	if w.chance(0.15) {
		nodeAside(w)
		return
	}
	q := w.request()
	if w.Program.kind == kNodeColour {
		w.format(level(q.status), "http", q.method+" "+q.path, number("status", float64(q.status)), number("ms", round(q.ms)), text("req", q.trace[:8]))
	} else {
		w.s(`{"level":`)
		w.d(map[string]int{"info": 30, "warn": 40, "error": 50}[level(q.status)])
		w.s(`,"time":`)
		w.d(int(w.at))
		w.s(`,"pid":1,"hostname":"`, w.Host, `","req":{"id":"req-`)
		w.d(w.between(1, 99999))
		w.s(`","method":"`, q.method, `","url":"`, q.path, `","remoteAddress":"`, q.ip, `"},"res":{"statusCode":`)
		w.d(q.status)
		w.s(`},"responseTime":`)
		w.f(q.ms, 3)
		w.s(`,"trace_id":"`, q.trace, `","user":{"id":"`)
		w.d(w.between(1, 4000))
		w.s(`","name":"`, q.user, `"},"msg":"request `)
		if q.status >= 500 {
			w.s("errored")
		} else {
			w.s("completed")
		}
		w.s(`"}`)
		w.end()
	}
	if q.status >= 500 && w.chance(0.4) {
		nodeError(w, q)
	}
}

// nodeError is an error with its stack; in JSON it is one line with \n inside.
func nodeError(w *writer, q request) {
	kind := "Error"
	if w.Facts.Dependency != "" {
		kind = "TimeoutError"
	}
	stack := kind + ": " + q.failure + "\n    at Socket.onTimeout (/app/node_modules/undici/lib/core/util.js:341:28)\n" +
		"    at " + title(w.noun()) + "Service.load (/app/src/" + w.noun() + ".service.ts:" + w.str(func() { w.d(w.between(20, 300)) }) + ":17)\n" +
		"    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)\n" +
		"    at async /app/node_modules/fastify/lib/handleRequest.js:128:7"
	if w.Program.kind == kNodeJSON {
		w.format("error", "http", q.failure, text("err.type", kind), text("err.stack", stack), text("trace_id", q.trace))
		return
	}
	for i, line := range strings.Split(stack, "\n") {
		if i > 0 {
			w.nl()
		}
		w.s(line)
	}
	w.end()
}

func nodeAside(w *writer) {
	switch w.n(5) {
	case 0:
		w.format("debug", "cache", "hit", text("key", w.noun()+":"+pick(&w.rng, firstNames)), number("ttl", float64(w.between(1, 600))))
	case 1:
		w.format("info", "mailer", "mail queued", text("to", pick(&w.rng, firstNames)+"@example.org"), text("template", pick(&w.rng, queues)))
	case 2:
		w.format("warn", "validation", "rejected payload", text("field", pick(&w.rng, []string{"email", "quantity", "postcode", "iban"})), text("city", pick(&w.rng, cities)))
	case 3:
		w.format("info", "events", "published", text("topic", w.noun()+"."+pick(&w.rng, actions)), number("partition", float64(w.n(12))), number("offset", float64(w.at/97)))
	default:
		w.format("debug", "session", "renewed", text("user", pick(&w.rng, firstNames)))
	}
}
