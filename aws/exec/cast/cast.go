// Package cast writes and reads recordings of terminals: asciicast, version 2
// (https://docs.asciinema.org/manual/asciicast/v2/). A recording is as hostile as what
// it recorded: it is played on a virtual screen, never on a terminal.
package cast

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"
)

// Kind of an event.
type Kind byte

// Kinds of events.
const (
	Output Kind = 'o'
	Input  Kind = 'i'
	Resize Kind = 'r' // Data is "COLSxROWS"
	Marker Kind = 'm' // Data is a word of ours: what happened to the connection
)

// Header is the first line of a recording.
type Header struct {
	Version   int               `json:"version"`
	Width     int               `json:"width"`
	Height    int               `json:"height"`
	Timestamp int64             `json:"timestamp,omitempty"` // seconds since 1970
	Title     string            `json:"title,omitempty"`
	Command   string            `json:"command,omitempty"`
	Env       map[string]string `json:"env,omitempty"`
}

// Event is one line of a recording.
type Event struct {
	At   time.Duration // since the beginning
	Kind Kind
	Data string
}

// maxLine is more than a line of ours has; a longer one is not read.
const maxLine = 1 << 20

// ErrFormat is a file that is no recording.
var ErrFormat = errors.New("not an asciicast of version 2")

// Read gives the header and then the events. A line that is none is an error with its
// number, and reading goes on behind it.
func Read(r io.Reader) (Header, iter.Seq2[Event, error], error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	var h Header
	if !lines.Scan() {
		return h, nil, errors.Join(ErrFormat, lines.Err())
	}
	if err := json.Unmarshal(lines.Bytes(), &h); err != nil || h.Version != 2 || h.Width < 1 || h.Height < 1 {
		return h, nil, ErrFormat
	}
	return h, func(yield func(Event, error) bool) {
		for number := 2; lines.Scan(); number++ {
			if len(bytes.TrimSpace(lines.Bytes())) == 0 {
				continue
			}
			e, err := parse(lines.Bytes())
			if err != nil {
				err = fmt.Errorf("line %d: %w", number, err)
			}
			if !yield(e, err) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(Event{}, err)
		}
	}, nil
}

func parse(line []byte) (Event, error) {
	var parts []json.RawMessage
	if err := json.Unmarshal(line, &parts); err != nil {
		return Event{}, err
	}
	if len(parts) != 3 {
		return Event{}, fmt.Errorf("%w: an event has three parts, not %d", ErrFormat, len(parts))
	}
	var at float64
	var kind, data string
	for i, to := range [...]any{&at, &kind, &data} {
		if err := json.Unmarshal(parts[i], to); err != nil {
			return Event{}, err
		}
	}
	if len(kind) != 1 || at < 0 || at > 1e9 {
		return Event{}, ErrFormat
	}
	return Event{At: time.Duration(at * float64(time.Second)), Kind: Kind(kind[0]), Data: data}, nil
}
