package agent

import "time"

// unacked keeps sent messages until they are acknowledged, in the order of their
// numbers.
type unacked struct {
	first int64 // number of msgs[0]
	msgs  []kept
}

type kept struct {
	raw   []byte // nil: acknowledged
	at    time.Time
	tries int
}

func (u *unacked) next() int64    { return u.first + int64(len(u.msgs)) }
func (u *unacked) len() int       { return len(u.msgs) }
func (u *unacked) add(raw []byte) { u.msgs = append(u.msgs, kept{raw: raw}) }

func (u *unacked) at(seq int64) *kept {
	if i := seq - u.first; i >= 0 && i < int64(len(u.msgs)) {
		return &u.msgs[i]
	}
	return nil
}

func (u *unacked) sent(seq int64, now time.Time) {
	if k := u.at(seq); k != nil {
		k.at = now
		k.tries++
	}
}

// ack removes a message: the time since it was sent, and whether it was sent only
// once, so that the time means a round trip.
func (u *unacked) ack(seq int64, now time.Time) (took time.Duration, once, ok bool) {
	k := u.at(seq)
	if k == nil || k.raw == nil {
		return 0, false, false
	}
	took, once = now.Sub(k.at), k.tries == 1
	k.raw = nil
	n := 0
	for n < len(u.msgs) && u.msgs[n].raw == nil {
		n++
	}
	u.first += int64(n)
	if u.msgs = u.msgs[n:]; len(u.msgs) == 0 {
		u.msgs = nil
	}
	return took, once, true
}

// overdue is the oldest message, if it was sent longer ago than timeout.
func (u *unacked) overdue(now time.Time, timeout time.Duration) (int64, []byte, bool) {
	if len(u.msgs) == 0 {
		return 0, nil, false
	}
	k := &u.msgs[0]
	if k.tries == 0 || now.Sub(k.at) <= timeout {
		return 0, nil, false
	}
	k.at = now // not again before it is written
	return u.first, k.raw, true
}

func (u *unacked) each(f func(seq int64, raw []byte)) {
	for i, k := range u.msgs {
		if k.raw != nil {
			f(u.first+int64(i), k.raw)
		}
	}
}

// estimate is the round-trip time and its variation, smoothed as TCP does it
// (RFC 6298), with the limits of the real agent.
type estimate struct{ rtt, vary time.Duration }

func newEstimate() estimate {
	return estimate{rtt: 100 * time.Millisecond, vary: 25 * time.Millisecond}
}

func (e *estimate) sample(d time.Duration) {
	diff := e.rtt - d
	if diff < 0 {
		diff = -diff
	}
	e.vary += (diff - e.vary) / 4
	e.rtt += (d - e.rtt) / 8
}

func (e *estimate) timeout() time.Duration {
	return min(maxTimeout, e.rtt+max(10*time.Millisecond, 4*e.vary))
}
