package logtext

import "math/bits"

// ID is the event's id: 56 decimal digits that grow with time, as at AWS, where the
// upper bits of the number are the event's milliseconds.
func (e Event) ID() string { return id56(uint64(e.Time), e.Stream.key, e.ord) }

// id56 writes (ms << 144 | key << 80 | ord << 32) in decimal.
func id56(ms, key, ord uint64) string {
	// Three limbs of 64 bits, the highest first: bits 191..128, 127..64, 63..0.
	limbs := [3]uint64{
		ms<<16 | key>>48,
		key<<16 | ord>>32,
		ord << 32,
	}
	var digits [57]byte
	const group = 10_000_000_000_000_000_000 // 19 digits
	for end := len(digits); end > 0; end -= 19 {
		var rest uint64
		for i := range limbs {
			limbs[i], rest = bits.Div64(rest, limbs[i], group)
		}
		for i := end - 1; i >= max(end-19, 0); i-- {
			digits[i] = byte('0' + rest%10)
			rest /= 10
		}
	}
	return string(digits[1:])
}
