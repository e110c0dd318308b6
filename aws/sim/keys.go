package sim

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"sync"
	"time"

	"ecsole/aws/sim/api"
)

// key is one access key; session keys have a token and an end.
type key struct {
	id, secret, token string
	expires           time.Time // zero: never
	who               api.Principal
}

// keyring has the keys of the account, made at each start.
type keyring struct {
	mu   sync.Mutex
	main string
	all  map[string]key
}

func newKeyring(account string) *keyring {
	k := key{id: newKeyID("AKIA"), secret: newSecret()}
	k.who = api.Principal{
		Account: account, AccessKey: k.id, UserID: newKeyID("AIDA"),
		ARN: fmt.Sprintf("arn:aws:iam::%s:user/oncall", account),
	}
	return &keyring{main: k.id, all: map[string]key{k.id: k}}
}

func (r *keyring) root() key {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all[r.main]
}

func (r *keyring) find(id string) (key, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k, ok := r.all[id]
	return k, ok
}

// Issue makes a session key for a principal, as AssumeRole does.
func (r *keyring) Issue(who api.Principal, expires time.Time) (id, secret, token string) {
	k := key{id: newKeyID("ASIA"), secret: newSecret(), token: newToken(), expires: expires, who: who}
	k.who.AccessKey = k.id
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all[k.id] = k
	return k.id, k.secret, k.token
}

// newKeyID looks like an AWS id: a prefix and 16 letters and digits.
func newKeyID(prefix string) string {
	b := make([]byte, 10)
	rand.Read(b)
	return prefix + base32.StdEncoding.EncodeToString(b)
}

// newSecret has 40 characters, none of which a shell would read.
func newSecret() string {
	b := make([]byte, 30)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

func newToken() string {
	b := make([]byte, 192)
	rand.Read(b)
	return "IQoJb3JpZ2luX2Vj" + base64.StdEncoding.EncodeToString(b)
}

// newRequestID is a random UUID.
func newRequestID() string {
	b := make([]byte, 16)
	rand.Read(b)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
