package table

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"ecsole/tui/chart"
	"ecsole/tui/theme"
)

// services is a list as an operator meets it: sparklines, faults, a gap, long and
// wide names, marks, a sort.
func services(th *theme.Theme) *Table {
	x := New(th, []Column{
		{Title: "NAME", Key: "N", Min: 16, Max: 40, Flex: true},
		{Title: "STATUS", Key: "S", Priority: 5},
		{Title: "DESIRED", Align: Right, Priority: 8, Key: "D"},
		{Title: "RUNNING", Align: Right, Priority: 9},
		{Title: "CPU", Overlay: true, Priority: 7, Key: "C"},
		{Title: "MEM", Overlay: true, Priority: 6},
		{Title: "ALERTS", Overlay: true, Priority: 4, Align: Center},
		{Title: "DEPLOYMENT", Priority: 3},
		{Title: "LAUNCH", Priority: 1},
		{Title: "AGE", Align: Right, Priority: 2, Quiet: true},
		{Title: "TASK DEFINITION", Wide: true},
	}, Options{Changes: true})
	x.SetSort(Sort{Column: 0})
	put := func(tick int) {
		x.BeginGeneration()
		for i := range 40 {
			name := fmt.Sprintf("service-%d", i)
			r := Row{ID: name, Health: OK, Cells: []Cell{
				{Text: name}, {Text: "ACTIVE", State: Dim}, {Text: "3"}, {Text: "3"}, {}, {}, {},
				{Text: "steady"}, {Text: "FARGATE"}, {Text: fmt.Sprintf("%dd", i+1)}, {Text: name + ":42"},
			}}
			switch i {
			case 2:
				r.Cells[0].Text = "checkout-payment-processor-with-a-rather-long-name-eu-west-1"
				r.Health, r.Cells[3].Text, r.Cells[7].Text = Failed, fmt.Sprint(1-tick), "FAILED 2/10: circuit breaker"
			case 3:
				r.Health, r.Cells[3].Text, r.Cells[7].Text = Pending, fmt.Sprint(1+tick), "IN_PROGRESS 40%"
			case 4:
				r.Cells[0].Text = "日本語サービス-結合e\u0301"
			case 5:
				r.Health, r.Cells[1] = Killed, Cell{Text: "DRAINING"}
			case 6:
				r.Health, r.Cells[1] = Done, Cell{Text: "INACTIVE"}
			case 7:
				r.Health = Warn
			}
			x.Upsert(r)
		}
		if tick > 0 {
			x.Upsert(Row{ID: "new", Health: OK, Cells: []Cell{{Text: "service-1a"}, {Text: "ACTIVE", State: Dim}}})
			x.Gap([]string{"arn:aws:ecs:eu-west-1:123456789012:service/prod/service-1b"}, "AccessDenied: ecs:DescribeServices")
		}
		x.EndGeneration(tick == 0)
	}
	put(0)
	pens := chart.PensOf(th)
	for i := range 39 {
		var cpu, mem []float64
		for at := range 30 {
			cpu = append(cpu, 50+50*math.Sin(float64(at+i)/4))
			mem = append(mem, float64(i*4))
		}
		id := fmt.Sprintf("service-%d", i)
		text, now := chart.ColoredCell(cpu, 10, chart.Options{}, pens)
		x.SetCell(id, 4, Cell{Text: text, Plain: now, Sort: chart.Current(cpu), Styled: true})
		text, now = chart.SparkCell(mem, 10, chart.Options{})
		x.SetCell(id, 5, Cell{Text: text, Plain: now, Sort: chart.Current(mem)})
		if i%7 == 2 {
			x.SetCell(id, 6, Cell{Text: "✗ HIGH 3", State: Failed})
		}
	}
	put(1)
	x.View(80, 24)
	x.Move(2)
	x.ToggleMark()
	x.Move(1)
	return x
}

func TestGolden(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 50}, {40, 10}, {24, 6}, {7, 4}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			x := services(theme.New(theme.Options{}))
			requirePlain(t, screen(t, x, size[0], size[1]))
		})
	}
	for name, do := range map[string]func(*Table){
		"wide":     func(x *Table) { x.SetWide(true) },
		"faults":   func(x *Table) { x.SetFaults(true) },
		"filter":   func(x *Table) { x.SetFilter(mustFilter(t, "active.*steady")) },
		"by cpu":   func(x *Table) { x.SortByKey("C"); x.Top() },
		"cpu down": func(x *Table) { x.SortByKey("C"); x.SortByKey("C"); x.Top() },
		"cpu end":  func(x *Table) { x.SortByKey("C"); x.Bottom() },
		"scrolled": func(x *Table) { x.Scroll(3) },
		"picked":   func(x *Table) { x.Pick(8) },
	} {
		t.Run(name, func(t *testing.T) {
			x := services(theme.New(theme.Options{}))
			do(x)
			requirePlain(t, screen(t, x, 80, 16))
		})
	}
	t.Run("ascii", func(t *testing.T) {
		x := services(theme.New(theme.Options{}))
		x.opt.ASCII = true
		requirePlain(t, screen(t, x, 80, 16))
	})
}

// requirePlain compares with the right margin made visible.
func requirePlain(t *testing.T, lines []string) {
	t.Helper()
	golden.RequireEqual(t, []byte(strings.Join(lines, "|\n")+"|\n"))
}

func TestGoldenStyled(t *testing.T) {
	for name, set := range map[string]func(*theme.Theme){
		"dark":  func(*theme.Theme) {},
		"light": func(th *theme.Theme) { th.SetDark(false) },
		"ansi":  func(th *theme.Theme) { th.SetProfile(colorprofile.ANSI) },
		"none":  func(th *theme.Theme) { th.SetProfile(colorprofile.ASCII) },
	} {
		t.Run(name, func(t *testing.T) {
			th := theme.New(theme.Options{})
			set(th)
			x := services(th)
			screen(t, x, 100, 12)
			golden.RequireEqual(t, []byte(x.View(100, 12)))
		})
	}
}

// TestColourIsNotTheOnlyCarrier holds that states differ where there are no colours.
func TestColourIsNotTheOnlyCarrier(t *testing.T) {
	seen := map[string]State{}
	x := New(theme.New(theme.Options{}), []Column{{Title: "NAME"}}, Options{})
	for s := range states {
		x.Set([]Row{{ID: "first"}, {ID: "a", Health: s, Cells: []Cell{{Text: "a"}}}})
		line := screen(t, x, 20, 3)[2]
		if other, ok := seen[line]; ok && s != Dim {
			t.Errorf("states %d and %d look alike: %q", other, s, line)
		}
		seen[line] = s
	}
}

func TestThemeChangesInPlace(t *testing.T) {
	th := theme.New(theme.Options{})
	x := services(th)
	dark := x.View(80, 24)
	th.SetDark(false)
	light := x.View(80, 24)
	if dark == light {
		t.Error("the picture kept the colours of the theme before")
	}
	if ansi.Strip(dark) != ansi.Strip(light) {
		t.Error("the text depends on the theme")
	}
}
