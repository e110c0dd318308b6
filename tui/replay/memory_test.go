package replay

// Of is a recording of events in memory, in many parts.
func (r Recording) Of(events ...Event) Recording {
	const few = 7
	r.Blocks = (len(events) + few - 1) / few
	r.Block = func(i int) ([]Event, error) { return events[i*few : min(i*few+few, len(events))], nil }
	if n := len(events); n > 0 {
		r.Length = events[n-1].At
	}
	return r
}

// all are the events of a recording.
func (r Recording) all() []Event {
	var out []Event
	for i := range r.Blocks {
		events, _ := r.Block(i) // they are in memory
		out = append(out, events...)
	}
	return out
}
