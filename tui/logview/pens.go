package logview

import (
	"ecsole/lines"
	"ecsole/lines/field"
	"ecsole/tui/chart"
	"ecsole/tui/theme"
)

// pens are the styles of the view, ready to paint.
type pens struct {
	version int

	time, notice, ruler, fold, key, value, gap theme.Pen
	match, here, shade                         theme.Pen
	on, off, muted, info, warn, bad            theme.Pen
	title, scope, counter, filter              theme.Pen
	levels                                     [field.Fatal + 1]theme.Pen
	letters                                    [field.Fatal + 1]theme.Pen
	tasks                                      []theme.Pen
	chart                                      chart.Pens
}

func newPens(t *theme.Theme) pens {
	l := &t.Logs
	p := pens{
		version: t.Version,
		time:    theme.PenOf(l.Time), notice: theme.PenOf(l.Notice), ruler: theme.PenOf(l.Ruler),
		fold: theme.PenOf(t.Frame.Counter), key: theme.PenOf(t.Muted), value: theme.PenOf(t.Text), gap: theme.PenOf(t.Muted),
		match: theme.PenOf(l.Match), here: theme.PenOf(l.MatchHere), shade: theme.PenOf(t.Dialog.FieldFocus),
		on: theme.PenOf(l.On), off: theme.PenOf(l.Off), muted: theme.PenOf(t.Muted), info: theme.PenOf(t.Info),
		warn: theme.PenOf(t.Warn), bad: theme.PenOf(t.Bad),
		title: theme.PenOf(t.Frame.Title), scope: theme.PenOf(t.Frame.Highlight),
		counter: theme.PenOf(t.Frame.Counter), filter: theme.PenOf(t.Frame.Filter),
		chart: chart.PensOf(t),
	}
	p.levels = [...]theme.Pen{
		field.None: theme.PenOf(l.Message), field.Trace: theme.PenOf(l.Trace), field.Debug: theme.PenOf(l.Debug),
		field.Info: theme.PenOf(l.Info), field.Warn: theme.PenOf(l.Warn), field.Error: theme.PenOf(l.Error),
		field.Fatal: theme.PenOf(l.Error), // a whole line in the sign's background would shout
	}
	p.letters = p.levels
	p.letters[field.Info], p.letters[field.Fatal] = p.info, theme.PenOf(l.Fatal)
	for i := range l.Tasks {
		p.tasks = append(p.tasks, theme.PenOf(t.Task(i)))
	}
	return p
}

// message is the style of an item's text.
func (p *pens) message(it *item) theme.Pen {
	if it.neighbor {
		return p.muted
	}
	return p.levels[level(it.Level)]
}

// level keeps a level within the grades that are known.
func level(l lines.Level) lines.Level {
	if l > field.Fatal {
		return field.None
	}
	return l
}

// task is the colour of the i-th name.
func (p *pens) task(i int) theme.Pen { return p.tasks[i%len(p.tasks)] }
