package insights

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// records are ten, newest first, one every thirty seconds.
func records() (out []Record) {
	for i := range 10 {
		status := 200
		if i%3 == 0 {
			status = 503
		}
		level := map[bool]string{true: "error", false: "info"}[status == 503]
		out = append(out, Record{
			Time: 1795348800000 - int64(i)*30000, Ingested: 1795348800200 - int64(i)*30000, Stream: fmt.Sprintf("app/%d", i%2), Log: "1:/ecs/app", Ptr: fmt.Sprint("p", i),
			Message: fmt.Sprintf(`{"level":"%s","status":%d,"took":%d,"user":{"id":"u%d"},"tags":["a","b%d"],"msg":"GET /orders/%d done"}`, level, status, 10*(i+1), i%4, i, i),
		})
	}
	return out
}

func run(t *testing.T, text string) (*Run, string) {
	t.Helper()
	q, err := Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	x := q.Run(0)
	for _, r := range records() {
		if !x.Add(r) {
			break
		}
	}
	var rows []string
	for _, row := range x.Results() {
		var cells []string
		for _, c := range row {
			if c.Name != "@ptr" {
				cells = append(cells, c.Name+"="+c.Value)
			}
		}
		rows = append(rows, strings.Join(cells, " "))
	}
	return x, strings.Join(rows, "\n")
}

func TestQueries(t *testing.T) {
	for _, c := range []struct{ query, want string }{
		{"fields @timestamp, status | limit 2", "@timestamp=2026-11-22 12:00:00.000 status=503\n@timestamp=2026-11-22 11:59:30.000 status=200"},
		{"fields level | filter status >= 500 | limit 1", "level=error"},
		{"filter status = 503 and took > 60 | fields took | sort took asc", "took=70\ntook=100"},
		{"fields took | sort took desc | limit 3", "took=100\ntook=90\ntook=80"},
		{"fields user.id as u, tags.1 as t | filter @message like /orders\\/[45] / ", "u=u0 t=b4\nu=u1 t=b5"},
		{"fields took | filter @message like 'orders/7'", "took=80"},
		{"fields took | filter @message not like /orders/", ""},
		{"fields took | filter level in ['error', 'fatal'] | sort took | limit 2", "took=10\ntook=40"},
		{"fields took | filter not (level = 'error') and ispresent(user.id) | limit 1", "took=20"},
		{"fields took | filter ispresent(nobody)", ""},
		{"filter status != 200 | stats count(*)", "count(*)=4"},
		{"stats count(*) as n, avg(took) as mean, min(took), max(took), sum(took), pct(took, 90) by level | sort n desc", "level=info n=6 mean=55 min(took)=20 max(took)=90 sum(took)=330 pct(took, 90)=90\nlevel=error n=4 mean=55 min(took)=10 max(took)=100 sum(took)=220 pct(took, 90)=100"},
		{"stats count(*) by bin(1m) | sort bin(1m) asc | limit 2", "bin(1m)=2026-11-22 11:55:00.000 count(*)=1\nbin(1m)=2026-11-22 11:56:00.000 count(*)=2"},
		{"stats count(*) by user.id | sort count(*) desc, user.id | limit 2", "user.id=u0 count(*)=3\nuser.id=u1 count(*)=3"},
		{"stats count_distinct(user.id) as users, latest(took), earliest(took)", "users=4 latest(took)=10 earliest(took)=100"},
		{"stats count(*) as n by status | filter n > 5", "status=200 n=6"},
		{`parse msg "* /*/* done" as method, thing, id | fields method, thing, id | limit 1`, "method=GET thing=orders id=0"},
		{`parse @message /"took":(?<t>\d+)/ | stats sum(t)`, "sum(t)=550"},
		{"fields took / 1000 as s, took*2, strlen(level), upper(level) | limit 1", "s=0.01 took*2=20 strlen(level)=5 upper(level)=ERROR"},
		{"fields @logStream | dedup @logStream", "@logStream=app/0\n@logStream=app/1"},
		{"fields took, status | display status | limit 1", "status=503"},
		{"# a comment\nfields took # another\n| limit 1", "took=10"},
		{"fields @log, @ingestionTime | limit 1", "@log=1:/ecs/app @ingestionTime=2026-11-22 12:00:00.200"},
	} {
		if _, got := run(t, c.query); got != c.want {
			t.Errorf("%s\n gave %q\n want %q", c.query, got, c.want)
		}
	}
	// Without commands: time and message of everything.
	if _, got := run(t, ""); strings.Count(got, "@message=") != 10 || strings.Count(got, "@timestamp=") != 10 {
		t.Errorf("an empty query gave %q", got)
	}
}

func TestStopsWhenEnough(t *testing.T) {
	x, _ := run(t, "fields took | limit 3")
	if x.Scanned != 3 || x.Matched != 3 {
		t.Errorf("scanned %d for three rows", x.Scanned)
	}
	if x, _ = run(t, "fields took | sort took | limit 3"); x.Scanned != 10 {
		t.Errorf("scanned %d to sort", x.Scanned)
	}
}

func TestSyntax(t *testing.T) {
	for _, s := range []string{
		"fetch x", "fields", "fields a,", "fields a b", "filter", "filter a =", "filter (a = 1", "filter a like 7", "filter a like /(/", "filter a in 1", "filter a in [1", "filter a not 1",
		"stats", "stats x", "stats avg", "stats avg(", "stats nothing(a)", "stats count(*) by", "stats count(*) | stats count(*)", "stats pct(a)", "limit", "limit 0", "limit x", "limit 200000",
		"sort", "sort a up", "parse x", `parse "a*"  as a, b`, "fields 'open", "fields f(a)", "fields bin(5)", "fields bin(x)", "fields a ~ b", "dedup", "display",
		"filter " + strings.Repeat("(", 5000), "filter " + strings.Repeat("-", 5000) + "1",
	} {
		if q, err := Parse(s); !errors.Is(err, ErrSyntax) {
			t.Errorf("%.40s: %v, %v", s, q, err)
		}
	}
}

func FuzzQuery(f *testing.F) {
	for _, s := range []string{
		"fields @timestamp, a.b as c | filter c >= 5 and not (d like /x.*/ or e in [1,'2']) | sort c desc | limit 10",
		"stats count(*) as n, pct(took, 95) by bin(5m), level | filter n > 2 | sort n", `parse @message "a=* b=*" as x, y | display x`, "dedup a # c",
	} {
		f.Add(s)
	}
	all := records()
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1000 {
			return
		}
		q, err := Parse(text)
		if err != nil {
			if !errors.Is(err, ErrSyntax) || q != nil {
				t.Fatalf("%v, %v", q, err)
			}
			return
		}
		x := q.Run(5)
		for _, r := range all {
			if !x.Add(r) {
				break
			}
		}
		if n := len(x.Results()); n > max(x.most, 5) {
			t.Fatalf("%d rows", n)
		}
	})
}
