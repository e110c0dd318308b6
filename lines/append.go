package lines

import "ecsole/lines/field"

// batch is how many lines go in under one lock: readers wait for less than a
// millisecond.
const batch = 256

// Added says what became of the events of one call.
type Added struct {
	New, Duplicates int
	// Oldest and Newest are the times of the new ones, 0 without any.
	Oldest, Newest int64
}

// Append stores the events that are not there yet, each at its place.
func (s *Store) Append(events []Event, m Mode) Added {
	var sum Added
	var parsed [batch]entry
	for len(events) > 0 {
		part := events[:min(len(events), batch)]
		events = events[len(part):]
		for i := range part {
			parsed[i] = recognise(&part[i], &m)
		}
		s.mu.Lock()
		s.store(part, parsed[:len(part)], &m, &sum)
		s.mu.Unlock()
	}
	s.budget.enforce()
	return sum
}

// recognise reads what the index keeps of a line's text.
func recognise(e *Event, m *Mode) entry {
	at := field.Recognise(e.Text)
	flags := Flags(0)
	if m.Late {
		flags |= Late
	}
	if m.Notice {
		return entry{time: e.Time, ingested: e.Ingested, stream: uint32(e.Stream), flags: uint8(flags | Notice)}
	}
	if at.Continued {
		flags |= Continued
	}
	if at.Many {
		flags |= Many
	}
	body := at.Body
	if body > 255 {
		body = 0
	}
	return entry{
		time: e.Time, ingested: e.Ingested, stream: uint32(e.Stream),
		level: uint8(at.Level), format: uint8(at.Format), flags: uint8(flags), body: uint8(body),
	}
}

func (s *Store) store(events []Event, parsed []entry, m *Mode, sum *Added) {
	if s.closed {
		return
	}
	before := sum.New
	for i := range events {
		e, p := &events[i], &parsed[i]
		if s.dropped[e.Stream] {
			continue
		}
		id := uint64(0)
		if e.ID != "" {
			id = hash(e.ID) | 1
		}
		if s.known(e, id, m) {
			sum.Duplicates++
			s.stats.Duplicates++
			continue
		}
		slot := s.into(e, m).push(*p, id, e.Text)
		s.all.o.insert(slot)
		s.all.counts.add(p, 1)
		s.run.added(s, e, slot)
		if m.Stored != nil {
			*m.Stored = append(*m.Stored, s.arenas[slot>>slotBits].line(slot&slotMask))
		}
		s.tally(p, sum)
	}
	for _, a := range []*arena{s.tail, s.back} {
		if a != nil {
			s.charge(a)
		}
	}
	if sum.New > before {
		s.notify()
	}
}

func (s *Store) tally(p *entry, sum *Added) {
	if sum.New == 0 || p.time < sum.Oldest {
		sum.Oldest = p.time
	}
	if sum.New == 0 || p.time > sum.Newest {
		sum.Newest = p.time
	}
	sum.New++
	s.stats.Added++
	if Flags(p.flags)&Late != 0 {
		s.stats.Late++
	}
	if Level(p.level) >= field.Error {
		s.stats.Errors++
	}
}

// into is the arena that takes the event.
func (s *Store) into(e *Event, m *Mode) *arena {
	at := &s.tail
	if m.Older {
		at = &s.back
	}
	if *at == nil || !(*at).fits(len(e.Text)) {
		if old := *at; old != nil {
			old.seal()
			s.charge(old)
			*at = nil
			if old.live == 0 {
				s.free(old)
			}
		}
		*at = s.fresh(len(e.Text))
	}
	return *at
}
