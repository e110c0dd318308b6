package logs

import (
	"time"

	"ecsole/aws"
	"ecsole/lines"
)

// told says, while Once follows, what comes between the reader and the lines: each
// thing once when it begins, and once that all is well again.
type told struct {
	say  func(string)
	last string // the kind of hindrance that was said, "" where there is none
}

func (t *told) look(st *lines.State) {
	kind, text := "", "reading goes on as before; lines that were missed have been read"
	switch {
	case len(st.Problems) > 0:
		p := st.Problems[0]
		kind, text = p.Source+" "+p.Class, p.Source+": "+p.Text
		if p.Class == aws.Throttled.String() {
			text += "; lines come later than they are written"
		} else {
			text += "; reading goes on trying"
		}
	case st.Lag > farBehind, st.Lag > lagging && t.last != "":
		kind, text = "lag", "reading is "+st.Lag.Round(time.Second).String()+" behind; it goes on from there"
	}
	if kind == t.last || kind == "lag" && t.last != "" {
		return // still behind after what was said is no news
	}
	t.last = kind
	t.say(text)
}
