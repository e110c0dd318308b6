package logview

import (
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"ecsole/lines"
	"ecsole/lines/match"
	"ecsole/tui/screen"
)

// what filters and searches may hold, as the prompt says it.
const language = `regex · !not · "literal" · -f fuzzy · level>=warn · status>=500 · a && b`

// filter is all filters joined, nil where there are none.
func (v *View) filter() *match.Query {
	q := match.And(append(append([]*match.Query{}, v.chips...), v.draft)...)
	if q.Empty() {
		return nil
	}
	return q
}

// highlights are the queries whose hits are marked: the search first.
func (v *View) highlights() []*match.Query {
	var out []*match.Query
	if v.search != nil {
		out = append(out, v.search)
	}
	if q := v.filter(); q != nil {
		out = append(out, q)
	}
	return out
}

// refilter looks for the lines that match now. The search for them runs on its own;
// the newest are there first.
func (v *View) refilter() {
	if v.stop != nil {
		v.stop()
		v.stop, v.result = nil, nil
	}
	if q := v.filter(); q != nil && v.src != nil {
		var ctx context.Context
		ctx, v.stop = context.WithCancel(v.work.Context())
		v.result = v.src.Store().Filter(ctx, q)
	}
	v.research()
}

// ask opens the prompt for one more filter; what is typed counts at once.
func (v *View) ask(begin string) tea.Cmd {
	end := func() {
		v.draft, v.bad = nil, ""
		v.refilter()
	}
	return screen.Cmd(screen.Prompt{
		Kind: screen.PromptFilter, Text: begin, Placeholder: language,
		History: func() []string { return v.past[0] },
		Changed: func(s string) tea.Cmd { v.typed(s); return nil },
		Done: func(s string) tea.Cmd {
			v.typed(s)
			if v.bad != "" {
				why := v.bad
				end()
				return flash(screen.Warn, why)
			}
			if v.draft != nil {
				v.chips = append(v.chips, v.draft.Parts()...)
				v.past[0] = append(v.past[0], s)
			}
			v.draft, v.bad = nil, ""
			v.drawn.valid = false
			return nil
		},
		Cancelled: func() tea.Cmd { end(); return nil },
		Slash:     func() tea.Cmd { end(); return v.askSearch() },
	})
}

// typed takes what stands in the prompt. While it cannot be read, the filter before
// stays: a mistake never shows everything.
func (v *View) typed(s string) {
	if v.draft != nil && v.draft.Text() == s && v.bad == "" {
		return
	}
	v.drawn.valid = false
	q, err := match.Parse(s)
	if v.bad = ""; err != nil {
		v.bad = fmt.Sprintf("filter %q: %v", s, err)
		return
	}
	if v.draft = q; q.Empty() {
		v.draft = nil
	}
	v.refilter()
}

// takeOff removes one filter.
func (v *View) takeOff(i int) {
	v.chips = append(append([]*match.Query{}, v.chips[:i]...), v.chips[i+1:]...)
	v.refilter()
}

// research looks for the hits of the search among the lines that are shown.
func (v *View) research() {
	v.drawn.valid = false
	if v.unhit != nil {
		v.unhit()
		v.unhit, v.hits = nil, nil
	}
	if v.search != nil && v.src != nil {
		var ctx context.Context
		ctx, v.unhit = context.WithCancel(v.work.Context())
		v.hits = v.src.Store().Filter(ctx, match.And(v.filter(), v.search))
	}
}

// askSearch opens the prompt for a search, which keeps all lines.
func (v *View) askSearch() tea.Cmd {
	before := v.search
	look := func(s string) error {
		q, err := match.Parse(s)
		if v.bad = ""; err != nil {
			v.bad = fmt.Sprintf("search %q: %v", s, err)
			v.drawn.valid = false
			return err
		}
		if v.search = q; q.Empty() {
			v.search = nil
		}
		v.research()
		return nil
	}
	return screen.Cmd(screen.Prompt{
		Kind: screen.PromptSearch, Placeholder: "search, keeping all lines; n N next, previous",
		History: func() []string { return v.past[1] },
		Changed: func(s string) tea.Cmd { look(s); return nil },
		Done: func(s string) tea.Cmd {
			if look(s) != nil {
				why := v.bad
				v.bad, v.search = "", before
				v.research()
				return flash(screen.Warn, why)
			}
			if v.search == nil {
				return nil
			}
			v.past[1] = append(v.past[1], s)
			v.going = -1
			return v.pending()
		},
		Cancelled: func() tea.Cmd { v.bad, v.search = "", before; v.research(); return nil },
	})
}

// pending goes on with a search that waited for hits.
func (v *View) pending() tea.Cmd {
	if v.going == 0 || v.hits == nil {
		return nil
	}
	_, _, idle := v.hits.Progress()
	if v.hits.Len() == 0 {
		if !idle {
			return nil
		}
		v.going = 0
		where := ""
		if st := v.src.State(); st.Reading != "" || st.Lag > 0 || st.Following && st.Read.IsZero() {
			where = " in what has been read so far"
		}
		return flash(screen.Warn, fmt.Sprintf("%q is not found%s", v.search.Text(), where))
	}
	by := v.going
	v.going = 0
	if v.hitInSight() {
		return nil
	}
	return v.nextHit(by)
}

// hitInSight puts the cursor on the newest hit on the screen, if there is one.
func (v *View) hitInSight() bool {
	v.pause()
	v.layout(v.height)
	rows := v.page.rows
	for i := len(rows) - 1; i >= 0; i-- {
		if rows[i].item < 0 {
			continue
		}
		it := &v.page.items[rows[i].item]
		if v.search.Match(it.Text, it.Level) {
			v.cur = it.Key
			return true
		}
	}
	return false
}

// nextHit goes to the hit behind the cursor, or before it, around the ends.
func (v *View) nextHit(by int) tea.Cmd {
	if v.search == nil {
		return flash(screen.Info, "nothing is searched for: // searches")
	}
	v.pause()
	around, found := false, false
	var to lines.Key
	v.hits.Read(func(r lines.Reader) {
		n := r.Len()
		if n == 0 {
			return
		}
		i := r.Find(v.cur) - 1
		if by > 0 {
			i = r.Find(after(v.cur))
		}
		around = i < 0 || i >= n
		to, found = r.Line((i+n)%n).Key, true
	})
	if !found {
		v.going = by
		return v.pending()
	}
	v.goTo(to)
	if around {
		return flash(screen.Info, "the search went on at the other end")
	}
	return nil
}
