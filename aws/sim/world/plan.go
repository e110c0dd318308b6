package world

// plan is what moves one service: its deployment under way and its story's state.
type plan struct{}
