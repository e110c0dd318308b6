package main

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"ecsole/lines"
)

// Until the first screen stands, memory grows and little becomes garbage: collecting
// then takes milliseconds from both cores and finds next to nothing.
const (
	startPercent = 400
	startTime    = 2 * time.Second
	// steadyEvery is how often the percentage is fitted to what is alive.
	steadyEvery = time.Second
)

// easeStart lets the collector rest during the start, unless GOGC says otherwise.
func easeStart() {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(startPercent)
	time.AfterFunc(startTime, fitCollector)
}

// fitCollector fits the collector to the memory that is alive, as long as the process
// lasts.
func fitCollector() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	for at := 0; ; time.Sleep(steadyEvery) {
		metrics.Read(live)
		// Setting it stops the world for a moment: not for a percent or two.
		if p := lines.CollectorPercent(live[0].Value.Uint64()); at == 0 || p < at*9/10 || p > at*11/10 {
			debug.SetGCPercent(p)
			at = p
		}
	}
}
