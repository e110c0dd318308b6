package theme

import (
	"image/color"

	"charm.land/lipgloss/v2"
)

// maker makes styles; without colours the attributes must carry the difference,
// so each style names both.
type maker struct{ mono bool }

func (m maker) fg(c color.Color, attrs ...attr) lipgloss.Style {
	s := lipgloss.NewStyle()
	if c != nil {
		s = s.Foreground(c)
	}
	for _, a := range attrs {
		s = a.apply(s, m.mono)
	}
	return s
}

// faded is what is off, or only proposed.
func (m maker) faded(p *Palette) lipgloss.Style {
	if p.Faded != nil {
		return m.fg(p.Faded)
	}
	return m.fg(p.Muted, faint)
}

// on is text on a coloured background; without colours it is reversed.
func (m maker) on(fg, bg color.Color, attrs ...attr) lipgloss.Style {
	s := m.fg(fg, attrs...)
	if bg != nil {
		return s.Background(bg)
	}
	if m.mono {
		s = s.Reverse(true)
	}
	return s
}

// attr is a text attribute, used always or only where there are no colours.
type attr int

const (
	bold attr = iota
	faint
	italic
	underline
	monoBold
	monoFaint
	monoUnderline
	monoItalic
)

func (a attr) apply(s lipgloss.Style, mono bool) lipgloss.Style {
	if a >= monoBold && !mono {
		return s
	}
	switch a {
	case bold, monoBold:
		return s.Bold(true)
	case faint, monoFaint:
		return s.Faint(true)
	case italic, monoItalic:
		return s.Italic(true)
	default:
		return s.Underline(true).UnderlineSpaces(true)
	}
}

func (t *Theme) build() {
	t.Version++
	t.Palette = t.palette()
	m := maker{mono: !t.Colours()}
	p := &t.Palette
	t.general(m, p)
	t.chrome(m, p)
	t.widgets(m, p)
	t.dialogs(m, p)
}

func (t *Theme) general(m maker, p *Palette) {
	t.Text = m.fg(nil)
	t.Strong = m.fg(nil, bold)
	t.Muted = m.fg(p.Muted, monoFaint)
	t.Accent = m.fg(p.Accent, monoBold)
	t.Good = m.fg(p.Good)
	t.Info = m.fg(p.Info)
	t.Warn = m.fg(p.Pending, monoUnderline)
	t.Bad = m.fg(p.Bad, bold)
	t.Search = Search{
		Match:     m.on(nil, p.Match, monoUnderline),
		MatchHere: m.on(p.CursorText, p.MatchHere, bold),
	}
	t.Syntax = Syntax{
		Key: m.fg(p.Name, monoBold), String: m.fg(p.String), Number: m.fg(p.Number), Keyword: m.fg(p.Keyword, monoItalic),
		Punct: m.fg(p.Punct, monoFaint), Comment: m.fg(p.Muted, italic), Plain: m.fg(nil),
	}
	t.Chart = Chart{
		Line: m.fg(p.Info), Axis: m.fg(p.Muted, monoFaint), Warn: m.fg(p.Pending, monoUnderline),
		Critical: m.fg(p.Bad, bold), Empty: m.fg(p.Muted, monoFaint), Cursor: m.fg(p.Mark, monoBold),
	}
}

func (t *Theme) chrome(m maker, p *Palette) {
	badge := m.on(p.DangerText, p.Danger, bold)
	t.Header = Header{
		Label: m.fg(p.Label), Value: m.fg(nil, bold), Muted: t.Muted,
		Good: m.fg(p.Good), Warn: t.Warn, Bad: t.Bad,
		Mark: m.fg(p.Pending, bold), Locked: m.fg(p.Good, bold), Foreign: m.on(p.CursorText, p.Killed, bold),
		Production: badge, ProductionLabel: m.fg(p.Bad, bold),
		BannerInfo: m.on(p.CursorText, p.Info), BannerWarn: m.on(p.CursorText, p.Pending, bold), BannerError: badge,
	}
	t.Menu = Menu{Key: m.fg(p.Key, bold), NumKey: m.fg(p.NumKey, bold), Text: m.fg(p.Muted), Off: m.faded(p)}
	t.Frame = Frame{
		Border: m.fg(p.Line), BorderProduction: m.fg(p.Bad),
		Title: m.fg(p.Accent, bold), Highlight: m.fg(p.Scope, bold), Counter: m.fg(p.Count, bold),
		Filter: m.fg(p.Filter, monoUnderline), Progress: m.fg(p.Info), Stale: t.Warn,
	}
	t.Crumbs = Crumbs{
		Active: m.on(p.CursorText, p.Label, bold), Inactive: m.on(p.CursorText, p.Accent), Line: m.fg(nil),
	}
	if m.mono {
		t.Crumbs.Inactive = m.fg(nil, underline)
	}
	t.Prompt = Prompt{
		Text: m.fg(nil), Suggestion: m.faded(p), Placeholder: m.faded(p),
		Cursor:  lipgloss.NewStyle().Reverse(true),
		Command: m.fg(p.Accent, bold), Filter: m.fg(p.Filter, bold), Search: m.fg(p.Mark, bold), Input: m.fg(p.Scope, bold),
	}
	t.Flash = Flash{Info: m.fg(p.Info), Warn: m.fg(p.Pending, bold), Error: m.fg(p.Bad, bold)}
	t.Jobs = Jobs{Label: m.fg(p.Pending), Where: t.Muted, Elapsed: m.fg(p.Count)}
}

func (t *Theme) widgets(m maker, p *Palette) {
	t.Table = Table{
		Header: m.fg(p.Accent, bold), Sorted: m.fg(p.Filter, bold), Mark: m.fg(p.Mark, bold),
		Changed: m.fg(p.Count, monoBold), Empty: t.Muted,
		MarkCursor: m.on(p.CursorText, p.Mark, bold),
	}
	for h, c := range [healths]color.Color{
		Unknown: p.Unknown, OK: nil, Pending: p.Pending, Failed: p.Bad, Killed: p.Killed, Completed: p.Done,
	} {
		t.Table.Row[h] = m.fg(c)
		if c == nil {
			c = p.Cursor
		}
		t.Table.Cursor[h] = m.on(p.CursorText, c)
	}
	t.Table.Row[Failed] = m.fg(p.Bad, monoBold)
	t.Table.Row[Completed] = m.fg(p.Done, monoFaint)
	t.Logs = Logs{
		Time: t.Muted, Message: m.fg(nil), Match: t.Search.Match, MatchHere: t.Search.MatchHere,
		Ruler: m.fg(p.Mark), Notice: m.fg(p.Pending, italic),
		Trace: m.faded(p), Debug: m.fg(p.Muted, monoFaint), Info: m.fg(nil), Warn: m.fg(p.Pending, monoUnderline),
		Error: m.fg(p.Bad, monoBold), Fatal: m.on(p.DangerText, p.Danger, bold),
		On: m.fg(p.Good, bold), Off: m.faded(p),
	}
	if m.mono {
		t.Logs.Tasks = []lipgloss.Style{m.fg(nil), m.fg(nil, bold), m.fg(nil, underline), m.fg(nil, italic)}
	}
	for _, c := range p.Tasks {
		t.Logs.Tasks = append(t.Logs.Tasks, m.fg(c))
	}
}

func (t *Theme) dialogs(m maker, p *Palette) {
	focus := m.on(p.CursorText, p.Cursor, bold)
	t.Dialog = Dialog{
		Border: m.fg(p.Accent), DangerBorder: m.fg(p.Bad, bold),
		Title: m.fg(p.Accent, bold), DangerTitle: m.fg(p.Bad, bold),
		Text: m.fg(nil), Name: m.fg(p.Scope, monoBold), Hint: t.Muted,
		Label: m.fg(p.Label), Field: m.fg(nil, underline), FieldFocus: m.on(nil, p.Shade), Error: t.Bad,
		Button: m.fg(p.Muted), ButtonFocus: focus, ButtonDanger: m.on(p.DangerText, p.Danger, bold),
		Item: m.fg(nil), ItemFocus: focus, ItemOff: m.faded(p),
	}
	if m.mono {
		t.Dialog.FieldFocus = m.fg(nil, bold)
	}
}
