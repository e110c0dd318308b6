package logview

// Redraw makes the next View draw anew, as a change of the store does.
func (v *View) Redraw() { v.refresh() }
