package wire

import (
	"bytes"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
)

// Events writes an event stream (application/vnd.amazon.eventstream).
type Events struct {
	w   io.Writer
	enc *eventstream.Encoder
	buf bytes.Buffer
}

// NewEvents writes its frames to w, one Write each.
func NewEvents(w io.Writer) *Events {
	return &Events{w: w, enc: eventstream.NewEncoder()}
}

// Event sends one event with a JSON payload.
func (e *Events) Event(name string, payload any) error {
	return e.frame([][2]string{
		{":message-type", "event"}, {":event-type", name}, {":content-type", "application/json"},
	}, EncodeJSON(payload))
}

// Exception sends a modelled exception, which ends the stream for the client.
func (e *Events) Exception(code string, payload any) error {
	return e.frame([][2]string{
		{":message-type", "exception"}, {":exception-type", code}, {":content-type", "application/json"},
	}, EncodeJSON(payload))
}

func (e *Events) frame(headers [][2]string, payload []byte) error {
	m := eventstream.Message{Payload: payload}
	for _, h := range headers {
		m.Headers.Set(h[0], eventstream.StringValue(h[1]))
	}
	e.buf.Reset()
	if err := e.enc.Encode(&e.buf, m); err != nil {
		return err
	}
	_, err := e.w.Write(e.buf.Bytes())
	return err
}
