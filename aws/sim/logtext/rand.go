package logtext

import (
	"math"
	"math/bits"
)

// rng is a small generator (splitmix64): its whole state is one word, so that each
// line of a log can have a generator of its own, made from where the line stands.
type rng uint64

// mix stirs words into one seed; the same words always give the same seed.
func mix(words ...uint64) uint64 {
	h := uint64(0x9E3779B97F4A7C15)
	for _, w := range words {
		h ^= w
		h *= 0xFF51AFD7ED558CCD
		h ^= h >> 32
		h *= 0xC4CEB9FE1A85EC53
		h ^= h >> 29
	}
	return h
}

// hash is FNV-1a of a text, stirred.
func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h ^= uint64(s[i])
		h *= 1099511628211
	}
	return mix(h)
}

func (r *rng) next() uint64 {
	*r += 0x9E3779B97F4A7C15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// n is in [0, max).
func (r *rng) n(max int) int {
	hi, _ := bits.Mul64(r.next(), uint64(max))
	return int(hi)
}

// between is in [lo, hi].
func (r *rng) between(lo, hi int) int { return lo + r.n(hi-lo+1) }

// unit is in [0, 1).
func (r *rng) unit() float64 { return float64(r.next()>>11) / (1 << 53) }

// chance is true with probability p.
func (r *rng) chance(p float64) bool { return r.unit() < p }

// normal is a standard normal deviate, near enough: the sum of four uniforms.
func (r *rng) normal() float64 {
	return (r.unit() + r.unit() + r.unit() + r.unit() - 2) * math.Sqrt(3)
}

// around is log-normally spread about a median, as durations are.
func (r *rng) around(median, spread float64) float64 {
	return median * math.Exp(spread*r.normal())
}

// poisson counts what happens when it happens mean times on average.
func (r *rng) poisson(mean float64) int {
	if mean <= 0 {
		return 0
	}
	if mean > 32 {
		return max(0, int(math.Round(mean+math.Sqrt(mean)*r.normal())))
	}
	limit, p, k := math.Exp(-mean), 1.0, 0
	for {
		p *= r.unit()
		if p <= limit {
			return k
		}
		k++
	}
}

// pick takes one of the list.
func pick[T any](r *rng, list []T) T { return list[r.n(len(list))] }

// favour takes one of the list, the early ones far more often than the late.
func favour[T any](r *rng, list []T) T {
	u := r.unit()
	return list[int(u*u*float64(len(list)))]
}
