package world

import (
	"math"
	"time"
)

// runs reports whether the task's containers ran at that time.
func (t *Task) runs(at time.Time) bool {
	return !t.Started.IsZero() && !at.Before(t.Started) && (t.ExecStopped.IsZero() || at.Before(t.ExecStopped))
}

// Traffic is how busy a time of day is, about 1: a slow wave over the day and a
// quicker noise, the same for all tasks of a service.
func Traffic(service uint64, at time.Time) float64 {
	day := float64(at.Unix()%86400) / 86400
	wave := 1 - 0.35*math.Cos(2*math.Pi*(day-0.08))
	return wave * (1 + 0.18*Noise(service, at, 7*time.Minute))
}

// CPU is the task's use of its reserved processor in per cent at a time, 0 where it
// did not run: a pure function of the task's facts.
func (t *Task) CPU(at time.Time) float64 {
	if !t.runs(at) {
		return 0
	}
	v := t.Facts.BaseCPU * Traffic(t.ServiceSeed, at)
	v *= 1 + 0.15*Noise(t.Seed, at, 2*time.Minute)
	if at.Sub(t.Started) < time.Minute {
		v += 35 * (1 - at.Sub(t.Started).Minutes()) // warming up
	}
	if l := t.Facts.Leak; l != nil {
		if m := t.Memory(at); m > 88 {
			v += (m - 88) * 4 // the collector works in vain
		}
	}
	if m := t.Facts.Miner; m != nil && !at.Before(m.Since) {
		v = 97 + 2*Noise(t.Seed, at, time.Minute)
	}
	if t.Facts.Dependency != "" {
		v *= 0.5 // it waits
	}
	return min(max(v, 0.2), 100)
}

// Memory is the task's use of its reserved memory in per cent at a time, 0 where it
// did not run.
func (t *Task) Memory(at time.Time) float64 {
	if !t.runs(at) {
		return 0
	}
	if l := t.Facts.Leak; l != nil {
		x := float64(at.Sub(l.Start)) / float64(l.Full.Sub(l.Start))
		saw := 2 * Noise(t.Seed, at, 40*time.Second)
		return min(max(l.From+(100-l.From)*x+saw*(1-x), 1), 100)
	}
	up := min(at.Sub(t.Started).Minutes()/10, 1)
	v := t.Facts.BaseMemory*(0.7+0.3*up) + 3*Noise(t.Seed, at, 5*time.Minute)
	return min(max(v, 1), 100)
}
