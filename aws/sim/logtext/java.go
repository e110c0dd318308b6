package logtext

import (
	"strings"
	"time"
)

// spring logs as Spring Boot does: columns of text, and stack traces.
var spring = Program{
	kind: kSpring,
	Name: "spring",
	format: func(w *writer, level, source, msg string, fields []field) {
		w.springHead(level, source)
		w.s(msg)
		w.logfmtFields(fields)
		w.end()
	},
	write: springWork,
	boot: []step{
		sees(900*time.Millisecond, springBanner),
		sees(1100*time.Millisecond, func(w *writer) {
			w.format("info", "main."+title(w.Service)+"Application", "Starting application using Java 21.0.9 with PID 1 (/app/app.jar started by app in /app)")
		}),
		say(3200*time.Millisecond, "info", "com.zaxxer.hikari.HikariDataSource", "HikariPool-1 - Starting..."),
		say(3900*time.Millisecond, "info", "com.zaxxer.hikari.HikariDataSource", "HikariPool-1 - Start completed."),
		say(5200*time.Millisecond, "info", "o.f.core.internal.command.DbMigrate", `Schema "public" is up to date. No migration necessary.`),
		say(7800*time.Millisecond, "info", "o.s.b.w.embedded.tomcat.TomcatWebServer", "Tomcat started on port 8080 (http) with context path '/'"),
		sees(7900*time.Millisecond, func(w *writer) {
			w.format("info", "main."+title(w.Service)+"Application", "Started application in 7.212 seconds (process running for 7.9)")
		}),
	},
	stop: []step{
		say(10*time.Millisecond, "info", "o.s.b.w.e.tomcat.GracefulShutdown", "Commencing graceful shutdown. Waiting for active requests to complete"),
		say(900*time.Millisecond, "info", "o.s.b.w.e.tomcat.GracefulShutdown", "Graceful shutdown complete"),
		say(950*time.Millisecond, "info", "com.zaxxer.hikari.HikariDataSource", "HikariPool-1 - Shutdown completed."),
	},
	ticks: []ticker{{time.Minute, func(w *writer) {
		w.format("debug", "com.zaxxer.hikari.pool.HikariPool", "HikariPool-1 - Pool stats (total=10, active="+w.str(func() { w.d(w.between(0, 6)) })+", idle=4, waiting=0)")
	}}},
}

func (w *writer) springHead(level, source string) {
	w.time("2006-01-02T15:04:05.000Z")
	w.s(strings.Repeat(" ", max(1, 6-len(level))), strings.ToUpper(level), " 1 --- [", w.Service, "] [")
	thread := "nio-8080-exec-" + w.str(func() { w.d(w.between(1, 10)) })
	if strings.HasPrefix(source, "main.") {
		source, thread = source[5:], "main"
	}
	if n := 15 - len(thread); n > 0 {
		w.s(strings.Repeat(" ", n))
	}
	w.s(thread, "] ", source)
	if n := 40 - len(source); n > 0 {
		w.s(strings.Repeat(" ", n))
	}
	w.s(" : ")
}

func springBanner(w *writer) {
	for _, line := range []string{
		`   ___                    _             `,
		`  / __\_ _ _ __ _ __ _ _ (_)__ _ _ _    `,
		` / (__/ _' | '_| '_ \ ' \| / _' | ' \   `,
		` \___/\__,_|_| | .__/_||_|_\__,_|_||_|  `,
		` ==============|_|====================  `,
	} {
		w.s(line)
		w.nl()
	}
	w.s(" :: Spring Boot ::                (v3.5.7)")
	w.end()
}

func springWork(w *writer) {
	if w.chance(0.35) {
		springAside(w)
		return
	}
	q := w.request()
	class := "c.example." + strings.ReplaceAll(w.Service, "-", "") + ".web." + title(strings.TrimSuffix(w.noun(), "s")) + "Controller"
	switch {
	case q.status >= 500:
		w.springHead("error", "o.a.c.c.C.[.[.[/].[dispatcherServlet]")
		w.s("Servlet.service() for servlet [dispatcherServlet] in context with path [] threw exception")
		w.nl()
		springTrace(w, q)
	case q.status >= 400:
		w.format("warn", ".w.s.m.s.DefaultHandlerExceptionResolver", "Resolved [org.springframework.web.ErrorResponseException: "+w.str(func() { w.d(q.status) })+"] for "+q.method+" "+q.path)
	default:
		w.format("info", class, q.method+" "+q.path+" -> "+w.str(func() { w.d(q.status) })+" in "+w.str(func() { w.d(int(q.ms)) })+" ms [traceId="+q.trace+"]")
	}
}

// springTrace is a stack trace with its cause, fifteen to forty lines.
func springTrace(w *writer, q request) {
	pkg := "com.example." + strings.ReplaceAll(w.Service, "-", "")
	class := title(strings.TrimSuffix(w.noun(), "s"))
	w.s(pkg, ".", class, "UnavailableException: could not load ", strings.ToLower(class), " for ", q.user)
	w.nl()
	at := func(fn, file string) {
		w.s("\tat ", fn, "(", file, ":")
		w.d(w.between(20, 900))
		w.s(")")
		w.nl()
	}
	at(pkg+"."+class+"Service.load", class+"Service.java")
	at(pkg+".web."+class+"Controller.get", class+"Controller.java")
	at("java.base/jdk.internal.reflect.DirectMethodHandleAccessor.invoke", "DirectMethodHandleAccessor.java")
	at("java.base/java.lang.reflect.Method.invoke", "Method.java")
	for range w.between(2, 14) {
		f := pick(&w.rng, [][2]string{
			{"org.springframework.web.servlet.FrameworkServlet.service", "FrameworkServlet.java"},
			{"org.springframework.web.method.support.InvocableHandlerMethod.doInvoke", "InvocableHandlerMethod.java"},
			{"org.apache.catalina.core.ApplicationFilterChain.internalDoFilter", "ApplicationFilterChain.java"},
			{"org.springframework.web.filter.OncePerRequestFilter.doFilter", "OncePerRequestFilter.java"},
			{"org.apache.tomcat.util.net.SocketProcessorBase.run", "SocketProcessorBase.java"},
		})
		at(f[0], f[1])
	}
	w.s("Caused by: ")
	if dep := w.Facts.Dependency; dep != "" {
		w.s("java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available, request timed out after 30000ms (", dep, ")")
	} else {
		w.s("java.net.SocketTimeoutException: Read timed out")
	}
	w.nl()
	at("java.base/sun.nio.ch.NioSocketImpl.timedRead", "NioSocketImpl.java")
	at(pkg+".client.UpstreamClient.call", "UpstreamClient.java")
	at(pkg+"."+class+"Service.load", class+"Service.java")
	w.s("\t... ")
	w.d(w.between(40, 90))
	w.s(" common frames omitted")
	w.end()
}

func springAside(w *writer) {
	noun := w.noun()
	class := "c.example." + strings.ReplaceAll(w.Service, "-", "")
	switch w.n(6) {
	case 0:
		w.format("debug", "org.hibernate.SQL", "select o1_0.id,o1_0.state,o1_0.created_at from "+pick(&w.rng, tables)+" o1_0 where o1_0.id=?")
	case 1:
		w.format("info", class+".events.Publisher", title(strings.TrimSuffix(noun, "s"))+" "+pick(&w.rng, actions)+", id="+w.str(w.uuid))
	case 2:
		w.format("warn", "o.h.engine.jdbc.spi.SqlExceptionHelper", "SQL Error: 0, SQLState: 40001")
	case 3:
		w.format("info", "o.a.k.c.c.internals.ConsumerCoordinator", "[Consumer clientId=consumer-"+w.Service+"-1, groupId="+w.Service+"] Committed offset "+w.str(func() { w.d(int(w.at / 131)) })+" for partition "+noun+"-"+w.str(func() { w.d(w.n(12)) }))
	case 4:
		w.format("debug", class+".cache.Loader", "evicted "+w.str(func() { w.d(w.between(1, 400)) })+" entries of "+noun)
	default:
		w.format("info", class+".jobs.Sweeper", "swept "+w.str(func() { w.d(w.between(0, 80)) })+" expired "+noun+" in "+w.str(func() { w.d(w.between(2, 400)) })+" ms")
	}
}

// title makes a name of a class from a word or a dashed name.
func title(s string) string {
	var b strings.Builder
	up := true
	for _, c := range s {
		switch {
		case c == '-' || c == '_':
			up = true
		case up && c >= 'a' && c <= 'z':
			b.WriteRune(c - 'a' + 'A')
			up = false
		default:
			b.WriteRune(c)
			up = false
		}
	}
	return b.String()
}
