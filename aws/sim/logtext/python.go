package logtext

import (
	"strings"
	"time"
)

var (
	// gunicorn serves with Python: text, access lines, tracebacks.
	gunicorn = Program{
		kind: kGunicorn,
		Name: "gunicorn",
		format: func(w *writer, level, source, msg string, fields []field) {
			w.time("2006-01-02 15:04:05,000 ")
			w.s(strings.ToUpper(pyLevel(level)), " [", source, "] ", msg)
			w.logfmtFields(fields)
			w.end()
		},
		write: gunicornWork,
		boot: []step{
			sees(500*time.Millisecond, func(w *writer) { w.gunicornLine("Starting gunicorn 23.0.0") }),
			sees(520*time.Millisecond, func(w *writer) { w.gunicornLine("Listening at: http://0.0.0.0:8000 (1)") }),
			sees(560*time.Millisecond, func(w *writer) { w.gunicornLine("Booting worker with pid: 7") }),
			sees(570*time.Millisecond, func(w *writer) { w.gunicornLine("Booting worker with pid: 8") }),
			say(1900*time.Millisecond, "info", "app.startup", "application ready"),
		},
		stop: []step{
			sees(5*time.Millisecond, func(w *writer) { w.gunicornLine("Handling signal: term") }),
			sees(400*time.Millisecond, func(w *writer) { w.gunicornLine("Worker exiting (pid: 8)") }),
			sees(700*time.Millisecond, func(w *writer) { w.gunicornLine("Shutting down: Master") }),
		},
	}
	// celery takes jobs from a queue.
	celery = Program{
		kind: kCelery,
		Name: "celery",
		format: func(w *writer, level, source, msg string, fields []field) {
			w.s("[")
			w.time("2006-01-02 15:04:05,000")
			w.s(": ", strings.ToUpper(pyLevel(level)), "/", source, "] ", msg)
			w.logfmtFields(fields)
			w.end()
		},
		write: celeryWork,
		boot: []step{
			say(800*time.Millisecond, "info", "MainProcess", "Connected to redis://queue.internal:6379/0"),
			say(950*time.Millisecond, "info", "MainProcess", "mingle: searching for neighbors"),
			say(2*time.Second, "info", "MainProcess", "mingle: all alone"),
			sees(2100*time.Millisecond, func(w *writer) { w.format("info", "MainProcess", "celery@"+w.Host+" ready.") }),
		},
		stop: []step{
			sees(10*time.Millisecond, func(w *writer) { w.s("worker: Warm shutdown (MainProcess)"); w.end() }),
		},
		ticks: []ticker{{15 * time.Second, func(w *writer) {
			w.format("debug", "MainProcess", "queue depth", number("pending", float64(w.between(0, 240))), text("queue", queues[hash(w.Service)%uint64(len(queues))]))
		}}},
	}
)

func pyLevel(level string) string {
	switch level {
	case "warn":
		return "warning"
	case "fatal":
		return "critical"
	}
	return level
}

func (w *writer) gunicornLine(msg string) {
	w.s("[")
	w.time("2006-01-02 15:04:05 +0000")
	w.s("] [1] [INFO] ", msg)
	w.end()
}

func gunicornWork(w *writer) {
	if w.chance(0.25) {
		w.format("info", "app."+w.noun(), strings.TrimSuffix(w.noun(), "s")+" "+pick(&w.rng, actions), number("id", float64(w.between(1, 99999))), text("city", pick(&w.rng, cities)))
		return
	}
	q := w.request()
	if q.status == 500 || q.status >= 500 && w.chance(0.3) {
		w.format("error", "app.errors", "Exception on "+q.path+" ["+q.method+"]")
		traceback(w, q)
	}
	w.s(q.ip, " - - [")
	w.time("02/Jan/2006:15:04:05 +0000")
	w.s(`] "`, q.method, " ", q.path, ` HTTP/1.1" `)
	w.d(q.status)
	w.s(" ")
	w.d(q.bytes)
	w.s(` "-" "`, q.agent, `"`)
	w.end()
}

// traceback is Python's account of an exception; the newest call comes last.
func traceback(w *writer, q request) {
	w.s("Traceback (most recent call last):")
	w.nl()
	frame := func(file, fn, code string) {
		w.s(`  File "`, file, `", line `)
		w.d(w.between(12, 900))
		w.s(", in ", fn)
		w.nl()
		w.s("    ", code)
		w.nl()
	}
	frame("/usr/local/lib/python3.13/site-packages/flask/app.py", "full_dispatch_request", "rv = self.dispatch_request()")
	frame("/srv/app/views/"+w.noun()+".py", "detail", "item = repo.get(item_id)")
	if w.chance(0.5) {
		frame("/srv/app/repo.py", "get", "row = self.pool.execute(QUERY, (item_id,)).fetchone()")
	}
	if dep := w.Facts.Dependency; dep != "" {
		w.s("psycopg.OperationalError: connection timeout expired: ", dep)
	} else {
		w.s(pick(&w.rng, []string{"KeyError: 'currency'", "TypeError: 'NoneType' object is not subscriptable", "RuntimeError: " + q.failure}))
	}
	w.end()
}

func celeryWork(w *writer) {
	task := "tasks." + queues[hash(w.Service)%uint64(len(queues))] + "." + pick(&w.rng, []string{"send", "render", "sync", "cleanup"})
	id := w.str(w.uuid)
	process := "ForkPoolWorker-" + w.str(func() { w.d(w.between(1, 4)) })
	rate := w.Facts.ErrorRate
	switch {
	case w.chance(rate):
		why := "ConnectionError('reset by peer')"
		if dep := w.Facts.Dependency; dep != "" {
			why = "TimeoutError('timed out waiting for " + dep + "')"
		}
		w.format("error", process, "Task "+task+"["+id+"] raised unexpected: "+why)
		if w.chance(0.6) {
			traceback(w, request{failure: why})
		}
	case w.chance(0.45):
		w.format("info", "MainProcess", "Task "+task+"["+id+"] received")
	default:
		w.format("info", process, "Task "+task+"["+id+"] succeeded in "+w.str(func() { w.f(w.around(0.8, 0.9), 6) })+"s: None")
	}
}
