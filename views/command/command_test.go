package command

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	for in, want := range map[string]Line{
		"svc":                      {Word: "svc"},
		"  SVC Prod ":              {Word: "svc", Args: []string{"Prod"}},
		"svc prod /a b c":          {Word: "svc", Args: []string{"prod"}, Filter: "a b c"},
		"svc /x @shop/eu-west-1":   {Word: "svc", Filter: "x", Profile: "shop", Region: "eu-west-1"},
		"svc @shop -f chk out":     {Word: "svc", Filter: "-f chk out", Profile: "shop"},
		"svc /user@host":           {Word: "svc", Filter: "user@host"},
		"tasks @/us-east-1":        {Word: "tasks", Region: "us-east-1"},
		"incident INC-7 disk full": {Word: "incident", Args: []string{"INC-7", "disk", "full"}},
		"svc /!error|warn @p":      {Word: "svc", Filter: "!error|warn", Profile: "p"},
	} {
		got, err := Parse(in)
		if err != nil {
			t.Errorf("%q: %v", in, err)
		} else if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q: %s", in, d)
		}
	}
	for _, in := range []string{"", "  ", "svc /", "svc -f", "svc @", "svc @a @b", "/x", "@p"} {
		if l, err := Parse(in); err == nil {
			t.Errorf("%q was understood as %+v", in, l)
		}
	}
}

func TestSuggest(t *testing.T) {
	w := Words{
		Kinds: []string{"services", "svc", "service", "tasks", "servicedeployments"}, Special: []string{"quit", "region"},
		Args:     map[string][]string{"svc": {"prod", "Prod2", "staging"}},
		Profiles: []string{"shop-prod", "shop-dev"}, Regions: []string{"eu-west-1", "us-east-1"},
	}
	for in, want := range map[string][]string{
		"ser":              {"service", "services", "servicedeployments"},
		"SER":              {"SERvice", "SERvices", "SERvicedeployments"},
		"svc p":            {"svc prod"},
		"svc prod @shop-p": {"svc prod @shop-prod"},
		"svc @shop-dev/e":  {"svc @shop-dev/eu-west-1"},
		"svc /pro":         nil,
		"svc /a p":         nil,
		"":                 nil,
		"zzz":              nil,
		"quit":             nil,
	} {
		got := w.Suggest(in)
		if len(got) == 0 && len(want) == 0 {
			continue
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"svc prod /a b @p/r", "svc -f x", "a @b/c /d", "x  /y  @"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		l, err := Parse(in)
		if err != nil {
			return
		}
		again, err := Parse(l.String())
		if err != nil || !reflect.DeepEqual(l, again) {
			t.Errorf("%q: %+v is written %q and read back as %+v (%v)", in, l, l.String(), again, err)
		}
		w := Words{Kinds: []string{"services"}, Profiles: []string{"p"}, Args: map[string][]string{"svc": {"prod"}}}
		for _, s := range w.Suggest(in) {
			if !strings.HasPrefix(s, in) {
				t.Errorf("%q suggests %q", in, s)
			}
		}
	})
}
