package lines_test

import (
	"testing"

	"ecsole/lines"
)

func TestCollectorLetsLittleMemoryLieIdle(t *testing.T) {
	for _, live := range []uint64{1 << 20, 64 << 20, 128 << 20, 256 << 20, 600 << 20, 4 << 30} {
		p := lines.CollectorPercent(live)
		idle := live * uint64(p) / 100
		if p > 100 || p < 1 || idle > 64<<20 && p > 15 {
			t.Errorf("%d MB alive: %d %%, so %d MB may lie idle", live>>20, p, idle>>20)
		}
	}
}
