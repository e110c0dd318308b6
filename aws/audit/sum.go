package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
)

// Sum counts and hashes what is written to it: put it beside the real writer with
// io.MultiWriter. The zero value is ready; it is for one goroutine.
type Sum struct {
	n int64
	h hash.Hash
}

func (s *Sum) Write(p []byte) (int, error) {
	if s.h == nil {
		s.h = sha256.New()
	}
	s.n += int64(len(p))
	return s.h.Write(p)
}

// Bytes written so far.
func (s *Sum) Bytes() int64 { return s.n }

// Hex is the SHA-256 of what was written so far.
func (s *Sum) Hex() string {
	if s.h == nil {
		s.h = sha256.New()
	}
	return hex.EncodeToString(s.h.Sum(nil))
}
