package exec

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ecsole/aws"
	"ecsole/aws/ecs"
	"ecsole/aws/exec/channel"
)

// note hears of what happens to the connection.
func (x *Session) note(n channel.Note) {
	switch n.Kind {
	case channel.Lost:
		x.turn(Reconnecting)
		x.tell("the connection is lost, trying again; what you type is kept")
	case channel.Back:
		x.turn(Connected)
		x.tell("connected again")
	case channel.Paused:
		x.turn(Waiting)
		x.tell("the service has paused the session; what you type is kept")
	case channel.Continued:
		x.turn(Connected)
		x.tell("the service goes on with the session")
	case channel.Message:
		if n.Err != nil {
			x.tell(n.Err.Error())
			return
		}
		x.tell(n.Text)
	}
}

func (x *Session) turn(to State) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.state != Ended {
		x.state = to
	}
}

// tell gives a notice to those who listen.
func (x *Session) tell(text string) {
	x.rec.mark(text)
	x.mu.Lock()
	if x.notices = append(x.notices, Notice{time.Now(), text}); len(x.notices) > noticesKept {
		x.notices = append([]Notice(nil), x.notices[1:]...)
	}
	hear := make([]func(string), 0, len(x.hear))
	for _, f := range x.hear {
		hear = append(hear, f)
	}
	x.mu.Unlock()
	for _, f := range hear {
		f(text)
	}
}

// Notices are the latest ones, the oldest first.
func (x *Session) Notices() []Notice {
	x.mu.Lock()
	defer x.mu.Unlock()
	return append([]Notice(nil), x.notices...)
}

// OnNotice calls f with each notice from now on, in a goroutine of the session, which
// it must not hold up.
func (x *Session) OnNotice(f func(text string)) (stop func()) {
	x.mu.Lock()
	defer x.mu.Unlock()
	id := x.next
	x.next++
	x.hear[id] = f
	return func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		delete(x.hear, id)
	}
}

// watch looks after the open sessions: whether they have been idle for long, and what
// becomes of their tasks. It ends with the last of them.
func (s *Sessions) watch() {
	ctx := s.account.Context()
	for {
		c := s.config()
		timer := time.NewTimer(min(c.Look, max(c.IdleWarning/4, time.Millisecond)))
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
		open := s.open()
		if open == nil || ctx.Err() != nil {
			return
		}
		for _, x := range open {
			x.lookIdle(c, time.Now())
		}
		s.lookTasks(ctx, c, open)
	}
}

// open gives the sessions that live; nil lets the watch end.
func (s *Sessions) open() []*Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.live == 0 || s.closed {
		s.watching = false
		return nil
	}
	var open []*Session
	for _, x := range s.all {
		select {
		case <-x.done:
		default:
			open = append(open, x)
		}
	}
	if len(open) == 0 { // they have ended, and are about to be counted
		open = []*Session{}
	}
	return open
}

// lookIdle warns before the service ends a session for want of input.
func (x *Session) lookIdle(c Settings, now time.Time) {
	last := x.LastInput()
	left := c.IdleLimit - now.Sub(last)
	if left > c.IdleWarning || left < 0 {
		return
	}
	x.mu.Lock()
	told := x.warned.Equal(last)
	x.warned = last
	x.mu.Unlock()
	if !told {
		x.tell(fmt.Sprintf("no input for %s: the service ends this session in %s; press a key to keep it",
			now.Sub(last).Round(time.Second), left.Round(time.Second)))
	}
}

// lookTasks asks for the tasks of the open sessions, those of one cluster at once.
func (s *Sessions) lookTasks(ctx context.Context, c Settings, open []*Session) {
	s.mu.Lock()
	due := time.Since(s.looked) >= c.Look
	if due {
		s.looked = time.Now()
	}
	s.mu.Unlock()
	if !due {
		return
	}
	clusters := map[string][]string{}
	for _, x := range open {
		if x.request.Instance != "" {
			continue
		}
		clusters[x.request.Cluster] = append(clusters[x.request.Cluster], x.request.Task)
	}
	for cluster, arns := range clusters {
		ctx, cancel := context.WithTimeout(ctx, askWithin)
		tasks, _ := aws.Collect(s.ecs.DescribeTasks(ctx, cluster, unique(arns))) // what cannot be read now is looked at later
		cancel()
		for _, t := range tasks {
			for _, x := range open {
				if x.request.Task == t.ARN {
					x.lookTask(t)
				}
			}
		}
	}
}

// lookTask tells that the task is going, and ends the session of one that has gone.
func (x *Session) lookTask(t ecs.Task) {
	if t.LastStatus == "STOPPED" {
		// The agent is gone without a word: nobody will close the channel.
		x.ch.Lose(fmt.Errorf("%w: %s", ErrTaskStopped, stopText(t, x.request.Container)))
		return
	}
	if t.DesiredStatus != "STOPPED" {
		return
	}
	x.mu.Lock()
	told := x.stopping
	x.stopping = true
	x.mu.Unlock()
	if !told {
		x.tell("the task is being stopped: " + stopText(t, x.request.Container))
	}
}

func unique(in []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, s := range in {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

func contains(s, part string) bool { return strings.Contains(s, part) }

func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + " · " + b
}
