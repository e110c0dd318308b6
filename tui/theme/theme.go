// Package theme is the only place that knows colours: a palette of meanings, and
// the styles made of it, for dark and light terminals, for sixteen colours, and
// for none. Colour is never the only carrier of a meaning: each state has a glyph.
package theme

import (
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
)

// Mode says where the choice between dark and light comes from.
type Mode int

const (
	Auto Mode = iota // the terminal's answer; dark until it comes
	Dark
	Light
)

// Options fix what the terminal would otherwise decide.
type Options struct {
	Mode Mode
	// Skin may change the palette after it was chosen; nil is fine.
	Skin func(dark bool, p *Palette)
}

// Theme is every style of the console. It is made once and changed in place when
// the terminal tells its background or its colours, so widgets keep the pointer
// and compare Version to know when what they have drawn is out of date. It is
// used on the event loop only.
type Theme struct {
	Version int
	IsDark  bool
	Profile colorprofile.Profile
	Palette Palette

	// Text of any kind. Text itself is the terminal's own colour.
	Text, Strong, Muted, Accent, Good, Info, Warn, Bad lipgloss.Style

	Header Header
	Menu   Menu
	Frame  Frame
	Crumbs Crumbs
	Prompt Prompt
	Flash  Flash
	Jobs   Jobs
	Table  Table
	Logs   Logs
	Syntax Syntax
	Chart  Chart
	Dialog Dialog
	Search Search

	opts Options
}

// Header styles the block on top.
type Header struct {
	Label, Value, Muted         lipgloss.Style
	Good, Warn, Bad             lipgloss.Style // values by level
	Mark, Locked, Foreign       lipgloss.Style // [RW], a lock, "ENDPOINT host (not AWS)"
	Production, ProductionLabel lipgloss.Style // the badge, and labels beside it
	BannerInfo, BannerWarn      lipgloss.Style
	BannerError                 lipgloss.Style
}

// Menu styles the keys of the top screen.
type Menu struct{ Key, NumKey, Text, Off lipgloss.Style }

// Frame styles the border around a screen and the title in it.
type Frame struct {
	Border, BorderProduction                           lipgloss.Style
	Title, Highlight, Counter, Filter, Progress, Stale lipgloss.Style
}

// Crumbs styles the path of screens.
type Crumbs struct{ Active, Inactive, Line lipgloss.Style }

// Prompt styles the input line; the border tells the kinds apart.
type Prompt struct {
	Text, Suggestion, Placeholder, Cursor lipgloss.Style
	Command, Filter, Search, Input        lipgloss.Style // border and sign
}

// Flash styles the message line by level.
type Flash struct{ Info, Warn, Error lipgloss.Style }

// Jobs styles the line of running jobs.
type Jobs struct{ Label, Where, Elapsed lipgloss.Style }

// Table styles lists. Row and Cursor are by Health.
type Table struct {
	Header, Sorted, Mark, Changed, Empty lipgloss.Style
	Row, Cursor                          [healths]lipgloss.Style
	MarkCursor                           lipgloss.Style
}

// Logs styles log lines. Tasks are distinct colours for merged sources.
type Logs struct {
	Time, Message, Match, MatchHere, Ruler, Notice lipgloss.Style
	Trace, Debug, Info, Warn, Error, Fatal         lipgloss.Style
	On, Off                                        lipgloss.Style // indicator line
	Tasks                                          []lipgloss.Style
}

// Syntax styles JSON and YAML.
type Syntax struct{ Key, String, Number, Keyword, Punct, Comment, Plain lipgloss.Style }

// Chart styles sparklines and charts by threshold.
type Chart struct{ Line, Axis, Warn, Critical, Empty, Cursor lipgloss.Style }

// Dialog styles overlays.
type Dialog struct {
	Border, DangerBorder, Title, DangerTitle, Text, Name, Hint lipgloss.Style
	Label, Field, FieldFocus, Error                            lipgloss.Style
	Button, ButtonFocus, ButtonDanger                          lipgloss.Style
	Item, ItemFocus, ItemOff                                   lipgloss.Style
}

// Search styles hits in text.
type Search struct{ Match, MatchHere lipgloss.Style }

// New makes a dark theme in true colour, until the terminal says more.
func New(o Options) *Theme {
	t := &Theme{IsDark: o.Mode != Light, Profile: colorprofile.TrueColor, opts: o}
	t.build()
	return t
}

// DarkFrom reads COLORFGBG, by which some terminals say their colours beforehand
// ("15;0", "0;default;15"): the number of the background among the sixteen. known is
// false where it does not tell.
func DarkFrom(colorfgbg string) (dark, known bool) {
	n, err := strconv.Atoi(colorfgbg[strings.LastIndexByte(colorfgbg, ';')+1:])
	if err != nil || n < 0 || n > 15 || !strings.Contains(colorfgbg, ";") {
		return false, false
	}
	return n < 7 || n == 8, true
}

// SetDark takes the terminal's answer about its background. A fixed Mode wins.
func (t *Theme) SetDark(dark bool) {
	if t.opts.Mode != Auto || dark == t.IsDark {
		return
	}
	t.IsDark = dark
	t.build()
}

// SetProfile takes what the terminal can show.
func (t *Theme) SetProfile(p colorprofile.Profile) {
	if p == t.Profile {
		return
	}
	t.Profile = p
	t.build()
}

// Colours reports whether the terminal shows colours at all.
func (t *Theme) Colours() bool {
	return t.Profile > colorprofile.ASCII || t.Profile == colorprofile.Unknown
}

// Row is the style of a table row or state word in that state.
func (t *Theme) Row(h Health) lipgloss.Style { return t.Table.Row[h.index()] }

// Cursor is the style of the cursor's row in that state.
func (t *Theme) Cursor(h Health) lipgloss.Style { return t.Table.Cursor[h.index()] }

// Task is the style of the i-th source of merged lines; it repeats after
// len(Logs.Tasks).
func (t *Theme) Task(i int) lipgloss.Style {
	n := len(t.Logs.Tasks)
	return t.Logs.Tasks[((i%n)+n)%n]
}

func (t *Theme) palette() Palette {
	var p Palette
	switch {
	case !t.Colours():
		return Palette{}
	case t.Profile == colorprofile.ANSI && t.IsDark:
		p = ansiDark()
	case t.Profile == colorprofile.ANSI:
		p = ansiLight()
	case t.IsDark:
		p = darkPalette()
	default:
		p = lightPalette()
	}
	if t.opts.Skin != nil {
		t.opts.Skin(t.IsDark, &p)
	}
	return p
}
