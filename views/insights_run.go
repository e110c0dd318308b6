package views

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/aws"
	"ecsole/aws/logs"
	"ecsole/tui/clean"
	"ecsole/tui/dialog"
	"ecsole/tui/screen"
	"ecsole/tui/table"
)

const (
	// dear is from which estimate on a query asks before it runs, in USD: 10 GB.
	dear = 0.05
	// wide is the range from which on a query asks that cannot be estimated.
	wide = 24 * time.Hour
	// A query may run for 60 minutes at AWS.
	queryTimeout    = 65 * time.Minute
	estimateTimeout = 20 * time.Second
)

// askEstimate finds out what the query would scan.
func (s *insights) askEstimate() tea.Cmd {
	if len(s.groups) == 0 {
		s.estimate = estimated{}
		return nil
	}
	q, of, hub := s.query(), s.question(), s.on.Logs
	return screen.Do(s.work.Lane("estimate"), estimateTimeout, func(ctx context.Context) (estimated, error) {
		e, err := hub.EstimateQuery(ctx, q)
		return estimated{of: of, what: e, err: err, ok: true}, nil
	})
}

func (s *insights) tookEstimate(r screen.Result[estimated]) tea.Cmd {
	if !screen.Current(s.work, r) {
		return nil
	}
	s.estimate = r.Value
	if r.Err != nil {
		s.estimate = estimated{of: s.question(), err: r.Err, ok: true}
	}
	if !s.wanted {
		return nil
	}
	s.wanted = false
	return s.decide()
}

// run asks the query, after a question where it may cost much.
func (s *insights) run() tea.Cmd {
	switch {
	case s.running || s.wanted:
		return flashText(screen.Info, "the query is running; esc stops it")
	case strings.TrimSpace(s.text.Text()) == "":
		return flashText(screen.Warn, "there is no query")
	case len(s.groups) == 0:
		return s.askGroups()
	case len(s.groups) > logs.QueryGroups:
		return flashText(screen.Warn, fmt.Sprintf("%d log groups; Logs Insights takes %d at once", len(s.groups), logs.QueryGroups))
	}
	if s.work.Lane("estimate").Busy() {
		s.wanted = true
		return nil
	}
	if !s.estimate.ok || !s.estimate.of.same(s.question()) {
		s.wanted = true
		return s.askEstimate()
	}
	return s.decide()
}

// decide runs the query, or asks first.
func (s *insights) decide() tea.Cmd {
	from, to := s.between()
	e := s.estimate
	text := ""
	switch {
	case e.err != nil && to.Sub(from) > wide:
		text = "What the query will scan cannot be told: " + problem(e.err) + "."
	case len(e.what.Unknown) > 0 && to.Sub(from) > wide:
		text = fmt.Sprintf("The query will scan about %s (%s), and %s of which nothing is known.", bytesText(e.what.Bytes), usd(e.what.CostUSD), count(len(e.what.Unknown), "group"))
	case e.what.CostUSD >= dear:
		text = fmt.Sprintf("The query will scan about %s, which costs about $%.2f.", bytesText(e.what.Bytes), e.what.CostUSD)
	}
	if text == "" {
		return s.start()
	}
	return screen.Cmd(screen.Ask{Overlay: dialog.New(s.app.theme, dialog.Spec{
		Title: "Run this query?", Text: text + fmt.Sprintf(" The range is %s, of %s.", short(to.Sub(from)), count(len(s.groups), "log group")), OK: "Run",
		Done: func(map[string]string) tea.Cmd { return s.start() },
	})})
}

// count writes a number of things.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return comma(n) + " " + what + "s"
}

// bytesText writes a size for people, in the units that AWS bills by.
func bytesText(n int64) string {
	switch f := float64(n); {
	case f >= 1e12:
		return fmt.Sprintf("%.1f TB", f/1e12)
	case f >= 1e9:
		return fmt.Sprintf("%.1f GB", f/1e9)
	case f >= 1e6:
		return fmt.Sprintf("%.1f MB", f/1e6)
	case f >= 1e3:
		return fmt.Sprintf("%.1f kB", f/1e3)
	}
	return fmt.Sprintf("%d B", n)
}

// found is what a query has found so far, with its rows ready to show.
type found struct {
	answer logs.Answer
	rows   []table.Row
	last   bool
}

// start asks.
func (s *insights) start() tea.Cmd {
	s.running, s.typing, s.began = true, false, s.app.now()
	s.failed, s.asked = nil, s.question()
	s.answer, s.columns, s.charted = logs.Answer{}, nil, false
	s.work.Lane("unmask").Cancel() // its rows are those of the answer before
	s.table = table.New(s.app.theme, nil, table.Options{})
	s.setFilter(s.filter)
	q, hub, masker := s.query(), s.on.Logs, s.masker()
	stopped, stop := context.WithCancel(context.Background())
	s.stop = stop
	ask := screen.Stream(s.work.Lane("run"), queryTimeout, func(ctx context.Context, emit func(found)) error {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(stopped, cancel)()
		a, err := hub.Ask(ctx, q, func(part logs.Answer) { emit(found{answer: part, rows: rowsOf(part, masker)}) })
		if a.Done {
			emit(found{answer: a, rows: rowsOf(a, masker), last: true})
		}
		return err
	})
	return screen.Batch(ask, s.tick(), s.remember())
}

// cancel gives the query up.
func (s *insights) cancel() tea.Cmd {
	if s.wanted {
		s.wanted = false
		s.work.Lane("estimate").Cancel()
		return flashText(screen.Info, "the query was not run")
	}
	if !s.running {
		return flashText(screen.Info, "no query is running")
	}
	s.stop()
	return flashText(screen.Info, "stopping the query…")
}

func (s *insights) tookFound(r screen.Result[found]) tea.Cmd {
	if !screen.Current(s.work, r) {
		return nil
	}
	if r.More {
		s.show(r.Value)
		return r.Next
	}
	s.running = false
	s.stop()
	switch e := aws.AsError(r.Err); {
	case r.Err == nil:
		return nil
	case e.Class == aws.Cancelled && e.Op != "logs:StopQuery":
		s.failed = errStopped
	default:
		s.failed = e
	}
	if len(s.answer.Rows) == 0 && s.failed != errStopped {
		s.typing = aws.AsError(r.Err).Class == aws.Invalid // the text is to be mended
	}
	return nil
}

var errStopped = errors.New("stopped, here and at AWS; these are the rows found until then")

// show takes rows into the table; its columns are the answer's.
func (s *insights) show(f found) {
	s.answer = f.answer
	if len(f.answer.Columns) != len(s.columns) {
		s.columns = f.answer.Columns
		s.table.SetColumns(columnsOf(f.answer))
	}
	s.table.Set(f.rows)
	s.chart, s.charted = f.answer.Over()
}

// columnsOf lays the answer's columns out: the message takes what is left.
func columnsOf(a logs.Answer) []table.Column {
	out := make([]table.Column, len(a.Columns))
	for i, name := range a.Columns {
		c := table.Column{Title: clean.Line(name), Priority: 90 - min(i, 40), Max: 40, Flex: true}
		switch {
		case name == "@timestamp":
			c.Priority, c.Max = 100, 0
		case name == "@message":
			c.Priority, c.Min, c.Max = 99, 30, 80
		case name == "@logStream", name == "@ingestionTime":
			c.Priority, c.Min, c.Max, c.Flex = 20, 12, 30, false
		}
		if numeric(a.Rows, i) {
			c.Align = table.Right
		}
		out[i] = c
	}
	return out
}

// numeric reports whether a column holds numbers, as far as some rows tell.
func numeric(rows [][]string, column int) bool {
	some := false
	for _, r := range rows[:min(len(rows), 50)] {
		if r[column] == "" {
			continue
		}
		if _, err := strconv.ParseFloat(r[column], 64); err != nil {
			return false
		}
		some = true
	}
	return some
}

// rowsOf makes the table's rows; it runs outside the event loop, since there may be
// many.
func rowsOf(a logs.Answer, mask func(string) string) []table.Row {
	numbers := make([]bool, len(a.Columns))
	for i := range numbers {
		numbers[i] = numeric(a.Rows, i)
	}
	out := make([]table.Row, len(a.Rows))
	for i, r := range a.Rows {
		cells := make([]table.Cell, len(r))
		for k, v := range r {
			if numbers[k] {
				cells[k] = table.Cell{Text: v}
				if f, err := strconv.ParseFloat(v, 64); err == nil {
					cells[k].Sort = f
				}
				continue
			}
			cells[k] = table.Cell{Text: clean.Line(mask(v))}
		}
		out[i] = table.Row{ID: fmt.Sprintf("%06d", i), Cells: cells, Item: i}
	}
	return out
}

// masker hides secrets unless they are shown.
func (s *insights) masker() func(string) string {
	if s.unmasked {
		return func(v string) string { return v }
	}
	m := s.mask
	return func(v string) string { return string(m.Line([]byte(v))) }
}
