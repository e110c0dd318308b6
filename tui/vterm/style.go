package vterm

import (
	"strconv"

	"github.com/charmbracelet/x/ansi"
)

// colour is a terminal's colour: the default (0), one of the palette, or RGB.
type colour uint32

const (
	indexed colour = 1 << 24
	direct  colour = 2 << 24
	kindOf  colour = 0xff << 24
)

// Attributes that are on or off.
const (
	bold uint16 = 1 << iota
	faint
	italic
	blink
	rapid
	reverse
	conceal
	strike
	overline
)

// style is how a cell looks.
type style struct {
	fg, bg, line colour // line: of the underline
	on           uint16
	under        uint8 // 0 none, 1 single, 2 double, 3 curly, 4 dotted, 5 dashed
}

var attributes = [...]struct {
	set uint16
	sgr int
}{{bold, 1}, {faint, 2}, {italic, 3}, {blink, 5}, {rapid, 6}, {reverse, 7}, {conceal, 8}, {strike, 9}, {overline, 53}}

// apply changes a style as SGR says.
func (s *style) apply(params ansi.Params) {
	if len(params) == 0 {
		*s = style{}
		return
	}
	for i := 0; i < len(params); i++ {
		p, more, _ := params.Param(i, 0)
		sub := subs(params, i)
		switch {
		case p == 38 || p == 48 || p == 58:
			var c colour
			var used int
			var ok bool
			if more {
				c, ok = extended(sub)
				used = len(sub)
			} else {
				c, used, ok = legacy(params[i+1:])
			}
			if ok {
				switch p {
				case 38:
					s.fg = c
				case 48:
					s.bg = c
				case 58:
					s.line = c
				}
			}
			i += used
			continue
		case p == 4 && more:
			if u, _, ok := sub.Param(0, 1); ok && u >= 0 && u <= 5 {
				s.under = uint8(u)
			}
		default:
			s.simple(p)
		}
		i += len(sub)
	}
}

// subs are the sub-parameters behind i.
func subs(params ansi.Params, i int) ansi.Params {
	n := i
	for n < len(params) && params[n].HasMore() {
		n++
	}
	if n >= len(params) {
		n = len(params) - 1
	}
	return params[i+1 : n+1]
}

// simple is a parameter without arguments.
func (s *style) simple(p int) {
	switch {
	case p == 0:
		*s = style{}
	case p == 4:
		s.under = 1
	case p == 21:
		s.under = 2
	case p == 22:
		s.on &^= bold | faint
	case p == 23:
		s.on &^= italic
	case p == 24:
		s.under = 0
	case p == 25:
		s.on &^= blink | rapid
	case p == 27, p == 28, p == 29:
		s.on &^= map[int]uint16{27: reverse, 28: conceal, 29: strike}[p]
	case p >= 30 && p <= 37:
		s.fg = indexed | colour(p-30)
	case p == 39:
		s.fg = 0
	case p >= 40 && p <= 47:
		s.bg = indexed | colour(p-40)
	case p == 49:
		s.bg = 0
	case p == 55:
		s.on &^= overline
	case p == 59:
		s.line = 0
	case p >= 90 && p <= 97:
		s.fg = indexed | colour(p-90+8)
	case p >= 100 && p <= 107:
		s.bg = indexed | colour(p-100+8)
	default:
		for _, a := range attributes {
			if a.sgr == p {
				s.on |= a.set
			}
		}
	}
}

// extended is a colour in sub-parameters: 5:n, 2:r:g:b or 2:space:r:g:b.
func extended(sub ansi.Params) (colour, bool) {
	kind, _, _ := sub.Param(0, 0)
	switch {
	case kind == 5 && len(sub) >= 2:
		n, _, _ := sub.Param(1, 0)
		return indexed | colour(n&0xff), true
	case kind == 2 && len(sub) >= 5:
		return rgb(sub[2:]), true
	case kind == 2 && len(sub) == 4:
		return rgb(sub[1:]), true
	}
	return 0, false
}

// legacy is a colour in parameters of its own: 5;n or 2;r;g;b.
func legacy(params ansi.Params) (_ colour, used int, ok bool) {
	kind, _, _ := params.Param(0, 0)
	switch {
	case kind == 5 && len(params) >= 2:
		n, _, _ := params.Param(1, 0)
		return indexed | colour(n&0xff), 2, true
	case kind == 2 && len(params) >= 4:
		return rgb(params[1:]), 4, true
	}
	return 0, len(params), false
}

func rgb(p ansi.Params) colour {
	c := direct
	for i := range 3 {
		v, _, _ := p.Param(i, 0)
		c |= colour(min(v, 255)&0xff) << (16 - 8*i)
	}
	return c
}

// append writes the SGR that makes this style out of any other.
func (s style) append(b []byte) []byte {
	b = append(b, "\x1b[0"...)
	for _, a := range attributes {
		if s.on&a.set != 0 {
			b = append(b, ';')
			b = strconv.AppendInt(b, int64(a.sgr), 10)
		}
	}
	switch {
	case s.under == 1:
		b = append(b, ";4"...)
	case s.under > 1:
		b = append(b, ";4:"...)
		b = strconv.AppendInt(b, int64(s.under), 10)
	}
	b = s.fg.append(b, 30, 90, 38)
	b = s.bg.append(b, 40, 100, 48)
	if s.line != 0 {
		b = s.line.append(b, -1, -1, 58)
	}
	return append(b, 'm')
}

func (c colour) append(b []byte, low, high, extended int) []byte {
	num := func(n int) { b = strconv.AppendInt(b, int64(n), 10) }
	value := int(c &^ kindOf)
	switch {
	case c == 0:
	case c&kindOf == indexed && low > 0 && value < 8:
		b = append(b, ';')
		num(low + value)
	case c&kindOf == indexed && low > 0 && value < 16:
		b = append(b, ';')
		num(high + value - 8)
	case c&kindOf == indexed:
		b = append(b, ';')
		num(extended)
		b = append(b, ";5;"...)
		num(value)
	default:
		b = append(b, ';')
		num(extended)
		b = append(b, ";2"...)
		for shift := 16; shift >= 0; shift -= 8 {
			b = append(b, ';')
			num(value >> shift & 0xff)
		}
	}
	return b
}
