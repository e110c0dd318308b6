package sim

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FaultsHelp lists the switches that Set knows, each with an example.
const FaultsHelp = `What answers do:
  latency=60ms            delays each answer
  jitter=20ms             delays each answer by up to as much more
  slow=ecs:ListTasks:2s   delays one action's answers
  throttle=2              refuses every second call
  buckets=off             leaves AWS's own throttling out
  deny=logs:*             refuses an action
  expire=now              lets the credentials expire, or after that many calls
  hang=ecs:ListTasks      never answers an action
  lack=ecs:ListTasks:404  answers an action with a page of HTML
  cut=7                   breaks every seventh connection
  fail=web:MISSING        puts a name or an ARN into failures[]
  detector=off            lets GuardDuty not watch the region

What is wrong with all that a shell depends on:
  wrong=key               of key, ipv6, shared, endpoint, ecs-agent, platform, role,
                          root-fs, environment, proxy, processes, init, log-group,
                          bucket
  role-lacks=kms:Decrypt  no role of a task or an instance allows that action

What logs do:
  late=0.05               share of the events that arrive up to 10 s late
  empty=3                 every third page is empty, with a token
  twice=4                 every fourth page comes twice
  sample=50               live tail samples above 50 events a second
  tails=1                 live tail sessions at once
  tail=30s                live tail sessions time out
  lines=checkout:500      lines a second of each task of a service

What the data channels of exec and port sessions do (out is towards the client; one
value stands for both ways):
  exec-drop=9/7           every ninth message out and every seventh in is lost
  exec-double=5/5         comes twice
  exec-reorder=4/4        comes behind its successor
  exec-acks=7/9           is not acknowledged: the acknowledgement is lost
  exec-ackonce=on         input that comes again is not acknowledged again
  exec-delay=1s/1s        every message comes that much later
  exec-cut=4s             each connection breaks after 4 s
  exec-asleep=60s         nothing passes on a connection any more after 60 s
  exec-pause=30s:5s       publication stops every 30 s, for 5 s
  exec-silent=on          nothing that the program writes is sent
  exec-handshake=off      the agent never begins a handshake
  exec-open=403           the WebSocket is answered with that status
  exec-token=refused      no token is taken
  exec-resume=denied      ResumeSession is denied, or gives no token (empty)
  exec-close=30s:bye      the service ends each session after 30 s, with that text
  exec-idle=20m           how long a session may be without input
  exec-age=1h             how old a session may be
  exec-stop=30s:137:OOM   the container of a session exits after 30 s, with that code
                          and reason; exec-stop=30s: somebody stops the task
  exec-pace=real          0.4 MB/s and a second before the prompt, as the real agent;
                          or bytes per second
`

// Set turns switches that are written as text, separated by commas: FaultsHelp lists
// them. A word may come more than once. Text with a fault in it changes nothing.
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

// Names are the switches that Set knows.
func (f *Faults) Names() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append(slices.Sorted(maps.Keys(f.more)), "latency", "jitter", "throttle", "cut", "buckets", "expire", "deny", "hang", "lack", "slow", "fail")
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
	return nil, fmt.Errorf("there is no such switch; --faults help lists them")
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
