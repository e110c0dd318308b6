package world

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"time"
)

// mix is a hash of numbers (splitmix64 steps): the source of all that looks random
// here, so that the same seed tells the same story.
func mix(parts ...uint64) uint64 {
	h := uint64(0x9e3779b97f4a7c15)
	for _, p := range parts {
		h ^= p + 0x9e3779b97f4a7c15 + h<<6 + h>>2
		h += 0x9e3779b97f4a7c15
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		h ^= h >> 31
	}
	return h
}

// text hashes a string (FNV-1a).
func text(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// unit is a hash as a number from 0 up to 1.
func unit(h uint64) float64 { return float64(h>>11) / (1 << 53) }

// pick chooses one of the items by a hash.
func pick[T any](h uint64, items ...T) T { return items[h%uint64(len(items))] }

// hexID is n hexadecimal digits from a hash.
func hexID(h uint64, n int) string {
	var b []byte
	for i := uint64(0); len(b) < (n+1)/2; i++ {
		b = binary.BigEndian.AppendUint64(b, mix(h, i))
	}
	return hex.EncodeToString(b)[:n]
}

// digits is n decimal digits from a hash, the first not 0.
func digits(h uint64, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + mix(h, uint64(i))%10)
	}
	if b[0] == '0' {
		b[0] = '7'
	}
	return string(b)
}

// short is n characters of the alphabet that service deployments' ids have.
func short(h uint64, n int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[mix(h, uint64(i))%62]
	}
	return string(b)
}

// uuid looks like a random UUID.
func uuid(h uint64) string {
	x := []byte(hexID(h, 32))
	x[12] = '4'
	x[16] = "89ab"[mix(h, 99)%4]
	return fmt.Sprintf("%s-%s-%s-%s-%s", x[:8], x[8:12], x[12:16], x[16:20], x[20:])
}

// next is a fresh hash: the world's seed and a number that counts up.
func (w *World) next() uint64 {
	w.turns++
	return mix(w.seed, w.turns)
}

// between is a duration from lo up to hi.
func (w *World) between(lo, hi time.Duration) time.Duration {
	return lo + time.Duration(unit(w.next())*float64(hi-lo)).Round(time.Millisecond)
}

// Noise is a smooth random curve from -1 to 1: a pure function of seed and time
// that changes over about the given period.
func Noise(seed uint64, at time.Time, period time.Duration) float64 {
	x := float64(at.UnixMilli()) / float64(period.Milliseconds())
	i := math.Floor(x)
	f := x - i
	f = f * f * (3 - 2*f)
	a, b := unit(mix(seed, uint64(int64(i)))), unit(mix(seed, uint64(int64(i)+1)))
	return 2*(a+(b-a)*f) - 1
}
