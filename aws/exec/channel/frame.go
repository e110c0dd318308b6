package channel

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/session-manager-plugin/src/message"
)

// maxFrame is more than any message of the channel has; a longer one is foreign.
const maxFrame = 1 << 20

// frame is one binary message of the channel. The layout is that of package message
// of session-manager-plugin; reading it here spares some twenty allocations for each
// kilobyte of output, and a panic on a header length that lies.
type frame struct {
	kind    string // message.OutputStreamMessage …
	seq     int64
	flags   uint64
	id      [16]byte
	payload message.PayloadType
	body    []byte // aliases what was parsed
}

var (
	errShort  = errors.New("frame is shorter than its header")
	errHeader = errors.New("frame's lengths do not fit")
	errDigest = errors.New("payload does not match its digest")
)

// kinds are the message types that have a meaning here; finding one of them spares
// the allocation of its name.
var kinds = [...]string{
	message.OutputStreamMessage, message.AcknowledgeMessage, message.ChannelClosedMessage,
	message.StartPublicationMessage, message.PausePublicationMessage, message.InputStreamMessage,
}

func kindOf(b []byte) string {
	b = bytes.TrimSpace(bytes.Trim(b, "\x00")) // as the library does
	for _, k := range kinds {
		if string(b) == k {
			return k
		}
	}
	return string(b)
}

// parse reads one frame. Publication messages come without a digest.
func parse(b []byte) (frame, error) {
	if len(b) < message.ClientMessage_PayloadOffset || len(b) > maxFrame {
		return frame{}, errShort
	}
	field := func(offset, length int) []byte { return b[offset : offset+length] }
	f := frame{
		kind:    kindOf(field(message.ClientMessage_MessageTypeOffset, message.ClientMessage_MessageTypeLength)),
		seq:     int64(binary.BigEndian.Uint64(b[message.ClientMessage_SequenceNumberOffset:])),
		flags:   binary.BigEndian.Uint64(b[message.ClientMessage_FlagsOffset:]),
		payload: message.PayloadType(binary.BigEndian.Uint32(b[message.ClientMessage_PayloadTypeOffset:])),
	}
	id := field(message.ClientMessage_MessageIdOffset, message.ClientMessage_MessageIdLength)
	copy(f.id[8:], id[:8]) // the lower half of the UUID comes first
	copy(f.id[:8], id[8:])
	header := uint64(binary.BigEndian.Uint32(b))
	length := uint64(binary.BigEndian.Uint32(b[message.ClientMessage_PayloadLengthOffset:]))
	if header < message.ClientMessage_PayloadLengthOffset || header+message.ClientMessage_PayloadLengthLength+length != uint64(len(b)) {
		return f, fmt.Errorf("%w: header %d, payload %d, frame %d bytes", errHeader, header, length, len(b))
	}
	f.body = b[header+message.ClientMessage_PayloadLengthLength:]
	if length > 0 && f.kind != message.StartPublicationMessage && f.kind != message.PausePublicationMessage {
		digest := field(message.ClientMessage_PayloadDigestOffset, message.ClientMessage_PayloadDigestLength)
		if sum := sha256.Sum256(f.body); !bytes.Equal(sum[:], digest) {
			return f, errDigest
		}
	}
	return f, nil
}

// append writes the frame behind b.
func (f frame) append(b []byte, now time.Time) []byte {
	start := len(b)
	var header [message.ClientMessage_PayloadOffset]byte
	b = append(b, header[:]...)
	h := b[start:]
	binary.BigEndian.PutUint32(h, message.ClientMessage_PayloadLengthOffset)
	name := h[message.ClientMessage_MessageTypeOffset : message.ClientMessage_MessageTypeOffset+message.ClientMessage_MessageTypeLength]
	for i := copy(name, f.kind); i < len(name); i++ {
		name[i] = ' '
	}
	binary.BigEndian.PutUint32(h[message.ClientMessage_SchemaVersionOffset:], 1)
	binary.BigEndian.PutUint64(h[message.ClientMessage_CreatedDateOffset:], uint64(now.UnixMilli()))
	binary.BigEndian.PutUint64(h[message.ClientMessage_SequenceNumberOffset:], uint64(f.seq))
	binary.BigEndian.PutUint64(h[message.ClientMessage_FlagsOffset:], f.flags)
	copy(h[message.ClientMessage_MessageIdOffset:], f.id[8:])
	copy(h[message.ClientMessage_MessageIdOffset+8:], f.id[:8])
	sum := sha256.Sum256(f.body)
	copy(h[message.ClientMessage_PayloadDigestOffset:], sum[:])
	binary.BigEndian.PutUint32(h[message.ClientMessage_PayloadTypeOffset:], uint32(f.payload))
	binary.BigEndian.PutUint32(h[message.ClientMessage_PayloadLengthOffset:], uint32(len(f.body)))
	return append(b, f.body...)
}

// newID makes a random version 4 UUID.
func newID() (id [16]byte) {
	_, _ = rand.Read(id[:]) // never fails on supported platforms
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id
}

// appendID writes an id in its hyphenated form.
func appendID(b []byte, id [16]byte) []byte {
	for i, part := range [...][]byte{id[:4], id[4:6], id[6:8], id[8:10], id[10:]} {
		if i > 0 {
			b = append(b, '-')
		}
		b = hex.AppendEncode(b, part)
	}
	return b
}

// ack is what has to be said about one received message.
type ack struct {
	kind string
	id   [16]byte
	seq  int64
}

// append writes the acknowledgement behind b, as JSON of message.AcknowledgeContent:
// there is one for each kilobyte of output.
func (a ack) append(b []byte, now time.Time) []byte {
	var room [256]byte
	body := append(room[:0], `{"AcknowledgedMessageType":"`...)
	body = append(body, a.kind...)
	body = append(body, `","AcknowledgedMessageId":"`...)
	body = appendID(body, a.id)
	body = append(body, `","AcknowledgedMessageSequenceNumber":`...)
	body = strconv.AppendInt(body, a.seq, 10)
	body = append(body, `,"IsSequentialMessage":true}`...)
	f := frame{kind: message.AcknowledgeMessage, flags: 3, id: newID(), body: body}
	return f.append(b, now)
}

// acks are acknowledgements that wait, the oldest first. The room for them is used
// again, unless it is much.
type acks struct {
	list []ack
	head int // of those that wait
}

const muchRoom = 1024

func (q *acks) len() int { return len(q.list) - q.head }

func (q *acks) put(a ack) {
	switch {
	case q.head == len(q.list) && cap(q.list) > muchRoom:
		q.list, q.head = nil, 0
	case q.head == len(q.list) || q.head > muchRoom:
		q.list, q.head = append(q.list[:0], q.list[q.head:]...), 0
	}
	q.list = append(q.list, a)
}

// take gives up to n of them, until the next put.
func (q *acks) take(n int) []ack {
	from := q.head
	q.head = min(q.head+n, len(q.list))
	return q.list[from:q.head]
}
