package views

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/aws/logs"
	"ecsole/lines/mask"
	"ecsole/tui/edit"
	"ecsole/tui/logview"
	"ecsole/tui/screen"
	"ecsole/tui/table"
	"ecsole/views/command"
)

// insights is the screen of Logs Insights: a query over log groups, and what it has
// found.
type insights struct {
	app  *App
	on   Clients
	work *screen.Work
	mask *mask.Masker

	region  string // "" is the account's own
	groups  []string
	pending string // names with patterns, until the groups are known
	span    logview.Range
	text    edit.Area
	typing  bool

	known  []logs.Group // of the region, for completion
	more   bool         // there are others
	unread error        // why there may be
	fields []string     // that the first group has, the most frequent first

	estimate  estimated
	wanted    bool // the query is to run when the estimate has come
	running   bool
	began     time.Time
	stop      context.CancelFunc
	answer    logs.Answer
	asked     inquiry // of the answer
	failed    error
	table     *table.Table
	columns   []string
	chart     logs.Chart
	charted   bool // the answer has a chart
	hideChart bool
	filter    string
	unmasked  bool
	hidden    bool
	clockNo   int
}

// inquiry is what one query asks.
type inquiry struct {
	Region string
	Groups []string
	Span   logview.Range
	Text   string
}

func (q inquiry) same(o inquiry) bool {
	return q.Region == o.Region && slices.Equal(q.Groups, o.Groups) && q.Span == o.Span
}

// estimated is what a question will scan.
type estimated struct {
	of   inquiry
	what logs.Estimate
	err  error
	ok   bool
}

// defaultQuery is what stands in the editor at first.
const defaultQuery = "fields @timestamp, @logStream, @message\n| sort @timestamp desc\n| limit 200"

// newInsights makes the screen. Without a text, the last query of this run or else a
// simple one stands in the editor.
func newInsights(a *App, on Clients, q inquiry) *insights {
	s := &insights{
		app: a, on: on, work: screen.NewWork(on.Account.Context()), mask: mask.New(), typing: true,
		region: q.Region, groups: q.Groups, span: q.Span, table: table.New(a.theme, nil, table.Options{}),
	}
	if q.Text == "" {
		q.Text = orDefault(a.draft, defaultQuery)
	}
	if s.span == (logview.Range{}) {
		s.span = logview.Range{Last: time.Hour, Name: "1h"}
	}
	s.text.SetText(q.Text)
	return s
}

// Init reads what completion needs, and what the query would scan.
func (s *insights) Init() tea.Cmd {
	cmds := []tea.Cmd{s.readGroups(), s.readFields(), s.askEstimate()}
	if len(s.groups) == 0 && s.pending == "" {
		cmds = append(cmds, s.recall())
	}
	return screen.Batch(cmds...)
}

// recalled are the log groups of the last query that was asked in this place.
type recalled []string

// recall finds them, outside the event loop: they are in a file.
func (s *insights) recall() tea.Cmd {
	file, profile, region := s.app.paths.Queries(), s.on.Account.Profile(), s.regionName()
	return screen.Do(s.work.Lane("recall"), openTimeout, func(context.Context) (recalled, error) {
		for _, old := range slices.Backward(readAsked(file)) {
			if old.Profile == profile && old.Region == region && len(old.Groups) > 0 {
				return old.Groups, nil
			}
		}
		return nil, nil
	})
}

// tookRecalled takes them, or asks for others, unless the user has been quicker.
func (s *insights) tookRecalled(r screen.Result[recalled]) tea.Cmd {
	switch {
	case !screen.Current(s.work, r) || len(s.groups) > 0 || s.pending != "":
		return nil
	case len(r.Value) > 0:
		s.groups = r.Value
		return screen.Batch(s.readFields(), s.askEstimate())
	case s.hidden:
		return nil
	}
	return s.askGroups()
}

func (s *insights) regionName() string { return orDefault(s.region, s.on.Account.Region()) }

// question is what stands there now.
func (s *insights) question() inquiry {
	return inquiry{s.region, slices.Clone(s.groups), s.span, s.text.Text()}
}

// between is the range in time, as of now.
func (s *insights) between() (from, to time.Time) {
	from, to = s.span.From, s.span.To
	if to.IsZero() {
		to = s.app.now()
	}
	if from.IsZero() {
		last := s.span.Last
		if last <= 0 {
			last = time.Hour
		}
		from = to.Add(-last)
	}
	return from, to
}

func (s *insights) query() logs.Query {
	from, to := s.between()
	return logs.Query{Region: s.region, Groups: s.groups, From: from, To: to, Text: s.text.Text()}
}

// Update takes answers and clocks.
func (s *insights) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case screen.Result[found]:
		return s.tookFound(msg)
	case screen.Result[estimated]:
		return s.tookEstimate(msg)
	case screen.Result[knownGroups]:
		return s.tookGroups(msg)
	case screen.Result[recalled]:
		return s.tookRecalled(msg)
	case screen.Result[fieldNames]:
		if screen.Current(s.work, msg) {
			s.fields = msg.Value // without an answer the built-in names remain
		}
	case screen.Result[savedQueries]:
		return s.tookSaved(msg)
	case screen.Result[askedBefore]:
		return s.tookHistory(msg)
	case screen.Result[saved]:
		return s.wasSaved(msg)
	case screen.Result[unmaskedRows]:
		return s.tookUnmasked(msg)
	case screen.Tick:
		if s.running && !s.hidden && msg.Name == s.clock() {
			return s.work.Tick(s.clock(), time.Second)
		}
	case screen.Hidden:
		s.hidden = true
	case screen.Shown:
		s.hidden = false
		if s.running {
			return s.tick()
		}
	case tea.PasteMsg:
		if s.typing {
			s.text.Insert(msg.Content)
		}
	}
	return nil
}

func (s *insights) clock() string { return fmt.Sprint("running ", s.clockNo) }

// tick begins a clock, in place of the one before, that makes the screen be drawn
// while the query runs.
func (s *insights) tick() tea.Cmd {
	s.clockNo++
	return s.work.Tick(s.clock(), time.Second)
}

// Back stops the query, then leaves the editor, then takes the filter off.
func (s *insights) Back() (bool, tea.Cmd) {
	switch {
	case s.running || s.wanted:
		return true, s.cancel()
	case s.typing && s.done():
		s.typing = false
	case !s.typing && s.table.Picked() >= 0:
		s.table.Unpick()
	case !s.typing && s.filter != "":
		s.setFilter("")
	default:
		return false, nil
	}
	return true, nil
}

// done reports whether there is an answer to look at.
func (s *insights) done() bool { return s.answer.Done || len(s.answer.Rows) > 0 }

// Crumb is the screen's name.
func (s *insights) Crumb() string { return "insights" }

// WorkID makes answers find the screen.
func (s *insights) WorkID() screen.ID { return s.work.ID() }

// Tall is what the header leaves: editor and some rows.
func (s *insights) Tall() int { return 17 }

// Close gives up what runs: the query is stopped at AWS, too.
func (s *insights) Close() {
	s.app.draft = s.text.Text()
	s.work.Close()
}

// runInsights opens the screen on log groups, or on those that were asked last. The
// names of most groups begin with the sign of a filter.
func (a *App) runInsights(l command.Line) tea.Cmd {
	names := l.Args
	if l.Filter != "" {
		names = append(slices.Clone(names), strings.FieldsFunc("/"+strings.TrimPrefix(l.Filter, "/"), apart)...)
	}
	s := newInsights(a, a.on, inquiry{})
	if slices.ContainsFunc(names, func(n string) bool { return strings.ContainsAny(n, "*?") }) {
		s.pending = strings.Join(names, " ")
	} else {
		s.groups = names
	}
	return screen.Cmd(screen.Push{Screen: s})
}
