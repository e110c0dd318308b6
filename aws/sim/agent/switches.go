package agent

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// parser reads a switch's value and gives what turns the switch.
type parser = func(value string) (func(), error)

var (
	errPair     = errors.New("want every how many messages, out and in: 9/7, or one number for both")
	errDelays   = errors.New("want durations, out and in: 1s/1s, or one for both")
	errDuration = errors.New("want a duration such as 4s; 0 ends it")
	errSwitch   = errors.New("want on or off")
)

// Switches are the ones that can be written as text, by name.
func (f *Faults) Switches() map[string]parser {
	all := map[string]parser{
		"exec-drop":    f.pair(func(s *Switches, out, in int) { s.Out.Drop, s.In.Drop = out, in }),
		"exec-double":  f.pair(func(s *Switches, out, in int) { s.Out.Duplicate, s.In.Duplicate = out, in }),
		"exec-reorder": f.pair(func(s *Switches, out, in int) { s.Out.Reorder, s.In.Reorder = out, in }),
		"exec-acks":    f.pair(func(s *Switches, out, in int) { s.Out.LoseAcks, s.In.LoseAcks = out, in }),
		"exec-delay":   f.delays,
		"exec-cut":     f.duration(func(s *Switches, d time.Duration) { s.CutAfter = d }),
		"exec-asleep":  f.duration(func(s *Switches, d time.Duration) { s.AsleepAfter = d }),
		"exec-age":     f.duration(func(s *Switches, d time.Duration) { s.MaxAge = d }),
		"exec-idle":    f.duration(func(s *Switches, d time.Duration) { s.IdleTimeout = d }),
		"exec-silent":  f.boolean(func(s *Switches, on bool) { s.Silent = on }),
		"exec-ackonce": f.boolean(func(s *Switches, on bool) { s.AckOnce = on }),
		"exec-pause":   f.pauses,
		"exec-close":   f.closes,
		"exec-pace":    f.pace,
		"exec-open":    f.open,
	}
	all["exec-resume"] = f.choice(map[string]func(*Switches){
		"allowed": func(s *Switches) { s.RefuseResume = ResumeAllowed },
		"denied":  func(s *Switches) { s.RefuseResume = ResumeDenied },
		"empty":   func(s *Switches) { s.RefuseResume = ResumeEmpty },
	})
	all["exec-token"] = f.choice(map[string]func(*Switches){
		"taken":   func(s *Switches) { s.RefuseToken = false },
		"refused": func(s *Switches) { s.RefuseToken = true },
	})
	all["exec-handshake"] = f.boolean(func(s *Switches, on bool) { s.NoHandshake = !on })
	return all
}

// pair reads "OUT/IN" or one number for both ways.
func (f *Faults) pair(turn func(s *Switches, out, in int)) parser {
	return func(value string) (func(), error) {
		out, in := bothWays(value)
		n, err := strconv.Atoi(out)
		m, other := strconv.Atoi(in)
		if err != nil || other != nil || n < 0 || m < 0 {
			return nil, errPair
		}
		return func() { f.Set(func(s *Switches) { turn(s, n, m) }) }, nil
	}
}

func bothWays(value string) (out, in string) {
	out, in, two := strings.Cut(value, "/")
	if !two {
		in = out
	}
	return out, in
}

func (f *Faults) delays(value string) (func(), error) {
	a, b := bothWays(value)
	out, err := time.ParseDuration(a)
	in, other := time.ParseDuration(b)
	if err != nil || other != nil || out < 0 || in < 0 {
		return nil, errDelays
	}
	return func() { f.Set(func(s *Switches) { s.Out.Delay, s.In.Delay = out, in }) }, nil
}

func (f *Faults) duration(turn func(*Switches, time.Duration)) parser {
	return func(value string) (func(), error) {
		d, err := time.ParseDuration(value)
		if err != nil || d < 0 {
			return nil, errDuration
		}
		return func() { f.Set(func(s *Switches) { turn(s, d) }) }, nil
	}
}

func (f *Faults) boolean(turn func(*Switches, bool)) parser {
	return func(value string) (func(), error) {
		if value != "on" && value != "off" {
			return nil, errSwitch
		}
		return func() { f.Set(func(s *Switches) { turn(s, value == "on") }) }, nil
	}
}

func (f *Faults) choice(of map[string]func(*Switches)) parser {
	return func(value string) (func(), error) {
		turn := of[value]
		if turn == nil {
			return nil, fmt.Errorf("want %s", strings.Join(slices.Sorted(maps.Keys(of)), ", or "))
		}
		return func() { f.Set(turn) }, nil
	}
}

// pauses reads "EVERY:FOR".
func (f *Faults) pauses(value string) (func(), error) {
	a, b, _ := strings.Cut(value, ":")
	every, err := time.ParseDuration(a)
	length, other := time.ParseDuration(b)
	if err != nil || other != nil || every <= 0 || length <= 0 {
		return nil, errors.New("want how often and for how long, 30s:5s")
	}
	return func() { f.Set(func(s *Switches) { s.PauseEvery, s.PauseFor = every, length }) }, nil
}

// closes reads "AFTER:TEXT".
func (f *Faults) closes(value string) (func(), error) {
	a, text, _ := strings.Cut(value, ":")
	after, err := time.ParseDuration(a)
	if err != nil || after < 0 {
		return nil, errors.New("want a duration and a text, 30s:ended by an administrator")
	}
	return func() { f.Set(func(s *Switches) { s.CloseAfter, s.CloseText = after, text }) }, nil
}

// pace reads "real" or bytes per second.
func (f *Faults) pace(value string) (func(), error) {
	if value == "real" {
		return func() { f.Set((*Switches).Real) }, nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 {
		return nil, errors.New("want real, or bytes per second (0: as fast as can be)")
	}
	return func() { f.Set(func(s *Switches) { s.Pace, s.FirstRead = n, 0 }) }, nil
}

func (f *Faults) open(value string) (func(), error) {
	n, err := strconv.Atoi(value)
	if err != nil || n != 0 && (n < 400 || n > 599) {
		return nil, errors.New("want a status from 400 to 599; 0 ends it")
	}
	return func() { f.Set(func(s *Switches) { s.RefuseOpen = n }) }, nil
}
