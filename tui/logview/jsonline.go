package logview

import (
	"encoding/json"
	"strings"
	"time"

	"ecsole/lines"
)

// record is one event in a file of JSON lines.
type record struct {
	Time      string `json:"time"`
	Ingested  string `json:"ingested,omitempty"`
	Level     string `json:"level,omitempty"`
	Group     string `json:"logGroup,omitempty"`
	Stream    string `json:"logStream,omitempty"`
	Container string `json:"container,omitempty"`
	Task      string `json:"task,omitempty"`
	Notice    bool   `json:"notice,omitempty"` // of the console, not of the application
	Message   string `json:"message"`
}

// JSONLine appends an event as a line of JSON, for programs.
func JSONLine(dst []byte, l *lines.Line, s lines.Stream, text []byte) []byte {
	r := record{
		Time: stamp(l.Time), Level: l.Level.String(), Group: s.Group, Stream: s.Name, Container: s.Container, Task: s.Task,
		Notice: l.Flags&lines.Notice != 0, Message: strings.TrimRight(string(text), "\r\n"),
	}
	if l.Ingested != 0 {
		r.Ingested = stamp(l.Ingested)
	}
	b, err := json.Marshal(r)
	if err != nil { // strings and a bool always marshal
		return dst
	}
	return append(append(dst, b...), '\n')
}

func stamp(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z07:00") }
