package lines

import "ecsole/lines/field"

const (
	// arenaText is how much text one arena holds, unless a single line is longer.
	arenaText = 256 << 10
	slotBits  = 13
	// arenaLines is how many lines one arena holds at most.
	arenaLines = 1 << slotBits
	arenaMax   = 1 << (32 - slotBits)
	slotMask   = arenaLines - 1
)

// entry is the index of one line. It holds no pointer: the collector never looks
// into the millions of them.
type entry struct {
	time, ingested int64
	off, n         uint32
	stream         uint32
	level, format  uint8
	flags, body    uint8
}

const entryBytes = 32 + 8 + 4 // with its id's hash and its place in the order

// arena holds text and index in the order of arrival. What is written in it is
// never moved or changed, but for ids, which only the store's lock guards.
type arena struct {
	no   uint32
	text []byte
	ents []entry
	ids  []uint64 // hash of the event's id, 0 where it came without one
	live int      // entries that the store's order still names
	held int64    // bytes charged to the budget
}

func newArena(no uint32, first int) *arena {
	size := 64 << 10
	if first > size {
		size = first
	}
	return &arena{no: no, text: make([]byte, 0, size), ents: make([]entry, 0, 256), ids: make([]uint64, 0, 256)}
}

// fits reports whether a line of n bytes still goes in.
func (a *arena) fits(n int) bool {
	return len(a.ents) < arenaLines && (len(a.text)+n <= arenaText || len(a.ents) == 0)
}

// push stores a line and returns its slot.
func (a *arena) push(e entry, id uint64, text string) uint32 {
	if need := len(a.text) + len(text); need > cap(a.text) {
		size := min(max(2*cap(a.text), need), max(arenaText, need))
		grown := make([]byte, len(a.text), size)
		copy(grown, a.text)
		a.text = grown
	}
	e.off, e.n = uint32(len(a.text)), uint32(len(text))
	a.text = append(a.text, text...)
	a.ents = append(a.ents, e)
	a.ids = append(a.ids, id)
	a.live++
	return a.no<<slotBits | uint32(len(a.ents)-1)
}

// seal gives back what the arena will not need any more.
func (a *arena) seal() {
	if cap(a.text)-len(a.text) > arenaText/16 {
		a.text = append(make([]byte, 0, len(a.text)), a.text...)
	}
	a.ents = append(make([]entry, 0, len(a.ents)), a.ents...)
	a.ids = append(make([]uint64, 0, len(a.ids)), a.ids...)
}

// size is what the arena costs, in bytes.
func (a *arena) size() int64 {
	return int64(cap(a.text)) + int64(cap(a.ents))*(entryBytes-8) + int64(cap(a.ids))*8
}

func (a *arena) bytes(i uint32) []byte {
	e := &a.ents[i]
	return a.text[e.off : e.off+e.n : e.off+e.n]
}

func (a *arena) line(i uint32) Line {
	e := &a.ents[i]
	return Line{
		Key:    Key{Time: e.time, Ingested: e.ingested, Stream: StreamID(e.stream), Slot: a.no<<slotBits | i},
		Level:  Level(e.level),
		Format: field.Format(e.format),
		Flags:  Flags(e.flags),
		Body:   int(e.body),
		Text:   a.bytes(i),
	}
}
