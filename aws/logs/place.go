package logs

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"ecsole/aws"
)

const (
	// atOnce is how many streams one call of FilterLogEvents takes by name.
	atOnce = 100
	// From so many streams of a group on, they are read together: each place costs a
	// call a second.
	together = 3
	// searchAgain is how often streams are looked for that were not there.
	searchAgain = 30 * time.Second
)

// place is what one series of calls reads: the streams under a prefix, or one, or
// several by their names.
type place struct {
	region, group, prefix, stream string
	names                         string // each followed by a line feed
}

func (s Source) place() place {
	return place{region: s.Region, group: s.Group, prefix: s.Prefix, stream: s.Stream}
}

func (p place) String() string {
	if n := strings.Count(p.names, "\n"); n > 0 {
		first, _, _ := strings.Cut(p.names, "\n")
		return p.group + " " + first + " and others"
	}
	return p.group + " " + p.prefix + p.stream
}

// list are the streams that the place names.
func (p place) list() []string {
	switch {
	case p.names != "":
		return strings.Split(strings.TrimSuffix(p.names, "\n"), "\n")
	case p.stream != "":
		return []string{p.stream}
	}
	return nil
}

// holds reports whether a stream is of this place.
func (p place) holds(stream string) bool {
	if p.prefix != "" {
		return strings.HasPrefix(stream, p.prefix)
	}
	return slices.Contains(p.list(), stream)
}

// places are what is to be read for the sources. Single streams of one group are
// put together where they are many.
func places(sources []Source) []place {
	var out []place
	streams := map[place][]string{}
	var order []place
	for _, s := range sources {
		switch at := (place{region: s.Region, group: s.Group}); {
		case s.Elsewhere != "":
		case s.Stream == "":
			if p := s.place(); !slices.Contains(out, p) {
				out = append(out, p)
			}
		default:
			if !slices.Contains(order, at) {
				order = append(order, at)
			}
			if !slices.Contains(streams[at], s.Stream) {
				streams[at] = append(streams[at], s.Stream)
			}
		}
	}
	for _, at := range order {
		names := streams[at]
		if len(names) < together {
			for _, n := range names {
				one := at
				one.stream = n
				out = append(out, one)
			}
			continue
		}
		slices.Sort(names)
		for part := range slices.Chunk(names, atOnce) {
			many := at
			many.names = strings.Join(part, "\n") + "\n"
			out = append(out, many)
		}
	}
	return out
}

// roster is which of a place's streams exist: a single one that does not makes the
// call for all of them fail.
type roster struct {
	turn     chan struct{} // held by who looks for streams, which takes calls
	mu       sync.Mutex    // guards the rest
	absent   map[string]bool
	searched time.Time
}

// roster is the place's, made at first use.
func (h *Hub) roster(p place) *roster {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rosters[p]
	if r == nil {
		r = &roster{turn: make(chan struct{}, 1), absent: map[string]bool{}}
		h.rosters[p] = r
	}
	return r
}

// there are the names that are not known to be absent; due reports that those are to
// be looked for again.
func (r *roster) there(p place) (names []string, due bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	due = len(r.absent) > 0 && time.Since(r.searched) >= searchAgain
	return slices.DeleteFunc(p.list(), func(n string) bool { return r.absent[n] }), due
}

// look finds out which of the names exist.
func (r *roster) look(ctx context.Context, h *Hub, p place, names []string) {
	for _, n := range names {
		there := h.exists(ctx, p, n)
		if ctx.Err() != nil {
			return
		}
		r.mu.Lock()
		if delete(r.absent, n); !there {
			r.absent[n] = true
		}
		r.mu.Unlock()
	}
}

// present are the streams to ask for now. Streams that were missing are looked for
// again now and then.
func (h *Hub) present(ctx context.Context, p place) []string {
	if p.names == "" {
		return p.list()
	}
	r := h.roster(p)
	names, due := r.there(p)
	if !due {
		return names
	}
	select {
	case r.turn <- struct{}{}:
	default: // somebody is looking
		return names
	}
	defer func() { <-r.turn }()
	r.mu.Lock()
	r.searched = time.Now()
	missing := slices.Sorted(maps.Keys(r.absent))
	r.mu.Unlock()
	r.look(ctx, h, p, missing)
	names, _ = r.there(p)
	return names
}

// search finds out which streams are missing, after a call has failed because of
// one. It reports whether some are there.
func (h *Hub) search(ctx context.Context, p place) bool {
	if p.names == "" {
		return false
	}
	r := h.roster(p)
	before, _ := r.there(p)
	select {
	case r.turn <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	defer func() { <-r.turn }()
	names, _ := r.there(p)
	if len(names) == len(before) { // nobody has found out meanwhile
		r.mu.Lock()
		r.searched = time.Now()
		r.mu.Unlock()
		r.look(ctx, h, p, names)
		names, _ = r.there(p)
	}
	return ctx.Err() == nil && len(names) > 0
}

// exists asks for a stream alone. What cannot be told counts as there: the next call
// for all will show.
func (h *Hub) exists(ctx context.Context, p place, name string) bool {
	_, err := h.client(p.region).FilterLogEvents(ctx, &sdk.FilterLogEventsInput{
		LogGroupName: &p.group, LogStreamNames: []string{name}, Limit: sdkaws.Int32(1),
		StartTime: sdkaws.Int64(h.clock.now().UnixMilli()),
	})
	return err == nil || !noStream(aws.AsError(err))
}
