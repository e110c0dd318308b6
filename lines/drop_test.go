package lines

import (
	"strings"
	"testing"
)

// TestDropAStreamThatFillsArenas drops a stream whose lines alone fill whole arenas:
// these go with their last line.
func TestDropAStreamThatFillsArenas(t *testing.T) {
	s := New(nil)
	defer s.Close()
	ours, alien := s.StreamID(Stream{Name: "ours"}), s.StreamID(Stream{Name: "alien"})
	text := strings.Repeat("x", 1000)
	var events []Event
	for i := range 1000 {
		events = append(events, Event{Time: int64(i), Stream: alien, Text: text})
	}
	events = append(events, Event{Time: 2000, Stream: ours, Text: "kept"})
	s.Append(events, Mode{})
	s.DropStream(alien)
	if n := s.All().Len(); n != 1 {
		t.Errorf("%d lines are left", n)
	}
	for _, b := range s.All().Histogram(0, 1000, 1) {
		if b.Lines != 0 {
			t.Errorf("the histogram still counts %d lines", b.Lines)
		}
	}
}
