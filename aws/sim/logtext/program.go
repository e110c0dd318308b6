package logtext

import (
	"strings"
	"time"

	"ecsole/aws/sim/world"
)

// Program is what writes a log: a format and what there is to say in it.
type Program struct {
	Name string
	kind kind
	// format writes one line of the program's own kind.
	format func(w *writer, level, source, msg string, fields []field)
	// write says what the program says in the course of its work.
	write func(*writer)
	// boot and stop are what it says when it starts and when it is told to stop.
	boot, stop []step
	ticks      []ticker
}

// kind tells programs apart where they say the same thing in ways of their own.
type kind int

const (
	kGoJSON kind = iota + 1
	kGoLogfmt
	kGoPlain
	kNodeJSON
	kNodeColour
	kSpring
	kGunicorn
	kCelery
	kNginx
	kEnvoy
	kRedis
	kFluentBit
	kCollector
	kAgent
)

// step is said so long after the start (or the signal to stop).
type step struct {
	after time.Duration
	write func(*writer)
}

// ticker is said at regular times.
type ticker struct {
	every time.Duration
	write func(*writer)
}

// say makes a step of one line.
func say(after time.Duration, level, source, msg string, fields ...field) step {
	return step{after, func(w *writer) { w.format(level, source, msg, fields...) }}
}

// sees makes a step of what f says.
func sees(after time.Duration, f func(*writer)) step { return step{after, f} }

// ready is when the program has started, in milliseconds since 1970.
func (s *Stream) ready() int64 {
	at := s.Start
	if n := len(s.Program.boot); n > 0 {
		at = at.Add(s.Program.boot[n-1].after)
	}
	if c := s.Facts.Crash; c != nil && s.own() && c.At.Before(at.Add(time.Minute)) {
		return c.At.UnixMilli() // it never gets that far
	}
	return at.UnixMilli()
}

// own tells whether the container is the application's, which the facts are about,
// and not a sidecar.
func (s *Stream) own() bool { return s.Facts.Container == "" || s.Facts.Container == s.Container }

// scripts adds what is said at the start, at a crash and at the end.
func (s *Stream) scripts(out []unit, from, to int64) []unit {
	add := func(at int64, n int, write func(*writer)) {
		if at >= from && at <= to {
			out = append(out, unit{at: at, index: scripted + uint64(n), write: write})
		}
	}
	crash := s.Facts.Crash
	if !s.own() {
		crash = nil
	}
	start := s.Start.UnixMilli()
	if from-start < 120_000 {
		for i, b := range s.Program.boot {
			at := start + b.after.Milliseconds()
			if crash == nil || at < crash.At.UnixMilli() {
				add(at, i, b.write)
			}
		}
	}
	if crash != nil {
		at := crash.At.UnixMilli()
		add(at-3, 100, func(w *writer) { crashLines(w, crash) })
	}
	if m := s.Facts.Miner; m != nil && m.Container == s.Container {
		for i, b := range minerBoot {
			add(m.Since.UnixMilli()+b.after.Milliseconds(), 150+i, b.write)
		}
	}
	if !s.Stopping.IsZero() && crash == nil {
		for i, b := range s.Program.stop {
			add(s.Stopping.UnixMilli()+b.after.Milliseconds(), 200+i, b.write)
		}
	}
	return out
}

// tick adds what is said at regular times: the program's own, and the story's. Each
// has a number of its own, so that what a task comes to know later (that it is
// unhealthy from then on) does not move the others.
func (s *Stream) tick(out []unit, from, to int64) []unit {
	ready := s.ready()
	add := func(number int, t ticker) {
		every := t.every.Milliseconds()
		phase := int64(mix(s.key, uint64(number)) % uint64(every))
		for at := (from-phase)/every*every + phase; at <= to; at += every {
			if at >= from && at >= ready {
				index := ticking + uint64(number)<<16 + uint64(at/every)&0xFFFF
				out = append(out, unit{at: at, index: index, write: t.write})
			}
		}
	}
	for i, t := range s.Program.ticks {
		add(1+i, t)
	}
	s.storyTicks(add)
	return out
}

// programs by what the container's name or image says, for what runs beside an
// application.
var sidecars = []struct {
	part    string
	program *Program
}{
	{"envoy", &envoy}, {"proxy", &envoy}, {"service-connect", &envoy}, {"appmesh", &envoy},
	{"log_router", &fluentBit}, {"log-router", &fluentBit}, {"fluent", &fluentBit}, {"firelens", &fluentBit},
	{"otel", &collector}, {"adot", &collector}, {"collector", &collector}, {"xray", &collector}, {"datadog", &collector},
	{"cloudwatch-agent", &collector}, {"nginx", &nginx}, {"redis", &redis}, {"node-exporter", &agent}, {"agent", &agent},
}

// ProgramOf chooses what runs in a container: sidecars by name or image, the
// application by what kind the world says it is. Go services differ in format by
// service, so that an account has JSON lines, logfmt and plain text.
func ProgramOf(app world.App, service, container, image string) *Program {
	where := strings.ToLower(container + " " + image)
	own := container == service || container == "app" || container == "main"
	if !own {
		for _, s := range sidecars {
			if strings.Contains(where, s.part) {
				return s.program
			}
		}
	}
	pick := hash(service) % 4
	switch app {
	case world.Web:
		return &nginx
	case world.Java:
		return &spring
	case world.Node:
		if pick == 3 {
			return &nodeColour
		}
		return &nodeJSON
	case world.Python:
		return &gunicorn
	case world.Worker:
		return &celery
	case world.Cache:
		return &redis
	case world.Daemon:
		return &agent
	}
	switch pick {
	case 0:
		return &goLogfmt
	case 1:
		return &goPlain
	}
	return &goJSON
}
