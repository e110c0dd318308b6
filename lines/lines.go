// Package lines is a store of log lines, made for millions of them: text in
// chunks without pointers, ordered by event time, late events put where they
// belong, doubles left out, and one budget for the whole process.
//
// One goroutine or several append; any number of readers look at windows of
// what is there. Appending moves no text that is stored, so a Line that was
// read stays valid and unchanged, also after the store has dropped it.
package lines

import "ecsole/lines/field"

// Level is how severe a line says it is; see package field for the grades.
type Level = field.Level

// Event is one log event to be stored.
type Event struct {
	Time     int64 // of the event, milliseconds since 1970 (CloudWatch's unit)
	Ingested int64 // when the service took it in, same unit; 0 where unknown
	Stream   StreamID
	// ID is the service's own id of the event, "" where it gives none (Live Tail
	// and GetLogEvents do not). Ids are compared within one stream and time.
	ID   string
	Text string
}

// StreamID numbers the streams of one store from 0.
type StreamID uint32

// Stream says where lines come from.
type Stream struct {
	Group, Name string // Name is unique within Group
	Container   string
	Task        string // ECS task id, "" where it is not known
	Label       string // short name for the column
	Ended       string // why the stream ended ("exit code 137: OutOfMemory"), "" while it lives
}

// Key is the place of an event in the order of a store: by time, then ingestion,
// then stream, then arrival. It stays the same while other events come and go.
type Key struct {
	Time, Ingested int64
	Stream         StreamID
	Slot           uint32
}

// Compare orders keys; it is -1, 0 or 1.
func (k Key) Compare(o Key) int {
	switch {
	case k.Time != o.Time:
		return sign(k.Time < o.Time)
	case k.Ingested != o.Ingested:
		return sign(k.Ingested < o.Ingested)
	case k.Stream != o.Stream:
		return sign(k.Stream < o.Stream)
	case k.Slot != o.Slot:
		return sign(k.Slot < o.Slot)
	}
	return 0
}

func sign(less bool) int {
	if less {
		return -1
	}
	return 1
}

// Flags are what is known of a line beside its text.
type Flags uint8

const (
	// Late lines were stored after newer lines of other origin were already there
	// for longer than a normal delay.
	Late Flags = 1 << iota
	// Continued lines look like a part of the line before in the same stream: a
	// frame of a stack trace, an indented line.
	Continued
	// Many lines hold line breaks.
	Many
	// Notice lines are not of the stream itself: they say what became of it.
	Notice
)

// Line is one stored event. Text must not be changed.
type Line struct {
	Key
	Level  Level
	Format field.Format
	Flags  Flags
	// Body is where in Text the message begins, after a time and a level that the
	// line itself carries; 0 where none were recognised.
	Body int
	Text []byte
}
