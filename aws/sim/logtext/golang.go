package logtext

import (
	"strings"
	"time"
)

// Three ways in which services written in Go log: JSON lines, logfmt, plain text.
var (
	goJSON = Program{
		kind: kGoJSON,
		Name: "go-json",
		format: func(w *writer, level, source, msg string, fields []field) {
			w.s(`{"time":"`)
			w.time("2006-01-02T15:04:05.000000Z07:00")
			w.s(`","level":"`, strings.ToUpper(level), `","msg":`)
			w.quoted(msg)
			w.s(`,"service":"`, w.Service, `","source":"`, source, `"`)
			w.jsonFields(fields)
			w.s("}")
			w.end()
		},
		write: goWork,
		boot:  goBoot, stop: goStop,
		ticks: []ticker{{30 * time.Second, goHealth}, {time.Minute, goPool}},
	}
	goLogfmt = Program{
		kind: kGoLogfmt,
		Name: "go-logfmt",
		format: func(w *writer, level, source, msg string, fields []field) {
			w.s("ts=")
			w.time("2006-01-02T15:04:05.000Z")
			w.s(" level=", level, " caller=", source, " msg=")
			w.quoted(msg)
			w.logfmtFields(fields)
			w.end()
		},
		write: goWork,
		boot:  goBoot, stop: goStop,
		ticks: []ticker{{30 * time.Second, goHealth}, {time.Minute, goPool}},
	}
	goPlain = Program{
		kind: kGoPlain,
		Name: "go-plain",
		format: func(w *writer, level, source, msg string, fields []field) {
			w.time("2006/01/02 15:04:05.000000 ")
			w.s(source, ": ")
			if level != "info" {
				w.s("[", strings.ToUpper(level), "] ")
			}
			w.s(msg)
			w.logfmtFields(fields)
			w.end()
		},
		write: goWork,
		boot:  goBoot, stop: goStop,
		ticks: []ticker{{30 * time.Second, goHealth}},
	}
)

func (w *writer) jsonFields(fields []field) {
	for _, f := range fields {
		w.s(`,"`, f.key, `":`)
		if f.isNum {
			w.plainNumber(f.num)
		} else {
			w.quoted(f.str)
		}
	}
}

func (w *writer) logfmtFields(fields []field) {
	for _, f := range fields {
		w.s(" ", f.key, "=")
		switch {
		case f.isNum:
			w.plainNumber(f.num)
		case strings.ContainsAny(f.str, " \"=") || f.str == "":
			w.quoted(f.str)
		default:
			w.s(f.str)
		}
	}
}

var goBoot = []step{
	sees(40*time.Millisecond, func(w *writer) {
		w.format("info", "main.go:41", "starting", text("version", version(w)), text("go", "go1.26.3"), number("gomaxprocs", 2))
	}),
	say(90*time.Millisecond, "info", "config.go:88", "configuration loaded from environment"),
	sees(310*time.Millisecond, func(w *writer) {
		w.format("info", "db.go:57", "connected to database", text("host", database(w.Service)), number("pool_max", 20))
	}),
	sees(820*time.Millisecond, func(w *writer) {
		w.format("info", "server.go:112", "listening", text("addr", ":8080"))
	}),
}

var goStop = []step{
	say(5*time.Millisecond, "info", "main.go:97", "received SIGTERM, shutting down"),
	sees(30*time.Millisecond, func(w *writer) {
		w.format("info", "server.go:140", "draining connections", number("open", float64(w.between(1, 30))))
	}),
	say(1800*time.Millisecond, "info", "main.go:104", "bye"),
}

func goHealth(w *writer) {
	if w.sick(w.at) {
		w.format("error", "health.go:31", "health check failed", text("error", "context deadline exceeded"), number("duration_ms", 5000))
		return
	}
	w.format("debug", "health.go:28", "health check ok", number("duration_ms", float64(w.between(1, 6))))
}

func goPool(w *writer) {
	w.format("info", "db.go:131", "connection pool", number("open", float64(w.between(6, 20))), number("in_use", float64(w.between(1, 6))), number("waited", float64(w.n(3))))
}

// goWork is what a request leaves in the log.
func goWork(w *writer) {
	if w.chance(0.12) {
		goAside(w)
		return
	}
	q := w.request()
	fields := append(make([]field, 0, 9), text("method", q.method), text("path", q.path), number("status", float64(q.status)),
		number("duration_ms", round(q.ms)), number("bytes", float64(q.bytes)), text("user", q.user), text("ip", q.ip), text("trace_id", q.trace))
	msg := "request"
	if q.failure != "" {
		fields = append(fields, text("error", q.failure))
		msg = "request failed"
	}
	w.format(level(q.status), "http.go:74", msg, fields...)
	if q.status == 500 && w.chance(0.15) {
		goPanic(w, q)
	}
}

func goAside(w *writer) {
	noun := w.noun()
	switch w.n(6) {
	case 0:
		w.format("debug", "cache.go:52", "cache miss", text("key", noun+":"+w.str(func() { w.d(w.between(1000, 99999)) })))
	case 1:
		w.format("info", "events.go:90", strings.TrimSuffix(noun, "s")+" "+pick(&w.rng, actions), number("id", float64(w.between(1000, 999999))), text("trace_id", w.trace()))
	case 2:
		w.format("warn", "db.go:203", "slow query", text("table", pick(&w.rng, tables)), number("duration_ms", round(w.around(900, 0.4))), number("rows", float64(w.between(1, 5000))))
	case 3:
		w.format("debug", "auth.go:66", "token verified", text("sub", pick(&w.rng, firstNames)+"@example.com"), number("expires_in", float64(w.between(60, 3600))))
	case 4:
		w.format("warn", "client.go:118", "retrying", text("upstream", pick(&w.rng, nouns)+".internal:8080"), number("attempt", float64(w.between(2, 4))), text("error", "connection reset by peer"))
	default:
		w.format("info", "jobs.go:44", "job done", text("queue", pick(&w.rng, queues)), number("took_ms", round(w.around(140, 0.8))))
	}
}

// goPanic is a panic that a server recovered from: many lines.
func goPanic(w *writer, q request) {
	w.time("2006/01/02 15:04:05 ")
	w.s("http: panic serving 10.0.")
	w.d(w.n(4))
	w.s(".")
	w.d(w.between(4, 250))
	w.s(":")
	w.d(w.between(30000, 60000))
	w.s(": runtime error: invalid memory address or nil pointer dereference")
	w.nl()
	w.s("goroutine ")
	w.d(w.between(200, 90000))
	w.s(" [running]:")
	w.nl()
	frame := func(fn, file string, line int) {
		w.s(fn)
		w.nl()
		w.s("\t", file, ":")
		w.d(line)
		w.s(" +0x")
		w.hex(2)
		w.nl()
	}
	frame("net/http.(*conn).serve.func1()", "/usr/local/go/src/net/http/server.go", 1947)
	frame("panic({0x9c41e0?, 0x10f5a30?})", "/usr/local/go/src/runtime/panic.go", 792)
	frame("example.com/"+w.Service+"/internal/store.(*Store).Get(0x0, {0xb8f2c8, 0xc000412de0}, 0x1f)", "/src/internal/store/store.go", w.between(40, 240))
	frame("example.com/"+w.Service+"/internal/api.(*Handler).ServeHTTP(0xc0001b6000, {0xb8e1a0, 0xc0002a40e0}, 0xc000318500)", "/src/internal/api/handler.go", w.between(40, 240))
	frame("net/http.serverHandler.ServeHTTP({0xc00011c0c0?}, {0xb8e1a0?, 0xc0002a40e0?}, 0x6?)", "/usr/local/go/src/net/http/server.go", 3301)
	w.s("created by net/http.(*Server).Serve in goroutine 1")
	w.nl()
	w.s("\t/usr/local/go/src/net/http/server.go:3454 +0x485")
	w.end()
}

func round(ms float64) float64 { return float64(int(ms*100)) / 100 }

// version of the program: the same for all tasks of a revision is near enough.
func version(w *writer) string {
	h := hash(w.Service)
	return "2026.11." + string(rune('0'+h%10)) + "-" + w.TaskID[:min(7, len(w.TaskID))]
}

func database(service string) string { return service + "-db.cluster-c9akciq32.internal:5432" }
