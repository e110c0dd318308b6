package sim

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecsole/aws/sim/api"
)

// maxSkew is how far a signature's time may be off.
const maxSkew = 5 * time.Minute

const (
	algorithm    = "AWS4-HMAC-SHA256"
	unsignedBody = "UNSIGNED-PAYLOAD"
	amzTime      = "20060102T150405Z"
)

// signed is what a request says of its signature.
type signed struct {
	key, date, region, service string
	headers                    []string
	signature                  string
	at                         string // X-Amz-Date
	token                      string
	presigned                  bool
	expires                    time.Duration // of a presigned URL
}

// fault is why a signature is refused.
type fault int

const (
	faultNone       fault = iota
	faultMissing          // there is none
	faultIncomplete       // it cannot be read
	faultUnknown          // nobody's key or token
	faultMismatch         // made with another secret, or for another request
	faultExpired          // the credentials have expired
)

// refusal is a fault and what AWS says about it.
type refusal struct {
	fault fault
	text  string
}

// refuse makes the error in the words of the caller's protocol: services that
// speak query have other names for the same faults.
func (r refusal) refuse(query bool) *api.Error {
	json := map[fault]string{
		faultMissing: "MissingAuthenticationTokenException", faultIncomplete: "IncompleteSignatureException",
		faultUnknown: "UnrecognizedClientException", faultMismatch: "InvalidSignatureException",
		faultExpired: "ExpiredTokenException",
	}[r.fault]
	old := map[fault]string{
		faultMissing: "MissingAuthenticationToken", faultIncomplete: "IncompleteSignature",
		faultUnknown: "InvalidClientTokenId", faultMismatch: "SignatureDoesNotMatch",
		faultExpired: "ExpiredToken",
	}[r.fault]
	e := &api.Error{Code: json, QueryCode: old, Message: r.text}
	if query {
		e.Status = http.StatusForbidden
	}
	return e
}

// readSignature finds the signature in the header or in the query.
func readSignature(r *http.Request) (signed, *refusal) {
	if q := r.URL.Query(); q.Get("X-Amz-Algorithm") != "" {
		return readPresigned(q)
	}
	auth := r.Header.Get("Authorization")
	if auth == "" {
		return signed{}, &refusal{faultMissing, "Missing Authentication Token"}
	}
	kind, rest, _ := strings.Cut(auth, " ")
	if kind != algorithm {
		return signed{}, &refusal{faultIncomplete, "Unsupported AWS 'algorithm': '" + kind + "'"}
	}
	parts := map[string]string{}
	for _, p := range strings.Split(rest, ",") {
		k, v, _ := strings.Cut(strings.TrimSpace(p), "=")
		parts[k] = v
	}
	for _, k := range []string{"Credential", "SignedHeaders", "Signature"} {
		if parts[k] == "" {
			return signed{}, &refusal{faultIncomplete, "Authorization header requires '" + k + "' parameter. Authorization=" + algorithm}
		}
	}
	s := signed{
		headers: strings.Split(parts["SignedHeaders"], ";"), signature: parts["Signature"],
		at: r.Header.Get("X-Amz-Date"), token: r.Header.Get("X-Amz-Security-Token"),
	}
	if s.at == "" {
		if t, err := http.ParseTime(r.Header.Get("Date")); err == nil {
			s.at = t.UTC().Format(amzTime)
		}
	}
	return s.scope(parts["Credential"])
}

func readPresigned(q url.Values) (signed, *refusal) {
	if a := q.Get("X-Amz-Algorithm"); a != algorithm {
		return signed{}, &refusal{faultIncomplete, "Unsupported AWS 'algorithm': '" + a + "'"}
	}
	n, err := strconv.Atoi(q.Get("X-Amz-Expires"))
	if err != nil && q.Has("X-Amz-Expires") || n < 0 || n > 604800 {
		return signed{}, &refusal{faultIncomplete, "X-Amz-Expires must be a number of seconds up to 604800"}
	}
	if !q.Has("X-Amz-Expires") {
		n = int(maxSkew / time.Second)
	}
	s := signed{
		headers: strings.Split(q.Get("X-Amz-SignedHeaders"), ";"), signature: q.Get("X-Amz-Signature"),
		at: q.Get("X-Amz-Date"), token: q.Get("X-Amz-Security-Token"), presigned: true, expires: time.Duration(n) * time.Second,
	}
	return s.scope(q.Get("X-Amz-Credential"))
}

// scope reads KEY/DATE/REGION/SERVICE/aws4_request.
func (s signed) scope(credential string) (signed, *refusal) {
	c := strings.Split(credential, "/")
	if len(c) != 5 || c[4] != "aws4_request" {
		return s, &refusal{faultIncomplete, "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" + credential + "'"}
	}
	s.key, s.date, s.region, s.service = c[0], c[1], c[2], c[3]
	return s, nil
}

// verify checks a request's signature in full: key and token, age, signed headers,
// payload and the signature itself.
func (r *keyring) verify(req *http.Request, body []byte, s signed, now time.Time) (key, *refusal) {
	k, ok := r.find(s.key)
	if !ok || k.token != s.token {
		return key{}, &refusal{faultUnknown, "The security token included in the request is invalid."}
	}
	at, err := time.Parse(amzTime, s.at)
	if err != nil {
		return key{}, &refusal{faultIncomplete, "Date must be in ISO-8601 'basic format'. Got '" + s.at + "'. See http://en.wikipedia.org/wiki/ISO_8601"}
	}
	if s.at[:8] != s.date {
		return key{}, &refusal{faultMismatch, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" + s.date + "' != '" + s.at[:8] + "', from '" + s.at + "'."}
	}
	if r := s.age(at, now); r != nil {
		return key{}, r
	}
	if !slices.Contains(s.headers, "host") && !slices.Contains(s.headers, ":authority") {
		return key{}, &refusal{faultMismatch, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."}
	}
	hash, r2 := payloadHash(req, body, s)
	if r2 != nil {
		return key{}, r2
	}
	want := k.sign(s, canonical(req, s, hash))
	if subtle.ConstantTimeCompare([]byte(want), []byte(s.signature)) != 1 {
		return key{}, &refusal{faultMismatch, "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
	}
	if !k.expires.IsZero() && !now.Before(k.expires) {
		return key{}, &refusal{faultExpired, expiredText}
	}
	return k, nil
}

const expiredText = "The security token included in the request is expired"

// age checks the time of a signature, or the end of a presigned URL.
func (s signed) age(at, now time.Time) *refusal {
	early := now.Add(maxSkew)
	if at.After(early) {
		return &refusal{faultMismatch, "Signature not yet current: " + s.at + " is still later than " + early.UTC().Format(amzTime) + " (" + now.UTC().Format(amzTime) + " + 5 min.)"}
	}
	if s.presigned {
		if end := at.Add(s.expires); now.After(end) {
			return &refusal{faultMismatch, "Signature expired: " + end.UTC().Format(amzTime) + " is now earlier than " + now.UTC().Format(amzTime)}
		}
		return nil
	}
	if late := now.Add(-maxSkew); at.Before(late) {
		return &refusal{faultMismatch, "Signature expired: " + s.at + " is now earlier than " + late.UTC().Format(amzTime) + " (" + now.UTC().Format(amzTime) + " - 5 min.)"}
	}
	return nil
}

// payloadHash is the hash that was signed; one that is given must be the body's.
func payloadHash(r *http.Request, body []byte, s signed) (string, *refusal) {
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	given := r.Header.Get("X-Amz-Content-Sha256")
	if s.presigned && given == "" {
		given = r.URL.Query().Get("X-Amz-Content-Sha256")
	}
	switch given {
	case "", hash:
		return hash, nil
	case unsignedBody:
		return unsignedBody, nil
	}
	return "", &refusal{faultMismatch, "The provided 'x-amz-content-sha256' header does not match what was computed."}
}

// canonical is the canonical request of SigV4 (for all services but S3, whose
// paths are encoded once).
func canonical(r *http.Request, s signed, hash string) string {
	path, _, _ := strings.Cut(r.RequestURI, "?")
	if i := strings.Index(path, "://"); i >= 0 { // absolute form, as proxies send it
		path = r.URL.EscapedPath()
	}
	if path == "" {
		path = "/"
	}
	var b strings.Builder
	b.WriteString(r.Method + "\n" + uriEncode(path, true) + "\n" + canonicalQuery(r.URL, s.presigned) + "\n")
	for _, h := range s.headers {
		b.WriteString(h + ":" + headerValue(r, h) + "\n")
	}
	b.WriteString("\n" + strings.Join(s.headers, ";") + "\n" + hash)
	return b.String()
}

func canonicalQuery(u *url.URL, presigned bool) string {
	var pairs []string
	for name, vals := range u.Query() {
		if presigned && name == "X-Amz-Signature" {
			continue
		}
		for _, v := range vals {
			pairs = append(pairs, uriEncode(name, false)+"="+uriEncode(v, false))
		}
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

// headerValue is a header as it is signed; three of them net/http keeps elsewhere.
func headerValue(r *http.Request, name string) string {
	switch name {
	case "host", ":authority":
		return r.Host
	case "content-length":
		return strconv.FormatInt(r.ContentLength, 10)
	case "transfer-encoding":
		return strings.Join(r.TransferEncoding, ",")
	}
	vals := slices.Clone(r.Header.Values(name))
	for i, v := range vals {
		vals[i] = strings.Join(strings.Fields(v), " ")
	}
	return strings.Join(vals, ",")
}

// uriEncode encodes all but unreserved characters, and slashes where they may stay.
func uriEncode(s string, slash bool) string {
	const upperHex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9',
			c == '-', c == '_', c == '.', c == '~', c == '/' && slash:
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', upperHex[c>>4], upperHex[c&15]})
		}
	}
	return b.String()
}

// sign derives the signing key and signs the canonical request.
func (k key) sign(s signed, canonical string) string {
	sum := sha256.Sum256([]byte(canonical))
	text := algorithm + "\n" + s.at + "\n" + s.date + "/" + s.region + "/" + s.service + "/aws4_request\n" + hex.EncodeToString(sum[:])
	h := []byte("AWS4" + k.secret)
	for _, part := range []string{s.date, s.region, s.service, "aws4_request", text} {
		m := hmac.New(sha256.New, h)
		m.Write([]byte(part))
		h = m.Sum(nil)
	}
	return hex.EncodeToString(h)
}
