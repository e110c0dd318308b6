package match

import (
	"regexp"
	"strings"
	"testing"

	"ecsole/lines"
	"ecsole/lines/field"
)

// block is a block of lines for tests, put together without a gap.
type block struct {
	text  []byte
	spans [][2]int
}

func blockOf(texts ...string) *block {
	b := &block{}
	for _, t := range texts {
		b.spans = append(b.spans, [2]int{len(b.text), len(b.text) + len(t)})
		b.text = append(b.text, t...)
	}
	return b
}

func (b *block) Text() []byte              { return b.text }
func (b *block) Len() int                  { return len(b.spans) }
func (b *block) Span(i int) (int, int)     { return b.spans[i][0], b.spans[i][1] }
func (b *block) Stream(int) lines.StreamID { return 0 }
func (b *block) line(i int) string         { return string(b.text[b.spans[i][0]:b.spans[i][1]]) }
func (b *block) Level(i int) field.Level   { return field.Recognise(b.line(i)).Level }
func scan(q *Query, b *block) (hits []int) {
	q.Scan(b, func(i int) bool { hits = append(hits, i); return true })
	return
}
func each(q *Query, b *block) (hits []int) {
	for i := range b.Len() {
		if q.Match([]byte(b.line(i)), b.Level(i)) {
			hits = append(hits, i)
		}
	}
	return hits
}

func TestTerms(t *testing.T) {
	json := `{"level":"error","status":503,"user":{"id":"7"},"path":"/api/pay","took":"812ms","msg":"say \"status\":200"}`
	logfmt := `level=warn status=404 user.id=7 path=/api/cart took=1.5s msg="not found"`
	plain := `2026-11-22T14:05:00Z INFO Payment TIMEOUT after 30s (upstream refused)`
	all := []string{json, logfmt, plain}
	for query, want := range map[string]string{
		"":                          "111",
		"timeout":                   "001",
		"TIMEOUT|not found":         "011",
		"!timeout":                  "110",
		"timeout && refused":        "001",
		"timeout && !refused":       "000",
		"time.*refused":             "001",
		`\d+s`:                      "011",
		`"(upstream"`:               "001",
		"-f upstrm":                 "001",
		"-f zzz":                    "000",
		"status>=500":               "100",
		"status>=400":               "110",
		"status!=503":               "010",
		"status=503":                "100",
		"status<500":                "010",
		"level=error":               "100",
		"level>=warn":               "110",
		"level<warn":                "001",
		"level!=error":              "011",
		`.user.id="7"`:              "110",
		`.user.id="8"`:              "000",
		"user.id=7":                 "110",
		"id=7":                      "100",
		"path=/API/*":               "110",
		"path=*cart":                "010",
		"path!=*cart":               "100",
		"path=~c[ar]+t":             "010",
		"path!~cart":                "100",
		"took>1s":                   "010",
		"took>500ms && status>=500": "100",
		"!status>=500":              "011",
		`msg="not found"`:           "010",
		"no_such_field!=1":          "000",
		`a\&\&b`:                    "000",
		`"a&&b"`:                    "000",
	} {
		q, err := Parse(query)
		if err != nil {
			t.Errorf("%q: %v", query, err)
			continue
		}
		got := ""
		for _, l := range all {
			if q.Match([]byte(l), field.Recognise(l).Level) {
				got += "1"
			} else {
				got += "0"
			}
		}
		if got != want {
			t.Errorf("%q matches %s, want %s", query, got, want)
		}
	}
}

func TestBadQueriesSayWhy(t *testing.T) {
	for query, want := range map[string]string{
		"a(b":       "missing closing )",
		"!":         "nothing after !",
		"-f":        "nothing after -f",
		"a && ":     "empty",
		"&& a":      "empty",
		"status=~(": "missing closing )",
		"[z-a]":     "invalid character class range",
	} {
		_, err := Parse(query)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "(?im)") {
			t.Errorf("%q: %v", query, err)
		}
	}
}

func TestLiteralsAreFound(t *testing.T) {
	for expr, want := range map[string]string{
		"timeout":                    "timeout exact fold",
		"timeout|refused|reset":      "timeout refused reset exact fold",
		"(?:conn|stream) (?:re)?set": "conn reset conn set stream reset stream set exact fold",
		"err(or)?":                   "error err exact fold",
		`status=5\d\d`:               "status=5 fold",
		"user .* failed":             " failed fold",
		"[a-z]+":                     "",
		".*":                         "",
		"a?b?":                       "",
		"gr[ae]y":                    "gray grey exact fold",
		"größe":                      "gr fold",
		"日本":                         "日本 exact fold",
		"(?-i)Exact":                 "Exact exact",
		"x{2,3}yz":                   "xxxyz xxyz exact fold",
	} {
		s := literalsOf("(?im)" + expr)
		got := strings.Join(s.texts, " ")
		if s.exact {
			got += " exact"
		}
		if s.fold && len(s.texts) > 0 {
			got += " fold"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", expr, got, want)
		}
	}
}

func TestScanKeepsToLines(t *testing.T) {
	b := blockOf("ti", "meout", "", "a timeout b", "", "Timeout", "tim")
	q, _ := Parse("timeout")
	got := scan(q, b)
	if len(got) != 2 || got[0] != 3 || got[1] != 5 {
		t.Fatalf("hits %v", got)
	}
}

func TestMarks(t *testing.T) {
	line := []byte(`{"status":503,"msg":"Timeout, timeout"}`)
	for query, want := range map[string]string{
		"timeout":               "Timeout|timeout",
		"t.m":                   "Tim|tim",
		"status>=500":           "503",
		"!foo && msg=~time":     "Timeout, timeout",
		"-f tmout":              "Timeout",
		"level=error":           "",
		"status>=500 && timeou": "503|Timeou|timeou",
	} {
		q, err := Parse(query)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range q.Marks(nil, line, 10) {
			got = append(got, string(line[m[0]:m[1]]))
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q marks %q, want %q", query, got, want)
		}
	}
}

// FuzzScan holds the narrowed search over a block against the expression alone on
// each line.
func FuzzScan(f *testing.F) {
	f.Add("timeout|refused", "a timeout\nrefused\nTIME\nout")
	f.Add("gr[ae]y", "grey\nGRAY\ngr\ney")
	f.Add("k", "\u212a\nk\nK\n\u017f")
	f.Add("(ab|ac)+d?", "abac\nabd\n\nab\ncd")
	f.Add("é|ß", "É\nß\nẞ")
	f.Add("^a.c$", "abc\na\nbc")
	f.Add("(?-i)Ab|x", "ab\nAb\nX\nx")
	f.Fuzz(func(t *testing.T, expr, text string) {
		if len(expr) > 60 || len(text) > 2000 {
			return
		}
		re, err := regexp.Compile("(?im)" + expr)
		tm, err2 := pattern(expr)
		if (err == nil) != (err2 == nil) {
			t.Fatalf("%q: %v, %v", expr, err, err2)
		}
		if err != nil {
			return
		}
		b := blockOf(strings.Split(text, "\n")...)
		for _, not := range []bool{false, true} {
			tm.not = not
			q := &Query{terms: []term{tm}}
			var want []int
			for i := range b.Len() {
				if re.MatchString(b.line(i)) != not {
					want = append(want, i)
				}
			}
			if got := scan(q, b); !equalInts(got, want) {
				t.Fatalf("%q on %q: scan %v, want %v", expr, text, got, want)
			}
			if got := each(q, b); !equalInts(got, want) {
				t.Fatalf("%q on %q: match %v, want %v", expr, text, got, want)
			}
		}
	})
}

func equalInts(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// FuzzParse wants no query to break the parser, and scan and match to agree.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"a && !b", `.user.id="7"`, "status>=5e2", "-f abc", `"x && y" && z`, `a="b\"c"`, "took>1.5s", "a=*b*"} {
		f.Add(s, `{"a":"xby","status":"503","took":"2s"} a=b`)
	}
	f.Fuzz(func(t *testing.T, query, line string) {
		q, err := Parse(query)
		if err != nil {
			return
		}
		b := blockOf(line, "", line+line)
		if got, want := scan(q, b), each(q, b); !equalInts(got, want) {
			t.Fatalf("%q on %q: scan %v, match %v", query, line, got, want)
		}
		for _, m := range q.Marks(nil, []byte(line), 5) {
			if m[0] < 0 || m[1] > len(line) || m[0] >= m[1] {
				t.Fatalf("%q on %q marks %v", query, line, m)
			}
		}
		if n, ok := q.Not(); ok {
			if again, err := Parse(n.Text()); err != nil || again.Match([]byte(line), 0) != n.Match([]byte(line), 0) {
				t.Fatalf("the opposite of %q is written %q (%v)", query, n.Text(), err)
			}
		}
	})
}
