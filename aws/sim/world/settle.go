package world

// settle takes the counts of services whose tasks have changed. The caller holds
// the lock.
func (w *World) settle() {
	clear(w.state.dirty)
}
