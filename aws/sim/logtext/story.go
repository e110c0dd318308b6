package logtext

import (
	"strconv"
	"time"

	"ecsole/aws/sim/world"
)

// storyTicks is what goes wrong, said at regular times by the application itself.
func (s *Stream) storyTicks(add func(number int, t ticker)) {
	if !s.own() {
		return
	}
	if s.Facts.Leak != nil {
		add(40, ticker{10 * time.Second, heapLine})
		add(41, ticker{3 * time.Second, heapTrouble})
	}
	if !s.Facts.Unhealthy.IsZero() {
		add(42, ticker{10 * time.Second, probeFails})
	}
	if s.Facts.Dependency != "" {
		add(43, ticker{7 * time.Second, dependencyLine})
	}
	if m := s.Facts.Miner; m != nil && m.Container == s.Container {
		add(44, ticker{9 * time.Second, minerShare})
		add(45, ticker{60 * time.Second, minerSpeed})
	}
	if s.Hostile {
		add(46, ticker{4 * time.Second, hostile})
	}
}

const heapLimitMB = 1024

// heapLine says how much memory is in use; with a leak it grows line by line.
func heapLine(w *writer) {
	used := int(w.memory(w.at) / 100 * heapLimitMB)
	level, msg := "info", "heap"
	if used > heapLimitMB*85/100 {
		level, msg = "warn", "heap usage is high"
	}
	w.format(level, w.source("memory"), msg, number("heap_used_mb", float64(used)), number("heap_max_mb", heapLimitMB),
		number("gc_pause_ms", round(w.around(8+float64(used)/60, 0.3))), number("sessions_cached", float64(used*137)))
}

// heapTrouble is heard in the last twentieth before memory is full.
func heapTrouble(w *writer) {
	m := w.memory(w.at)
	switch {
	case m < 95:
		return
	case w.Program.kind == kSpring && m < 99.5:
		w.format("warn", "com.zaxxer.hikari.pool.HikariPool", "HikariPool-1 - Thread starvation or clock leap detected (housekeeper delta=3s"+strconv.Itoa(w.n(900))+"ms).")
	case w.Program.kind == kSpring:
		w.springHead("error", "o.a.c.c.C.[.[.[/].[dispatcherServlet]")
		w.s("Servlet.service() for servlet [dispatcherServlet] threw exception [Handler dispatch failed: java.lang.OutOfMemoryError: Java heap space] with root cause")
		w.nl()
		w.s("java.lang.OutOfMemoryError: Java heap space")
		w.nl()
		w.s("\tat java.base/java.util.Arrays.copyOf(Arrays.java:3537)")
		w.nl()
		w.s("\tat com.example.", w.Service, ".cache.SessionCache.put(SessionCache.java:88)")
		w.end()
	case w.Program.kind == kNodeJSON || w.Program.kind == kNodeColour:
		if m > 99.5 {
			w.s("FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory")
			w.nl()
			w.s("----- Native stack trace -----")
			w.end()
			return
		}
		w.format("error", w.source("memory"), "allocation is slow, collecting", number("heap_used_mb", round(m/100*heapLimitMB)))
	case m > 99.5:
		w.format("error", w.source("memory"), "out of memory: cannot allocate session buffer", number("requested_bytes", 4194304))
	default:
		w.format("warn", w.source("memory"), "memory is nearly exhausted", number("heap_used_mb", round(m/100*heapLimitMB)))
	}
}

// source is where a line of the story comes from, in the program's own manner.
func (w *writer) source(part string) string {
	switch w.Program.kind {
	case kSpring:
		return "c.example." + part + "." + title(part) + "Monitor"
	case kGoJSON, kGoLogfmt, kGoPlain:
		return part + ".go:77"
	case kGunicorn:
		return "app." + part
	case kCelery:
		return "MainProcess"
	}
	return part
}

// probeFails is a health check that is not answered in time.
func probeFails(w *writer) {
	if !w.sick(w.at) {
		return
	}
	if w.Program.kind == kNginx {
		w.format("error", "", "upstream timed out (110: Connection timed out) while connecting to upstream", text("request", `"GET /healthz HTTP/1.1"`), text("upstream", `"http://127.0.0.1:8080/healthz"`))
		return
	}
	w.format("error", w.source("health"), "GET /healthz timed out after 5s", number("waiting_requests", float64(w.between(180, 900))), number("pool_in_use", 20), number("pool_max", 20))
}

func dependencyLine(w *writer) {
	dep := w.Facts.Dependency
	switch w.n(3) {
	case 0:
		w.format("error", w.source("client"), "timeout waiting for "+dep, number("attempt", float64(w.between(1, 5))), number("elapsed_ms", 5000+float64(w.n(60))), text("trace_id", w.trace()))
	case 1:
		w.format("warn", w.source("breaker"), "circuit breaker is open", text("dependency", dep), number("failures", float64(w.between(20, 90))))
	default:
		w.format("error", w.source("client"), "cannot reach "+dep+": i/o timeout", text("trace_id", w.trace()))
	}
}

// crashLines are a program's last words.
func crashLines(w *writer, c *world.CrashFacts) {
	msg := c.Message
	if msg == "" {
		msg = "required setting DATABASE_URL is not set"
	}
	switch w.Program.kind {
	case kSpring:
		w.format("error", "main.o.s.b.d.LoggingFailureAnalysisReporter", "")
		w.s("***************************")
		w.nl()
		w.s("APPLICATION FAILED TO START")
		w.nl()
		w.s("***************************")
		w.nl()
		w.s("Description:")
		w.nl()
		w.s(msg)
		w.end()
	case kGunicorn, kCelery:
		w.s("Traceback (most recent call last):")
		w.nl()
		w.s(`  File "/srv/app/config.py", line 31, in <module>`)
		w.nl()
		w.s(`    settings = load(os.environ)`)
		w.nl()
		w.s("ConfigurationError: ", msg)
		w.end()
	case kNodeJSON, kNodeColour:
		w.format("fatal", "bootstrap", msg)
		w.s("Error: ", msg)
		w.nl()
		w.s("    at loadConfig (/app/dist/config.js:42:11)")
		w.nl()
		w.s("    at bootstrap (/app/dist/main.js:18:20)")
		w.nl()
		w.s("Node.js v24.9.0")
		w.end()
	case kGoPlain:
		w.s("panic: ", msg)
		w.nl()
		w.s("goroutine 1 [running]:")
		w.nl()
		w.s("main.main()")
		w.nl()
		w.s("\t/src/main.go:52 +0x1d4")
		w.nl()
		w.s("exit status ", strconv.Itoa(c.Code))
		w.end()
	default:
		w.format("fatal", w.source("config"), msg)
		w.format("error", w.source("main"), "exiting", number("code", float64(c.Code)))
	}
}

// A miner says what it does, into the log of the container that it got into.
var minerBoot = []step{
	sees(0, func(w *writer) {
		m := w.Facts.Miner
		w.s("sh: ", m.Path, ": starting")
		w.end()
	}),
	sees(400*time.Millisecond, func(w *writer) {
		minerHead(w, " * ABOUT        XMRig/6.24.0 gcc/13.2.1 (built for Linux x86-64, 64 bit)")
	}),
	sees(410*time.Millisecond, func(w *writer) { minerHead(w, " * CPU          Intel(R) Xeon(R) Platinum 8375C (1) 64-bit AES") }),
	sees(420*time.Millisecond, func(w *writer) {
		minerHead(w, " * POOL #1      stratum+tcp://"+w.Facts.Miner.Pool+" algo auto")
	}),
	sees(1200*time.Millisecond, func(w *writer) {
		minerLine(w, "net", "use pool "+w.Facts.Miner.Pool+" "+w.Facts.Miner.PoolIP)
	}),
	sees(1500*time.Millisecond, func(w *writer) {
		minerLine(w, "net", `{"id":1,"jsonrpc":"2.0","method":"login","params":{"login":"48edfHu7V9Z84YzzMa6fUueoELZ9ZRXq","pass":"x","agent":"XMRig/6.24.0","algo":["rx/0"]}}`)
	}),
}

func minerHead(w *writer, s string) { w.s("\x1b[1;32m", s[:2], "\x1b[0m", s[2:]); w.end() }

func minerLine(w *writer, part, msg string) {
	w.s("[")
	w.time("2006-01-02 15:04:05.000")
	w.s("]  ", part, "      ", msg)
	w.end()
}

func minerRuns(w *writer) bool { return w.at >= w.Facts.Miner.Since.UnixMilli()+2000 }

func minerShare(w *writer) {
	if !minerRuns(w) {
		return
	}
	if w.n(3) == 0 {
		minerLine(w, "net", "new job from "+w.Facts.Miner.Pool+" diff "+strconv.Itoa(w.between(50000, 120000))+" algo rx/0 height "+strconv.Itoa(3400000+int(w.at/120000)%100000))
		return
	}
	minerLine(w, "cpu", "accepted ("+strconv.Itoa(int(w.at/9000)%5000)+"/0) diff "+strconv.Itoa(w.between(50000, 120000))+" ("+strconv.Itoa(w.between(20, 90))+" ms)")
}

func minerSpeed(w *writer) {
	if minerRuns(w) {
		minerLine(w, "miner", "speed 10s/60s/15m 742."+strconv.Itoa(w.n(10))+" 739."+strconv.Itoa(w.n(10))+" 741."+strconv.Itoa(w.n(10))+" H/s max 766.2 H/s")
	}
}

// hostile is text that somebody else chose and a program logs as it is: it tries
// to move the cursor, set the title, ask the terminal for answers, reverse the
// direction of writing, or is no text at all.
func hostile(w *writer) {
	attacks := []string{
		"\x1b[2J\x1b[Hall your logs are gone",
		"\x1b]0;pwned\x07\x1b]52;c;cm0gLXJmIH4K\x07",
		"\x1b[6n\x1b[c\x1bP$q\"p\x1b\\",
		"\x1b[8m hidden text \x1b[28m and \x1b[5;7mblinking\x1b[0m",
		"user \u202Egnp.exe\u202C uploaded \u2066invoice\u2069.pdf",
		"zero\u200Bwidth\u200D and \uFEFFmarks",
		"broken utf-8: \xff\xfe\xc3\x28 and \xe2\x82",
		"bell\x07 back\x08space carriage\rOVERWRITTEN tab\there \x7f",
		"C1 controls: \u009b31m and \u0085 and \u0090q",
		"{\"level\":\"error\",\"msg\":\"unterminated",
		"a line of many marks: Z" + "\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324" + "algo",
		"\x1b[?1049l\x1b[?1000h\x1b[?25l",
		"%s%s%n $(reboot) `id` ; rm -rf / #",
		"wide: 漢字かな交じり文 emoji: 👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪",
	}
	a := pick(&w.rng, attacks)
	if w.chance(0.05) {
		// One very long line, as somebody's upload.
		for range 2000 {
			w.s("AAAA+/8=")
		}
		w.end()
		return
	}
	w.format("info", w.source("comments"), "new comment: "+a)
	if w.chance(0.5) {
		w.s(a)
		w.end()
	}
}
