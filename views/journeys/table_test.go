package journeys

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ecsole/aws/audit"
)

// names are the first words of the rows on the screen.
func (j *journey) names() []string {
	var out []string
	for _, r := range j.rows() {
		if f := strings.Fields(r); len(f) > 1 {
			i := 1
			if len([]rune(f[0])) == 1 && len([]rune(f[1])) == 1 {
				i = 2
			}
			out = append(out, f[i])
		}
	}
	return out
}

func TestSortByKey(t *testing.T) {
	sizes(t, setting{command: ":services staging"}, func(j *journey) {
		j.Sees("services(staging)[8]", "NAME↑", "%")
		up := j.names()
		if !slices.IsSorted(up) || len(up) != 8 {
			t.Fatalf("the list begins in the order %q", up)
		}
		j.Press("N").Sees("NAME↓")
		down := j.names()
		slices.Reverse(down)
		if !slices.Equal(up, down) {
			t.Errorf("the same key does not turn the order: %q", down)
		}
		// By a number that is a cell's value, not its text: 10 after 9.
		j.Press("R").Sees("TASKS")
		if title := j.Line("NAME"); !strings.Contains(title, "TASKS↑") && !strings.Contains(title, "TASKS↓") {
			t.Errorf("shift-r does not sort by TASKS: %s", title)
		}
		// The order is remembered for the kind.
		j.Type(":services prod\r").Sees("services(prod)[14]", "TASKS")
		if title := j.Line("NAME"); !strings.Contains(title, "TASKS↑") && !strings.Contains(title, "TASKS↓") {
			t.Errorf("the order is forgotten: %s", title)
		}
		var running []int
		for _, r := range j.rows() {
			var n, of int
			if m := regexp.MustCompile(`(\d+)/(\d+)`).FindString(r); m != "" {
				fmt.Sscanf(m, "%d/%d", &n, &of)
				running = append(running, n)
			}
		}
		if len(running) != 14 || !slices.IsSorted(running) && !slices.IsSortedFunc(running, func(a, b int) int { return b - a }) {
			t.Errorf("tasks are not in the order of numbers: %v\n%s", running, j.Screen())
		}
	})
}

func TestSortByColumn(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]", "NAME↑", "%")
		j.Press("shift+right", "shift+right", "O")
		title := j.Line("NAME")
		if strings.Contains(title, "NAME↑") || !strings.ContainsAny(title, "↑↓") {
			t.Errorf("shift-o does not sort by the picked column: %s", title)
		}
		j.Press("O")
		if turned := j.Line("NAME"); turned == title || !strings.ContainsAny(turned, "↑↓") {
			t.Errorf("shift-o again does not turn the order: %s", turned)
		}
		j.Press("esc").Sees("services(prod)[14]")
		j.Press("shift+left", "O").Sees("NAME")
	})
}

// Sorting by a column of another API reads it for every row, once.
func TestSortByOverlay(t *testing.T) {
	sizes(t, setting{command: ":services"}, func(j *journey) {
		j.Sees("services(all)[30]", "%")
		j.Press("C").Sees("CPU↑")
		j.rest()
		j.Press("g")
		var all []string
		for range 30 {
			all = append(all, j.cursor())
			j.Press("j")
		}
		last, value := -1, regexp.MustCompile(`(\d+)%`)
		for i, r := range all {
			m := value.FindStringSubmatch(r)
			if m == nil {
				if i < 28 { // unknown ones sort last
					t.Errorf("row %d has no value: %s", i, r)
				}
				continue
			}
			v, _ := strconv.Atoi(m[1])
			if v < last {
				t.Fatalf("row %d is out of order (%v after %v):\n%s", i, v, last, strings.Join(all, "\n"))
			}
			last = v
		}
	})
}

func TestWideColumns(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]").Not("DES ", "PEND")
		j.Press("ctrl+w")
		all := j.Line("NAME")
		for range 20 { // what has no room is to the right
			j.Press("right")
			all += " " + j.Line("NAME")
		}
		for _, title := range []string{"DES", "RUN", "PEND", "ARN", "CLUSTER"} {
			if !strings.Contains(all, title) {
				t.Errorf("ctrl-w does not show %s: %s", title, all)
			}
		}
		for range 20 {
			j.Press("left")
		}
		j.Press("ctrl+w").Not("PEND")
	})
}

func TestFaultsOnly(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]", "recommendations")
		j.Press("ctrl+z").Sees("<faults>", "recommendations").Not("ledger")
		j.Press("ctrl+r").Sees("<faults>").Not("ledger")
		j.Press("ctrl+z").Sees("services(prod)[14]", "ledger").Not("<faults>")
		j.Press("ctrl+z").Sees("<faults>")
		j.Press("esc").Not("<faults>")
	})
}

func TestMarks(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]")
		j.goTo("cart")
		j.Press("space").Sees("1 marked")
		j.on("catalog")
		j.goTo("ledger")
		j.Press("ctrl+space").Sees("5 marked") // cart, catalog, checkout, image-resizer, ledger
		j.Press("ctrl+r").Sees("5 marked")
		j.Type("/c\r").Sees("</c>")
		j.Type("\x1b/cart|ledger\r").Sees("2 marked, 3 hidden")
		j.Press("r").Sees("Force a new deployment of 2 services?", "cart", "ledger").Not("catalog ", "checkout ")
		j.Press("esc").Not("Force a new deployment")
		j.Press("esc").Sees("5 marked").Not("hidden")
		j.Press("ctrl+\\").Not("marked")
	})
}

func TestMarksActOnWhatIsVisible(t *testing.T) {
	sizes(t, setting{command: ":services staging"}, func(j *journey) {
		j.Sees("services(staging)[8]")
		j.Press("space", "space", "space").Sees("3 marked")
		first := strings.Fields(strings.TrimLeft(j.rows()[0], "│ *▸•◌✗"))[0]
		j.Type("/^" + first + "\r").Sees("1 marked, 2 hidden")
		j.Press("r").Sees("Force a new deployment?", first)
		j.Press("tab", "enter").Sees("deployment of " + first + " started")
		if n := j.sim.Faults().Calls("ecs:UpdateService"); n != 1 {
			t.Errorf("%d services were deployed; two of the three marked ones were hidden", n)
		}
	})
}

func TestCopy(t *testing.T) {
	var mu sync.Mutex
	var native []string
	clip := func(s string) error { mu.Lock(); defer mu.Unlock(); native = append(native, s); return nil }
	run(t, setting{command: ":services prod", native: clip}, func(j *journey) {
		arn := "arn:aws:ecs:eu-central-1:111122223333:service/prod/checkout"
		j.Sees("services(prod)[14]")
		j.goTo("checkout")
		copied := func(want ...string) {
			t.Helper()
			j.until("the clipboard", func() bool {
				mu.Lock()
				defer mu.Unlock()
				return slices.Equal(native, want) && len(j.Copied()) == len(want)
			})
			if got := j.Copied(); !slices.Equal(got, want) {
				t.Errorf("OSC 52 got %q, want %q", got, want)
			}
		}
		j.Press("c").Sees("id")
		copied("checkout")
		j.pass(500 * time.Millisecond)
		j.Press("c").Sees("ARN")
		copied("checkout", arn)
		j.pass(2 * time.Second)
		j.Press("c")
		copied("checkout", arn, "checkout")
		j.pass(1100 * time.Millisecond)
		j.Press("c")
		copied("checkout", arn, "checkout", "checkout")
		// Another row within the second begins anew.
		j.Press("j", "c")
		copied("checkout", arn, "checkout", "checkout", "image-resizer")
		r := j.recorded("the copied ARN", func(r audit.Record) bool { return r.Action == "copy" && r.Target == "ARN" })
		if sum := sha256.Sum256([]byte(arn)); r.SHA256 != hex.EncodeToString(sum[:]) || r.Bytes != int64(len(arn)) || r.Path != "clipboard" {
			t.Errorf("the copy is recorded as %+v", r)
		}
	})
}

func TestSaveAsCSV(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]", "%")
		j.Type("/c.*t\r").Sees("</c.*t>")
		shown := len(j.rows())
		j.Press("ctrl+s").Sees("saved to")
		files := j.saved()
		if len(files) != 1 {
			t.Fatalf("%d files were saved", len(files))
		}
		for path, text := range files {
			records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
			if err != nil || len(records) != shown+1 {
				t.Fatalf("%d records for %d rows (%v):\n%s", len(records), shown, err, text)
			}
			for _, title := range []string{"NAME", "CPU", "ALERTS", "ARN", "DES"} {
				if !slices.Contains(records[0], title) {
					t.Errorf("no column %s in %q", title, records[0])
				}
			}
			cpu := slices.Index(records[0], "CPU")
			for _, r := range records[1:] {
				if r[cpu] == "" || strings.ContainsAny(r[cpu], "▁▂▃▄") {
					t.Errorf("the CPU of %s is saved as %q", r[0], r[cpu])
				}
			}
			r := j.recorded("the save", func(r audit.Record) bool { return r.Action == "table.save" })
			if sum := sha256.Sum256([]byte(text)); r.SHA256 != hex.EncodeToString(sum[:]) || r.Bytes != int64(len(text)) || r.Path != path {
				t.Errorf("the save is recorded as %+v", r)
			}
		}
	})
}

func TestFavouriteClusters(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]")
		j.Type(":services\r").Sees("services(all)[30]")
		j.Press("3").Sees("services(prod)[14]")
		j.Press("1").Sees("services(data)[4]")
		j.Press("0").Sees("services(all)[30]")
		j.Type(":tasks\r").Sees("tasks(all)[")
		j.Press("4").Sees("tasks(staging)[")
	})
	t.Run("configured", func(t *testing.T) {
		run(t, setting{config: "favorites: [staging]"}, func(j *journey) {
			j.Sees("clusters(all)[4]").Type(":services\r").Sees("<1> staging")
			j.Press("1").Sees("services(staging)[8]")
		})
	})
}

func TestWarp(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("clusters(all)[4]").Type(":services\r").Sees("services(all)[30]")
		j.goTo("checkout")
		j.Press("w").Sees("services(prod)[14]")
		j.Press("esc").Sees("services(all)[30]")
		j.on("checkout")
	})
}
