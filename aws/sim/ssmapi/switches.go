package ssmapi

import (
	"errors"
	"maps"
	"strconv"
	"strings"
	"time"

	"ecsole/aws/sim/session"
)

// taskStop is what becomes of the task of a session some time after it began.
type taskStop struct {
	after  time.Duration // 0: nothing
	exits  bool          // its container exits by itself, else somebody stops the task
	code   int
	reason string
}

// Switches are the ones that can be written as text, by name: those of the data
// channel, and the one that stops tasks.
func (s *SSM) Switches() map[string]func(value string) (func(), error) {
	all := maps.Clone(s.agent.Faults().Switches())
	all["exec-stop"] = func(value string) (func(), error) {
		stop, err := parseStop(value)
		if err != nil {
			return nil, err
		}
		return func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.stop = stop
		}, nil
	}
	return all
}

// parseStop reads "AFTER[:CODE[:REASON]]".
func parseStop(value string) (taskStop, error) {
	var stop taskStop
	parts := strings.SplitN(value, ":", 3)
	var err error
	if stop.after, err = time.ParseDuration(parts[0]); err != nil || stop.after < 0 {
		return stop, errors.New("want a duration, an exit code and a reason, 30s:137:OutOfMemoryError, or the duration alone")
	}
	if len(parts) > 1 {
		if stop.code, err = strconv.Atoi(parts[1]); err != nil || stop.code < 0 || stop.code > 255 {
			return stop, errors.New("want an exit code from 0 to 255")
		}
		stop.exits = true
	}
	if len(parts) > 2 {
		stop.reason = parts[2]
	}
	return stop, nil
}

// stopLater stops the task of a session that has begun, if the switch says so.
func (s *SSM) stopLater(ses session.Session) {
	s.mu.Lock()
	stop := s.stop
	s.mu.Unlock()
	if stop.after == 0 || ses.Spec.TaskARN == "" {
		return
	}
	time.AfterFunc(stop.after, func() {
		// A task that is gone already needs no stop.
		if stop.exits {
			_, _ = s.World.FailContainer(ses.Spec.TaskARN, ses.Spec.Container, stop.code, stop.reason)
			return
		}
		_, _ = s.World.StopTask(ses.Spec.TaskARN, "")
	})
}
