package lines

import "ecsole/lines/field"

// Bucket counts the events of a span of time.
type Bucket struct {
	Lines, Warnings, Errors int
}

type second struct{ lines, warnings, errors int32 }

type minute struct {
	n       int
	seconds [60]second
}

// counts holds a histogram by the second, kept up to date line by line, so that
// drawing one never reads the lines.
type counts struct {
	minutes map[int64]*minute
	last    int64
	lastMin *minute
}

func newCounts() counts { return counts{minutes: map[int64]*minute{}} }

func (c *counts) add(e *entry, d int32) {
	sec := floorDiv(e.time, 1000)
	min := floorDiv(sec, 60)
	m := c.lastMin
	if m == nil || c.last != min {
		if m = c.minutes[min]; m == nil {
			m = &minute{}
			c.minutes[min] = m
		}
		c.last, c.lastMin = min, m
	}
	s := &m.seconds[sec-min*60]
	s.lines += d
	switch {
	case Level(e.level) >= field.Error:
		s.errors += d
	case Level(e.level) == field.Warn:
		s.warnings += d
	}
	if m.n += int(d); m.n == 0 {
		delete(c.minutes, min)
		c.lastMin = nil
	}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// Histogram counts the lines in n spans of equal length between from and to
// (milliseconds, to not included), to the second.
func (q *Sequence) Histogram(from, to int64, n int) []Bucket {
	if n <= 0 || to <= from {
		return nil
	}
	out := make([]Bucket, n)
	q.s.mu.RLock()
	defer q.s.mu.RUnlock()
	span := to - from
	for min, m := range q.counts.minutes {
		if start := min * 60_000; start >= to || start+60_000 <= from {
			continue
		}
		for i := range m.seconds {
			s := &m.seconds[i]
			at := (min*60 + int64(i)) * 1000
			if s.lines == 0 || at >= to || at < from-999 {
				continue
			}
			b := &out[min64(max(at-from, 0)*int64(n)/span, int64(n-1))]
			b.Lines += int(s.lines)
			b.Warnings += int(s.warnings)
			b.Errors += int(s.errors)
		}
	}
	return out
}

func min64(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}
