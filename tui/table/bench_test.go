package table

import (
	"fmt"
	"testing"

	"ecsole/tui/filter"
	"ecsole/tui/theme"
)

func benchTable(n int) *Table {
	x := New(theme.New(theme.Options{}), []Column{
		{Title: "NAME", Key: "N", Min: 16, Max: 40, Flex: true},
		{Title: "STATUS", Priority: 5},
		{Title: "DESIRED", Align: Right, Priority: 8},
		{Title: "RUNNING", Align: Right, Priority: 9},
		{Title: "CPU", Overlay: true, Priority: 7},
		{Title: "DEPLOYMENT", Priority: 3},
		{Title: "LAUNCH", Priority: 1},
		{Title: "AGE", Align: Right, Priority: 2, Quiet: true},
	}, Options{Changes: true})
	x.SetSort(Sort{Column: 0})
	x.Set(benchRows(n, 0))
	for i := range n {
		x.SetCell(fmt.Sprintf("arn:aws:ecs:eu-west-1:123456789012:service/prod/service-%d", i), 4,
			Cell{Text: "\x1b[32m▁▂▃▄▅▆▇█▁▂\x1b[m  42%", Plain: "42", Sort: 42.0, Styled: true})
	}
	x.View(160, 50)
	return x
}

func benchRows(n, tick int) []Row {
	rows := make([]Row, n)
	for i := range rows {
		health := OK
		if i%17 == 0 {
			health = Failed
		}
		rows[i] = Row{
			ID:     fmt.Sprintf("arn:aws:ecs:eu-west-1:123456789012:service/prod/service-%d", i),
			Health: health,
			Cells: []Cell{
				{Text: fmt.Sprintf("service-%d", i)}, {Text: "ACTIVE", State: Dim}, {Text: "3"},
				{Text: fmt.Sprint((i + tick/(i%100+1)) % 7)}, {}, {Text: "steady"}, {Text: "FARGATE"}, {Text: "12d"},
			},
		}
	}
	return rows
}

func BenchmarkFrameAtRest10k(b *testing.B) {
	x := benchTable(10_000)
	b.ReportAllocs()
	for b.Loop() {
		x.View(160, 50)
	}
}

func BenchmarkFrameFromScratch(b *testing.B) {
	x := benchTable(10_000)
	b.ReportAllocs()
	for b.Loop() {
		x.paint.theme.Version++
		x.View(160, 50)
	}
}

func BenchmarkDown10k(b *testing.B) {
	x := benchTable(10_000)
	b.ReportAllocs()
	for b.Loop() {
		if x.Index() == 9999 {
			x.Top()
		}
		x.Move(1)
		x.View(160, 50)
	}
}

func BenchmarkPage10k(b *testing.B) {
	x := benchTable(10_000)
	b.ReportAllocs()
	for b.Loop() {
		if x.Index() == 9999 {
			x.Top()
		}
		x.Page(1)
		x.View(160, 50)
	}
}

func BenchmarkRefresh2000(b *testing.B) {
	x := benchTable(2000)
	ticks := make([][]Row, 8)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		b.StopTimer()
		for i := range ticks {
			if n%len(ticks) == 0 {
				ticks[i] = benchRows(2000, n+i)
			}
		}
		b.StartTimer()
		x.Set(ticks[n%len(ticks)])
		x.View(160, 50)
		n++
	}
}

func BenchmarkFirstLoad10kByPages(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		rows := benchRows(10_000, 0)
		x := New(theme.New(theme.Options{}), benchTable(0).Columns(), Options{})
		x.SetSort(Sort{Column: 0})
		b.StartTimer()
		x.BeginGeneration()
		for i := 0; i < len(rows); i += 100 {
			x.Upsert(rows[i : i+100]...)
			x.View(160, 50)
		}
		x.EndGeneration(true)
		x.View(160, 50)
	}
}

func BenchmarkSetCell10k(b *testing.B) {
	x := benchTable(10_000)
	ids := x.Visible(0)
	cells := [2]Cell{{Text: "▁▂▃▄▅▆▇█▁▂  43%", Sort: 43.0}, {Text: "▁▂▃▄▅▆▇█▁▂  44%", Sort: 44.0}}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		x.SetCell(ids[n%len(ids)], 4, cells[n/len(ids)&1])
		n++
	}
}

func BenchmarkFilter10k(b *testing.B) {
	x := benchTable(10_000)
	for _, s := range []string{"service-77", "77.*fargate", "-f srv77"} {
		f, err := filter.Parse(s)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				x.SetFilter(f)
				x.View(160, 50)
			}
		})
	}
}

func BenchmarkSort10k(b *testing.B) {
	x := benchTable(10_000)
	b.ReportAllocs()
	for b.Loop() {
		x.SortBy(0)
		x.View(160, 50)
	}
}
