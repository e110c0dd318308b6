// Package mask hides secrets in log lines: keys of AWS, tokens, passwords in URLs
// and fields, private keys. It errs on the side of hiding. What it cannot know is a
// secret that looks like any other word.
package mask

import (
	"regexp"

	"ecsole/lines/match"
)

// Sign stands for what was hidden.
const Sign = "▒▒▒▒"

// Masker hides secrets. It may be used by several goroutines.
type Masker struct {
	hint  *match.Query
	rules []rule
}

// rule hides one group of what an expression matches.
type rule struct {
	re    *regexp.Regexp
	group int
}

// New makes a masker.
func New() *Masker {
	// A line without any of these has nothing to hide.
	hint, err := match.Parse(`akia|asia|bearer|basic|private key|:\/\/|passw|passwd|pwd|secret|token|api_key|apikey|api-key|eyj|ghp_|gho_|ghs_|ghu_|ghr_|github_pat_|xoxa-|xoxb-|xoxp-|xoxr-|xoxs-|credential|authorization|sig=|signature=`)
	if err != nil {
		return nil // the expression above is right, or no test passes
	}
	m := &Masker{hint: hint}
	for _, r := range []struct {
		expr  string
		group int
	}{
		{`-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:(.*?))(?:-----END|$)`, 1},
		{`\b(?:AKIA|ASIA)([A-Z0-9]{12,20})\b`, 1},
		{`\b(eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?)`, 1},
		{`\b((?:ghp|gho|ghs|ghu|ghr)_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|xox[abprs]-[A-Za-z0-9-]{10,})`, 1},
		{`(?i)\b(?:bearer|basic)\s+([A-Za-z0-9._~+/=-]{8,})`, 1},
		{`(?i)\b[a-z][a-z0-9+.-]*://[^\s:/@"']*:([^\s/@"']+)@`, 1},
		// "secretAccessKey": "…", password=…, x-amz-security-token: …
		{`(?i)[a-z0-9_.-]*(?:passw(?:or)?d|passwd|pwd|secret|token|api[_-]?key|credentials?|authorization)[a-z0-9_.-]*\\?["']?\s*[:=]\s*\\?["']([^"'\\]+)`, 1},
		{`(?i)[a-z0-9_.-]*(?:passw(?:or)?d|passwd|pwd|secret|token|api[_-]?key)[a-z0-9_.-]*\s*=\s*([^\s"',;&)}\]\\]+)`, 1},
		{`(?i)\b(?:password|passwd|secret|token|api[_-]?key)\s*:\s+([^\s"',;&)}\]\\{\[]{6,})`, 1},
		{`(?i)\b(?:X-Amz-Security-Token|X-Amz-Signature|X-Amz-Credential|sig|signature|access_token)=([^&\s"']+)`, 1},
	} {
		m.rules = append(m.rules, rule{regexp.MustCompile(r.expr), r.group})
	}
	return m
}

// Line hides the secrets in a text. Without any, it is returned as it is.
func (m *Masker) Line(text []byte) []byte {
	if solid(text) {
		return []byte(Sign) // a line of a key, or of other data that nobody reads
	}
	if !m.hint.Match(text, 0) {
		return text
	}
	for _, r := range m.rules {
		text = r.hide(text)
	}
	return text
}

// solid reports whether a text is base64 throughout, as a line of a private key is.
func solid(text []byte) bool {
	n := len(text)
	for n > 0 && text[n-1] == '=' {
		n--
	}
	if n < 64 || len(text)-n > 2 {
		return false
	}
	for _, c := range text[:n] {
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '+' && c != '/' {
			return false
		}
	}
	return true
}

func (r rule) hide(text []byte) []byte {
	found := r.re.FindAllSubmatchIndex(text, -1)
	if found == nil {
		return text
	}
	out := make([]byte, 0, len(text))
	from := 0
	for _, f := range found {
		begin, end := f[2*r.group], f[2*r.group+1]
		if begin < from || end <= begin || string(text[begin:end]) == Sign {
			continue
		}
		out = append(out, text[from:begin]...)
		out = append(out, Sign...)
		from = end
	}
	return append(out, text[from:]...)
}
