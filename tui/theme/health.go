package theme

// Health is the state that a row or a word shows, as colour and as glyph.
type Health int

const (
	Unknown   Health = iota // could not be read
	OK                      // as it should be
	Pending                 // on its way
	Failed                  // broken
	Killed                  // ended by force, draining, going away
	Completed               // ended well
	healths
)

func (h Health) index() int {
	if h < 0 || h >= healths {
		return int(Unknown)
	}
	return int(h)
}

// Glyph is one cell that tells the state without colour.
func (h Health) Glyph() string {
	return [healths]string{Unknown: "?", OK: "•", Pending: "◌", Failed: "✗", Killed: "⊘", Completed: "✓"}[h.index()]
}

func (h Health) String() string {
	return [healths]string{Unknown: "unknown", OK: "ok", Pending: "pending", Failed: "failed",
		Killed: "killed", Completed: "completed"}[h.index()]
}
