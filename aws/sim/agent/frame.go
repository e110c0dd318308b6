// Package agent is the far side of an SSM data channel: what the agent in a
// container and the message gateway in front of it do together. It speaks the
// channel's wire format over a WebSocket, keeps sessions across connections, shakes
// hands for KMS and port sessions, and loses, doubles, delays and cuts on demand.
package agent

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Message types of the data channel.
const (
	TypeInput  = "input_stream_data"
	TypeOutput = "output_stream_data"
	TypeAck    = "acknowledge"
	TypeClosed = "channel_closed"
	TypeStart  = "start_publication"
	TypePause  = "pause_publication"
)

// Payload is the kind of a stream message's payload.
type Payload uint32

// Payload kinds of stream messages.
const (
	PayloadOutput            Payload = 1 // keys one way, text the other
	PayloadError             Payload = 2
	PayloadSize              Payload = 3
	PayloadParameter         Payload = 4
	PayloadHandshakeRequest  Payload = 5
	PayloadHandshakeResponse Payload = 6
	PayloadHandshakeComplete Payload = 7
	PayloadChallengeRequest  Payload = 8
	PayloadChallengeResponse Payload = 9
	PayloadFlag              Payload = 10
	PayloadStdErr            Payload = 11
	PayloadExitCode          Payload = 12
)

// Flag is the value of a PayloadFlag message.
type Flag uint32

// Flags of port and shell sessions.
const (
	FlagDisconnectToPort   Flag = 1
	FlagTerminateSession   Flag = 2
	FlagConnectToPortError Flag = 3
)

// ID is a message's UUID in text order.
type ID [16]byte

// NewID makes a random version 4 UUID.
func NewID() ID {
	var id ID
	_, _ = rand.Read(id[:]) // never fails on supported platforms
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id
}

// String writes the id with hyphens.
func (id ID) String() string {
	h := hex.EncodeToString(id[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// Frame is one binary message of the channel.
type Frame struct {
	Type    string // at most 32 bytes
	Schema  uint32
	Created time.Time // to the millisecond
	Seq     int64
	Flags   uint64 // bit 0 SYN, bit 1 FIN
	ID      ID
	Kind    Payload
	Payload []byte
}

// Offsets of the fixed header. Numbers are big-endian; the header length counts all
// but itself's successor, the payload length, so that the payload begins 4 bytes
// behind it.
const (
	offType    = 4
	offSchema  = 36
	offCreated = 40
	offSeq     = 48
	offFlags   = 56
	offID      = 64
	offDigest  = 80
	offKind    = 112
	offLength  = 116
	offPayload = 120
)

// Errors of Parse.
var (
	ErrShort  = errors.New("frame is shorter than its header")
	ErrHeader = errors.New("frame's header length does not fit")
	ErrDigest = errors.New("payload does not match its digest")
)

// Append writes the frame behind b.
func (f Frame) Append(b []byte) []byte {
	start := len(b)
	b = append(b, make([]byte, offPayload)...)
	h := b[start:]
	binary.BigEndian.PutUint32(h, offLength)
	copy(h[offType:offSchema], strings.Repeat(" ", 32))
	copy(h[offType:offSchema], f.Type)
	binary.BigEndian.PutUint32(h[offSchema:], f.Schema)
	binary.BigEndian.PutUint64(h[offCreated:], uint64(f.Created.UnixMilli()))
	binary.BigEndian.PutUint64(h[offSeq:], uint64(f.Seq))
	binary.BigEndian.PutUint64(h[offFlags:], f.Flags)
	copy(h[offID:], f.ID[8:]) // the lower half of the UUID comes first
	copy(h[offID+8:], f.ID[:8])
	sum := sha256.Sum256(f.Payload)
	copy(h[offDigest:], sum[:])
	binary.BigEndian.PutUint32(h[offKind:], uint32(f.Kind))
	binary.BigEndian.PutUint32(h[offLength:], uint32(len(f.Payload)))
	return append(b, f.Payload...)
}

// Parse reads one frame. The payload aliases b. Publication messages come without
// a digest.
func Parse(b []byte) (Frame, error) {
	if len(b) < offPayload {
		return Frame{}, ErrShort
	}
	f := Frame{
		Type:    strings.TrimSpace(string(bytes.Trim(b[offType:offSchema], "\x00"))),
		Schema:  binary.BigEndian.Uint32(b[offSchema:]),
		Created: time.UnixMilli(int64(binary.BigEndian.Uint64(b[offCreated:]))),
		Seq:     int64(binary.BigEndian.Uint64(b[offSeq:])),
		Flags:   binary.BigEndian.Uint64(b[offFlags:]),
		Kind:    Payload(binary.BigEndian.Uint32(b[offKind:])),
	}
	copy(f.ID[8:], b[offID:])
	copy(f.ID[:8], b[offID+8:offID+16])
	hl := uint64(binary.BigEndian.Uint32(b))
	pl := uint64(binary.BigEndian.Uint32(b[offLength:]))
	if hl < offLength || hl+4+pl != uint64(len(b)) {
		return f, fmt.Errorf("%w: header %d, payload %d, frame %d bytes", ErrHeader, hl, pl, len(b))
	}
	f.Payload = b[hl+4:]
	if pl > 0 && f.Type != TypeStart && f.Type != TypePause {
		if sum := sha256.Sum256(f.Payload); !bytes.Equal(sum[:], b[offDigest:offDigest+32]) {
			return f, ErrDigest
		}
	}
	return f, nil
}

// Ack is the payload of an acknowledge message.
type Ack struct {
	Type       string `json:"AcknowledgedMessageType"`
	ID         string `json:"AcknowledgedMessageId"`
	Seq        int64  `json:"AcknowledgedMessageSequenceNumber"`
	Sequential bool   `json:"IsSequentialMessage"`
}

// Closed is the payload of a channel_closed message.
type Closed struct {
	MessageID     string `json:"MessageId"`
	CreatedDate   string `json:"CreatedDate"` // milliseconds since 1970
	DestinationID string `json:"DestinationId"`
	SessionID     string `json:"SessionId"`
	MessageType   string `json:"MessageType"`
	SchemaVersion int    `json:"SchemaVersion"`
	Output        string `json:"Output"`
}

// Size is the payload of a PayloadSize message.
type Size struct {
	Cols uint32 `json:"cols"`
	Rows uint32 `json:"rows"`
}

// Opening is the first, textual message of a connection.
type Opening struct {
	Schema        string `json:"MessageSchemaVersion"`
	RequestID     string `json:"RequestId"`
	Token         string `json:"TokenValue"`
	ClientID      string `json:"ClientId"`
	ClientVersion string `json:"ClientVersion"`
}

var (
	ackBegins = []byte(`{"AcknowledgedMessageType":"` + TypeOutput + `",`)
	ackNumber = []byte(`"AcknowledgedMessageSequenceNumber":`)
)

// outputAck reads which output an acknowledgement is for. There is one for each
// kilobyte, and most are written in the same way, which needs no parser.
func outputAck(p []byte) (seq int64, ok bool) {
	if i := bytes.Index(p, ackNumber); i > 0 && bytes.HasPrefix(p, ackBegins) {
		digits := 0
		for _, c := range p[i+len(ackNumber):] {
			if c < '0' || c > '9' || digits == 18 {
				break
			}
			seq = seq*10 + int64(c-'0')
			digits++
		}
		if end := i + len(ackNumber) + digits; digits > 0 && end < len(p) && (p[end] == ',' || p[end] == '}') {
			return seq, true
		}
	}
	var a Ack
	if json.Unmarshal(p, &a) != nil || a.Type != TypeOutput {
		return 0, false
	}
	return a.Seq, true
}
