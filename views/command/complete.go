package command

import (
	"slices"
	"sort"
	"strings"
)

// Words is what completion may offer.
type Words struct {
	Kinds    []string            // kinds, by their own names
	Aliases  []string            // more words for them, offered after those
	Special  []string            // ctx, region, quit …
	Args     map[string][]string // by first word (any alias): what may stand second
	Profiles []string            // after @
	Regions  []string            // after @profile/
}

// Suggest returns whole lines that begin with text, the best first. What is typed
// is never changed, only continued.
func (w Words) Suggest(text string) []string {
	trimmed := strings.TrimLeft(text, " ")
	if trimmed == "" {
		return nil
	}
	head, last := "", trimmed
	if i := strings.LastIndexByte(trimmed, ' '); i >= 0 {
		head, last = trimmed[:i+1], trimmed[i+1:]
	}
	lead := text[:len(text)-len(trimmed)]
	var words []string
	switch {
	case head == "":
		typed := strings.ToLower(last)
		words = matches(append(append([]string(nil), w.Kinds...), w.Special...), typed, true)
		for _, alias := range matches(w.Aliases, typed, true) {
			if !slices.Contains(words, alias) {
				words = append(words, alias)
			}
		}
	case strings.HasPrefix(last, "@"):
		words = w.accounts(last[1:])
	case strings.Contains(head, " /") || strings.Contains(head, " -f "):
		return nil // inside a filter: nothing to offer
	case last != "" && !strings.HasPrefix(last, "/"):
		first, _ := cut(head)
		if len(strings.Fields(head)) == 1 {
			words = matches(w.Args[strings.ToLower(first)], last, false)
		}
	}
	lines := make([]string, 0, len(words))
	for _, word := range words {
		if line := lead + head + last + word[len(last):]; line != text {
			lines = append(lines, line)
		}
	}
	return lines
}

func (w Words) accounts(typed string) []string {
	var all []string
	if profile, region, ok := strings.Cut(typed, "/"); ok {
		for _, r := range matches(w.Regions, region, false) {
			all = append(all, "@"+profile+"/"+r)
		}
		return all
	}
	for _, p := range matches(w.Profiles, typed, false) {
		all = append(all, "@"+p)
	}
	return all
}

// matches are the words that begin with typed, the shortest first: "services"
// stands before "servicedeployments" for "ser".
func matches(words []string, typed string, fold bool) []string {
	var hits []string
	seen := map[string]bool{}
	for _, word := range words {
		cmp := word
		if fold {
			cmp = strings.ToLower(word)
		}
		if strings.HasPrefix(cmp, typed) && !seen[word] {
			seen[word] = true
			hits = append(hits, word)
		}
	}
	sort.SliceStable(hits, func(i, j int) bool {
		if len(hits[i]) != len(hits[j]) {
			return len(hits[i]) < len(hits[j])
		}
		return hits[i] < hits[j]
	})
	return hits
}
