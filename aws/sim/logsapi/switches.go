package logsapi

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Switches are the ones that can be written as text, by name: each reads a value
// and gives what turns the switch.
func (l *Logs) Switches() map[string]func(value string) (func(), error) {
	count := func(turn func(int)) func(string) (func(), error) {
		return func(value string) (func(), error) {
			n, err := strconv.Atoi(value)
			if err != nil || n < 0 {
				return nil, fmt.Errorf("want a number")
			}
			return func() { turn(n) }, nil
		}
	}
	return map[string]func(string) (func(), error){
		"empty": count(l.EmptyPages), "twice": count(l.DuplicatePages), "sample": count(l.TailEvents), "tails": count(l.TailLimit),
		"late": func(value string) (func(), error) {
			share, err := strconv.ParseFloat(value, 64)
			if err != nil || !(share >= 0 && share <= 1) {
				return nil, fmt.Errorf("want a share from 0 to 1")
			}
			return func() { l.Late(share) }, nil
		},
		"tail": func(value string) (func(), error) {
			d, err := time.ParseDuration(value)
			if err != nil || d < 0 {
				return nil, fmt.Errorf("want a duration such as 30s")
			}
			return func() { l.TailLength(d) }, nil
		},
		"lines": func(value string) (func(), error) {
			service, rate, _ := strings.Cut(value, ":")
			n, err := strconv.ParseFloat(rate, 64)
			if err != nil || service == "" || !(n >= 0 && n <= 1e6) {
				return nil, fmt.Errorf("want a service and lines per second of each task, checkout:500")
			}
			return func() { l.Rate(service, n) }, nil
		},
	}
}
