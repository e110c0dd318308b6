package agent

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
)

const nonceSize = 12

// sealer encrypts what the agent sends and decrypts what it receives, each with
// its own half of the data key: AES-256-GCM, the nonce in front.
type sealer struct{ out, in cipher.AEAD }

// newSealer takes the 64 bytes of a data key. The client decrypts with the first
// half and encrypts with the second.
func newSealer(key []byte) (*sealer, error) {
	if len(key) != 64 {
		return nil, errors.New("the data key is not 64 bytes long")
	}
	out, err := aead(key[:32])
	if err != nil {
		return nil, err
	}
	in, err := aead(key[32:])
	if err != nil {
		return nil, err
	}
	return &sealer{out: out, in: in}, nil
}

func aead(key []byte) (cipher.AEAD, error) {
	b, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(b)
}

func (s *sealer) seal(p []byte) ([]byte, error) {
	nonce := make([]byte, nonceSize, nonceSize+len(p)+s.out.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return s.out.Seal(nonce, nonce, p, nil), nil
}

func (s *sealer) open(p []byte) ([]byte, error) {
	if len(p) < nonceSize {
		return nil, errors.New("ciphertext is shorter than its nonce")
	}
	return s.in.Open(nil, p[:nonceSize], p[nonceSize:], nil)
}
