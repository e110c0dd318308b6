package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
)

// Pager makes and reads paging tokens. A token is bound to one operation and to
// the parameters it was made for, and cannot be forged, as with AWS.
type Pager struct{ key []byte }

// NewPager takes the key that its tokens are signed with.
func NewPager(key []byte) *Pager { return &Pager{key: key} }

// Token wraps a position. Scope names the operation and the filters that the
// token belongs to ("ListServices|arn:…").
func (p *Pager) Token(scope string, position any) string {
	b, err := json.Marshal(position)
	if err != nil {
		return "" // positions are plain values
	}
	enc := base64.RawURLEncoding
	return enc.EncodeToString(b) + "." + enc.EncodeToString(p.sum(scope, b))
}

// Read unwraps a token made for the same scope; false is a token that AWS would
// refuse.
func (p *Pager) Read(scope, token string, position any) bool {
	body, mac, ok := strings.Cut(token, ".")
	if !ok {
		return false
	}
	enc := base64.RawURLEncoding
	b, err := enc.DecodeString(body)
	if err != nil {
		return false
	}
	m, err := enc.DecodeString(mac)
	if err != nil || !hmac.Equal(m, p.sum(scope, b)) {
		return false
	}
	return json.Unmarshal(b, position) == nil
}

func (p *Pager) sum(scope string, b []byte) []byte {
	h := hmac.New(sha256.New, p.key)
	h.Write([]byte(scope))
	h.Write([]byte{0})
	h.Write(b)
	return h.Sum(nil)[:12]
}

// Page cuts one page out of ids, which are sorted: those after the
// token's position, at most limit. The position is the last id that was given, so
// that what comes or goes between two pages neither repeats nor hides an id.
func (p *Pager) Page(scope, token string, ids []string, limit int) (page []string, next string, ok bool) {
	start := 0
	if token != "" {
		var after string
		if !p.Read(scope, token, &after) {
			return nil, "", false
		}
		start = searchAfter(ids, after)
	}
	end := min(start+limit, len(ids))
	page = ids[start:end]
	if end < len(ids) && len(page) > 0 {
		next = p.Token(scope, page[len(page)-1])
	}
	return page, next, true
}

// Ordered is Page for ids in any order that lasts: the token knows its last id and
// place, and where that id has gone, the place counts.
func (p *Pager) Ordered(scope, token string, ids []string, limit int) (page []string, next string, ok bool) {
	type position struct {
		After string
		At    int
	}
	start := 0
	if token != "" {
		var pos position
		if !p.Read(scope, token, &pos) {
			return nil, "", false
		}
		if start = slices.Index(ids, pos.After) + 1; start == 0 {
			start = min(pos.At, len(ids))
		}
	}
	end := min(start+limit, len(ids))
	page = ids[start:end]
	if end < len(ids) && len(page) > 0 {
		next = p.Token(scope, position{page[len(page)-1], end})
	}
	return page, next, true
}

// searchAfter finds the first id behind after in sorted ids.
func searchAfter(ids []string, after string) int {
	lo, hi := 0, len(ids)
	for lo < hi {
		mid := (lo + hi) / 2
		if ids[mid] <= after {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}
