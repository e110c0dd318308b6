package journeys

import (
	"fmt"
	"image/color"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// The picture of a screen: a cell is so wide and so high, in units of the picture.
const (
	cellWidth, cellHeight = 8.4, 18.0
	margin                = 14.0
	fontSize              = 14
)

// What a terminal of its own has behind and in its text.
const paper, ink = "#11151c", "#d5dae3"

// glyph is one cell of a screen, or two of a wide character.
type glyph struct {
	text   string
	at, n  int // column and cells
	fg, bg string
	bold   bool
}

// svg draws a screen with its colours as a picture made of text, which is crisp at
// every size. Blocks and frames are drawn as shapes: fonts differ in them.
func svg(screen, title string) string {
	lines := strings.Split(screen, "\n")
	columns := 0
	for _, l := range lines {
		columns = max(columns, ansi.StringWidth(l))
	}
	width, height := float64(columns)*cellWidth+2*margin, float64(len(lines))*cellHeight+2*margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img">`+"\n", width, height, width, height)
	fmt.Fprintf(&b, "<title>%s</title>\n", escaped.Replace(title))
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", paper)
	fmt.Fprintf(&b, `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="%d" xml:space="preserve">`+"\n", fontSize)
	for y, l := range lines {
		drawLine(&b, glyphs(l), margin+float64(y)*cellHeight)
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

var escaped = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

func drawLine(b *strings.Builder, all []glyph, y float64) {
	for _, r := range runs(all, func(g, o glyph) bool { return g.bg == o.bg }) {
		if bg := r[0].bg; bg != "" {
			x, w := place(r)
			fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n", x, y, w, cellHeight, bg)
		}
	}
	same := func(g, o glyph) bool {
		return g.fg == o.fg && g.bold == o.bold && shape(g.text) == "" && shape(o.text) == ""
	}
	for _, r := range runs(all, same) {
		x, w := place(r)
		if d := shape(r[0].text); d != "" {
			fmt.Fprintf(b, `<path transform="translate(%.1f %.1f)" d="%s" fill="%s" stroke="%s" stroke-width="0"/>`+"\n", x, y, d, r[0].fg, r[0].fg)
			continue
		}
		text := ""
		for _, g := range r {
			text += g.text
		}
		if strings.TrimSpace(text) == "" {
			continue
		}
		weight := ""
		if r[0].bold {
			weight = ` font-weight="bold"`
		}
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" textLength="%.1f" lengthAdjust="spacingAndGlyphs" fill="%s"%s>%s</text>`+"\n",
			x, y+cellHeight*0.74, w, r[0].fg, weight, escaped.Replace(text))
	}
}

// place is where glyphs that follow each other stand, and how wide they are.
func place(r []glyph) (x, width float64) {
	last := r[len(r)-1]
	return margin + float64(r[0].at)*cellWidth, float64(last.at+last.n-r[0].at) * cellWidth
}

// runs cuts a line into pieces that are drawn as one.
func runs(all []glyph, same func(a, b glyph) bool) [][]glyph {
	var out [][]glyph
	for i, g := range all {
		if i > 0 && same(all[i-1], g) {
			out[len(out)-1] = append(out[len(out)-1], g)
			continue
		}
		out = append(out, []glyph{g})
	}
	return out
}

// shape is the outline of a character that is drawn, in its cell; "" where it is text.
func shape(text string) string {
	r := []rune(text)
	if len(r) != 1 {
		return ""
	}
	box := func(x0, y0, x1, y1 float64) string {
		return fmt.Sprintf("M%.1f %.1fH%.1fV%.1fH%.1fZ", x0, y0, x1, y1, x0)
	}
	const midX, midY, thin = cellWidth / 2, cellHeight / 2, 0.6
	if r[0] >= '▁' && r[0] <= '█' {
		return box(0, cellHeight-cellHeight*float64(r[0]-'▁'+1)/8, cellWidth, cellHeight)
	}
	arms, ok := map[rune]string{'─': "lr", '│': "ud", '┌': "rd", '┐': "ld", '└': "ru", '┘': "lu"}[r[0]]
	if !ok {
		return ""
	}
	d := ""
	for _, arm := range arms {
		switch arm {
		case 'l':
			d += box(0, midY-thin, midX+thin, midY+thin)
		case 'r':
			d += box(midX-thin, midY-thin, cellWidth, midY+thin)
		case 'u':
			d += box(midX-thin, 0, midX+thin, midY+thin)
		case 'd':
			d += box(midX-thin, midY-thin, midX+thin, cellHeight)
		}
	}
	return d
}

// glyphs reads a line with its colour sequences.
func glyphs(line string) []glyph {
	var out []glyph
	var pen pen
	p := ansi.NewParser()
	var state byte
	at := 0
	for len(line) > 0 {
		seq, w, n, next := ansi.DecodeSequence(line, state, p)
		if w > 0 {
			fg, bg := pen.fg, pen.bg
			if fg == "" {
				fg = ink
			}
			if pen.reverse {
				if fg, bg = bg, fg; fg == "" {
					fg = paper
				}
			}
			out = append(out, glyph{text: seq, at: at, n: w, fg: fg, bg: bg, bold: pen.bold})
			at += w
		} else if p.Command() == 'm' {
			pen.set(p.Params())
		}
		state, line = next, line[n:]
	}
	return out
}

// pen is what colour sequences have set.
type pen struct {
	fg, bg        string
	bold, reverse bool
}

func (p *pen) set(params ansi.Params) {
	if len(params) == 0 {
		*p = pen{}
	}
	for i := 0; i < len(params); i++ {
		switch n := params[i].Param(0); {
		case n == 0:
			*p = pen{}
		case n == 1:
			p.bold = true
		case n == 22:
			p.bold = false
		case n == 7:
			p.reverse = true
		case n == 27:
			p.reverse = false
		case n == 38 || n == 48:
			var c color.Color
			used := ansi.ReadStyleColor(params[i:], &c)
			if used == 0 {
				return
			}
			i += used - 1
			r, g, b, _ := c.RGBA()
			hex := fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
			if n == 38 {
				p.fg = hex
			} else {
				p.bg = hex
			}
		case n == 39:
			p.fg = ""
		case n == 49:
			p.bg = ""
		}
	}
}
