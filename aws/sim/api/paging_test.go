package api

import (
	"slices"
	"strings"
	"testing"
)

func TestTokensAreBoundAndCannotBeForged(t *testing.T) {
	p, other := NewPager([]byte("a")), NewPager([]byte("b"))
	token := p.Token("List|x", 7)
	var n int
	if !p.Read("List|x", token, &n) || n != 7 {
		t.Error("its own token is refused")
	}
	for name, bad := range map[string]string{
		"empty": "", "no signature": strings.Split(token, ".")[0], "changed": "A" + token[1:], "not base64": "%." + strings.Split(token, ".")[1],
	} {
		if p.Read("List|x", bad, &n) {
			t.Errorf("%s: accepted", name)
		}
	}
	if p.Read("List|y", token, &n) || other.Read("List|x", token, &n) {
		t.Error("a token of elsewhere is accepted")
	}
}

func TestPages(t *testing.T) {
	p := NewPager([]byte("a"))
	ids := []string{"a", "b", "c", "d", "e"}
	page, next, ok := p.Page("s", "", ids, 2)
	if !ok || !slices.Equal(page, ids[:2]) || next == "" {
		t.Fatal(page, next, ok)
	}
	// What comes before the position and what goes at it changes nothing behind it.
	page, next, ok = p.Page("s", next, []string{"a", "aa", "c", "d", "e"}, 2)
	if !ok || !slices.Equal(page, []string{"c", "d"}) {
		t.Fatal(page, ok)
	}
	if page, next, ok = p.Page("s", next, ids, 2); !ok || !slices.Equal(page, []string{"e"}) || next != "" {
		t.Fatal(page, next, ok)
	}
	if page, next, ok = p.Page("s", "", nil, 2); !ok || len(page) != 0 || next != "" {
		t.Fatal(page, next, ok)
	}
	any := []string{"z", "m", "a"}
	_, next, _ = p.Ordered("s", "", any, 1)
	if page, _, ok = p.Ordered("s", next, any, 5); !ok || !slices.Equal(page, []string{"m", "a"}) {
		t.Error(page)
	}
	if page, _, ok = p.Ordered("s", next, []string{"y", "m", "a"}, 5); !ok || !slices.Equal(page, []string{"m", "a"}) {
		t.Error("where the id is gone, its place counts:", page)
	}
	if _, _, ok = p.Ordered("s", "x", any, 1); ok {
		t.Error("a made-up token is accepted")
	}
}
