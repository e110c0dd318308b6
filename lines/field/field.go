// Package field finds things in the bytes of a log line: its level, its format,
// where its message begins, the value of a field. It reads JSON and logfmt by
// scanning and never builds a tree, and it takes any bytes for an answer: a line
// is whatever a container wrote.
package field

// Level is how severe a line says it is.
type Level uint8

const (
	None Level = iota // the line does not say
	Trace
	Debug
	Info
	Warn
	Error
	Fatal
)

var levelNames = [...]string{"", "trace", "debug", "info", "warn", "error", "fatal"}

func (l Level) String() string {
	if int(l) < len(levelNames) {
		return levelNames[l]
	}
	return ""
}

// Format is how a line is built.
type Format uint8

const (
	Plain  Format = iota
	JSON          // one object
	Logfmt        // key=value pairs
)
