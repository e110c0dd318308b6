package tools

import (
	"testing"
	"time"
)

func TestAwkErrors(t *testing.T) {
	for _, src := range []string{"{", "{print", "{print (1", "{x = }", "BEGIN {", "{1 = 2}", "{++1}", "{f(1)}", "{if (1}", "{for (;;", "{split(a)}", "{printf}",
		"{print \"open", "/open", "{x[1}", "{a ? b}", "{delete}", "@", "{$}", "{1..2}"} {
		if _, err := parseAwk(src); err == nil {
			t.Errorf("%q is taken", src)
		}
	}
}

func FuzzAwk(f *testing.F) {
	for _, s := range []string{`{print $1, $NF}`, `BEGIN{for(i=0;i<3;i++) x[i]=i; for(k in x) print k}`, `/a/ && NR>1 {s+=$2} END{printf "%d\n", s}`, `{if($1~/x/) print; else next}`, `{gsub(/a/,"b"); split($0,p,":")}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		done := make(chan struct{})
		go func() { defer close(done); _, _ = parseAwk(src) }() // an error is an answer
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			t.Fatal("the parser does not end")
		}
	})
}
