package logview

import (
	"errors"
	"strings"
	"time"
)

// ParseRange reads a range of time as it is typed:
//
//	-15m, 15m                  the last 15 minutes (s m h d w)
//	14:05..14:20               from then to then; either side may be missing
//	2026-11-22T14:00Z          from then on
//
// Times without a zone are in loc; without a date they are the last such time before
// now.
func ParseRange(text string, now time.Time, loc *time.Location) (Range, error) {
	text = strings.TrimSpace(text)
	r := Range{Name: text}
	switch text {
	case "":
		return r, errors.New("no range: -15m, 14:05..14:20 or 2026-11-22T14:00Z")
	case "tail", "head":
		r.Head = text == "head"
		return r, nil
	}
	from, to, closed := strings.Cut(text, "..")
	if !closed {
		if d, ok := ago(text); ok {
			r.Last, r.Name = d, strings.TrimPrefix(text, "-")
			return r, nil
		}
	}
	var err error
	if from = strings.TrimSpace(from); from != "" {
		if r.From, err = ParseTime(from, now, loc); err != nil {
			return r, err
		}
	}
	if to = strings.TrimSpace(to); to != "" && to != "now" {
		if r.To, err = ParseTime(to, now, loc); err != nil {
			return r, err
		}
	}
	switch {
	case from == "" && to == "":
		return r, errors.New("a range needs a beginning or an end")
	case !r.To.IsZero() && !r.To.After(r.From):
		return r, errors.New("the range ends before it begins")
	case r.From.After(now):
		return r, errors.New("the range begins in the future")
	}
	return r, nil
}

// ago reads a duration back from now, such as -15m, 2h30m or 3d.
func ago(text string) (time.Duration, bool) {
	text = strings.TrimPrefix(text, "-")
	if n := len(text); n > 1 {
		day := map[byte]time.Duration{'d': 24 * time.Hour, 'w': 7 * 24 * time.Hour}[text[n-1]]
		if day > 0 {
			d, err := time.ParseDuration(text[:n-1] + "h")
			if d = d / time.Hour * day; err != nil || d <= 0 || d > maxAgo {
				return 0, false
			}
			return d, true
		}
	}
	d, err := time.ParseDuration(text)
	return d, err == nil && d > 0 && d <= maxAgo
}

// maxAgo is as long as CloudWatch keeps events at most, ten years.
const maxAgo = 3653 * 24 * time.Hour

// ParseTime reads a moment: a time of day, a date, both, or a duration back from now.
func ParseTime(text string, now time.Time, loc *time.Location) (time.Time, error) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "-") {
		if d, ok := ago(text); ok {
			return now.Add(-d), nil
		}
	}
	if text == "now" {
		return now, nil
	}
	for _, layout := range []string{
		time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05",
		"2006-01-02 15:04Z07:00", "2006-01-02 15:04", "2006-01-02",
	} {
		if t, err := time.ParseInLocation(layout, text, loc); err == nil {
			return t, nil
		}
	}
	for _, layout := range []string{"15:04:05.999Z07:00", "15:04:05.999", "15:04Z07:00", "15:04"} {
		at, err := time.ParseInLocation(layout, text, loc)
		if err != nil {
			continue
		}
		zone := loc
		if strings.HasSuffix(layout, "Z07:00") {
			zone = at.Location()
		}
		today := now.In(zone)
		t := time.Date(today.Year(), today.Month(), today.Day(), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), zone)
		if t.After(now) {
			t = t.AddDate(0, 0, -1)
		}
		return t, nil
	}
	return time.Time{}, errors.New("no time: " + text + " (14:05, 2026-11-22T14:00Z, -15m)")
}
