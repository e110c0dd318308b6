package lines

// headroom is how much memory may become garbage before the collector runs, where
// much is alive.
const (
	headroom = 64 << 20
	percent  = 100 // Go's own, where little is
	least    = 15
)

// CollectorPercent is the GOGC that suits a live heap of so many bytes. Go's own lets
// the heap grow to twice of what lives; where most of that are stored lines, which hold
// no pointers and cost the collector nothing, half of the memory would be for nothing.
func CollectorPercent(live uint64) int {
	if live <= headroom {
		return percent
	}
	return max(int(headroom*percent/live), least)
}
