package exec

// BreakRecording lets the session's recording fail from now on.
func BreakRecording(x *Session) { _ = x.rec.file.Close() }
