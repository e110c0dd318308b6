package main

import (
	"os"
	"runtime/debug"
	"time"
)

// Until the first screen stands, memory grows and little becomes garbage: collecting
// then takes milliseconds from both cores and finds next to nothing.
const (
	startPercent  = 400
	steadyPercent = 100 // Go's own
	startTime     = 2 * time.Second
)

// easeStart lets the collector rest during the start, unless GOGC says otherwise.
func easeStart() {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(startPercent)
	time.AfterFunc(startTime, func() { debug.SetGCPercent(steadyPercent) })
}
