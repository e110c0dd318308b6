package sim

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Set turns switches that are written as text, separated by commas:
//
//	latency=60ms  jitter=20ms       delay each answer
//	slow=ACTION:2s                  delay one action's answers
//	throttle=2                      refuse every second call
//	buckets=off                     AWS's own throttling is not applied
//	deny=ACTION                     "ecs:ListServices", "logs:*"
//	expire=now  expire=10           credentials expire now, or after 10 calls
//	hang=ACTION                     never answered
//	lack=ACTION[:STATUS]            answered with a page of HTML, 404 by default
//	cut=7                           every seventh connection breaks
//	fail=ID[:REASON]                in failures[], MISSING by default
//	late=0.05                       share of log events that arrive up to 10 s late
//	empty=3                         every third page of log events is empty, with a token
//	twice=4                         every fourth page of log events comes twice
//	sample=50                       live tail samples above 50 events a second
//	tails=1                         live tail sessions at once
//	tail=30s                        live tail sessions time out
//	detector=off                    GuardDuty does not watch the region
//	lines=SERVICE:500               log lines per second of each task of a service
//
// A word may come more than once. Text with a fault in it changes nothing.
func (f *Faults) Set(text string) error {
	var turns []func()
	for _, word := range strings.Split(text, ",") {
		word = strings.TrimSpace(word)
		if word == "" {
			continue
		}
		name, value, _ := strings.Cut(word, "=")
		turn, err := f.parse(name, value)
		if err != nil {
			return fmt.Errorf("%q: %w", word, err)
		}
		turns = append(turns, turn)
	}
	for _, turn := range turns {
		turn()
	}
	return nil
}

func (f *Faults) parse(name, value string) (func(), error) {
	switch name {
	case "latency", "jitter":
		d, err := time.ParseDuration(value)
		if err != nil || d < 0 {
			return nil, fmt.Errorf("want a duration such as 60ms")
		}
		if name == "latency" {
			return func() { f.Latency(d) }, nil
		}
		return func() { f.Jitter(d) }, nil
	case "throttle", "cut":
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("want a number of calls")
		}
		if name == "throttle" {
			return func() { f.Throttle(n) }, nil
		}
		return func() { f.Cut(n) }, nil
	case "buckets":
		if value != "on" && value != "off" {
			return nil, fmt.Errorf("want on or off")
		}
		return func() { f.Buckets(value == "on") }, nil
	case "expire":
		return f.parseExpire(value)
	case "deny", "hang", "lack", "slow":
		return f.parseAction(name, value)
	case "fail":
		if value == "" {
			return nil, fmt.Errorf("want the id of what is missing")
		}
		id, reason := value, "MISSING"
		if i := strings.LastIndexByte(value, ':'); i > 0 && isReason(value[i+1:]) {
			id, reason = value[:i], value[i+1:]
		}
		return func() { f.Fail(id, reason) }, nil
	}
	f.mu.Lock()
	parse := f.more[name]
	f.mu.Unlock()
	if parse != nil {
		return parse(value)
	}
	return nil, fmt.Errorf("there is no such switch")
}

// isReason tells a reason in failures[] (capital letters) from a part of an ARN.
func isReason(s string) bool {
	return s != "" && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}

func (f *Faults) parseExpire(value string) (func(), error) {
	if value == "now" || value == "" {
		return f.Expire, nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 {
		return nil, fmt.Errorf("want now or a number of calls")
	}
	return func() { f.ExpireAfter(n) }, nil
}

func (f *Faults) parseAction(name, value string) (func(), error) {
	action, rest := value, ""
	if parts := strings.SplitN(value, ":", 3); len(parts) == 3 {
		action, rest = parts[0]+":"+parts[1], parts[2]
	} else if parts[0] == "*" && len(parts) == 2 {
		action, rest = "*", parts[1]
	}
	if action != "*" && !strings.Contains(action, ":") {
		return nil, fmt.Errorf("want an action such as ecs:ListServices")
	}
	switch name {
	case "lack":
		status := 404
		if rest != "" {
			n, err := strconv.Atoi(rest)
			if err != nil || n < 400 || n > 599 {
				return nil, fmt.Errorf("want a status from 400 to 599")
			}
			status = n
		}
		return func() { f.Lack(action, status) }, nil
	case "slow":
		d, err := time.ParseDuration(rest)
		if err != nil || d < 0 {
			return nil, fmt.Errorf("want an action and a duration, ecs:ListTasks:2s")
		}
		return func() { f.Slow(action, d) }, nil
	}
	if rest != "" {
		return nil, fmt.Errorf("want an action alone")
	}
	if name == "hang" {
		return func() { f.Hang(action) }, nil
	}
	return func() { f.Deny(action) }, nil
}
