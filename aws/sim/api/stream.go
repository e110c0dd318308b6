package api

// Stream is an event-stream answer. The server sends the headers and an empty
// initial-response, then calls Run, whose send writes one event (an error of send
// means that the client has gone; the call's Context ends then, too). Run returns
// nil to end the stream, or an *Error, which is sent as a modelled exception.
type Stream struct {
	Run func(send func(event string, payload any) error) error
}
