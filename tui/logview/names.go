package logview

import (
	"ecsole/lines"
	"ecsole/tui/clean"
)

// names are the short names and colours of the streams.
type names struct {
	byStream map[lines.StreamID]name
	byText   map[string]int // colour of each name
	several  bool           // containers: they are part of the names
	width    int            // of the column; 0 where there is one name only
}

type name struct {
	text   string
	colour int
}

// of is the name of a stream.
func (n *names) of(id lines.StreamID, s lines.Stream) name {
	if x, ok := n.byStream[id]; ok {
		return x
	}
	if n.byStream == nil {
		n.byStream = map[lines.StreamID]name{}
	}
	x := name{text: n.label(s)}
	x.colour = n.colourOf(x.text)
	n.byStream[id] = x
	return x
}

func (n *names) label(s lines.Stream) string {
	text := s.Label
	if text == "" {
		text = s.Name
	}
	if n.several && s.Container != "" && s.Container != text {
		text += "/" + s.Container
	}
	return clean.Line(text)
}

// colourOf numbers names as they turn up, so that a colour stays with its name.
func (n *names) colourOf(text string) int {
	c, ok := n.byText[text]
	if !ok {
		if n.byText == nil {
			n.byText = map[string]int{}
		}
		c = len(n.byText)
		n.byText[text] = c
	}
	return c
}

// widest the column of names may be, by the width of the view.
func widest(width int) int {
	switch {
	case width < 60:
		return 8
	case width < 100:
		return 16
	}
	return 24
}

// learn looks at all streams.
func (n *names) learn(streams []lines.Stream, width int) {
	containers := map[string]bool{}
	for _, s := range streams {
		containers[s.Container] = true
	}
	several := len(containers) > 1
	if several != n.several || n.byStream == nil {
		*n = names{several: several, byStream: map[lines.StreamID]name{}, byText: map[string]int{}}
	}
	n.width = 0
	first := ""
	more := false
	for i, s := range streams {
		x := name{text: n.label(s)}
		x.colour = n.colourOf(x.text)
		n.byStream[lines.StreamID(i)] = x
		n.width = max(n.width, clean.Width(x.text))
		if i == 0 {
			first = x.text
		}
		more = more || x.text != first
	}
	if !more {
		n.width = 0
	}
	n.width = min(n.width, widest(width))
}
