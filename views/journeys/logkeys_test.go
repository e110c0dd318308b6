package journeys

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"ecsole/aws/audit"
	"ecsole/tui/keymap"
)

// opened opens the log view of a service that writes a lot.
func opened(j *journey, service string) {
	j.t.Helper()
	j.on(service).Press("l")
	j.Sees("logs(prod/"+service+")", "Autoscroll:On").Wait("lines", func(screen string) bool { return shownTask.MatchString(screen) })
}

// TestEveryKeyOfTheLogView presses each of them, and fails when a key is added that
// it does not press.
func TestEveryKeyOfTheLogView(t *testing.T) {
	sizes(t, setting{command: ":services prod /checkout"}, func(j *journey) {
		pressed := map[string]bool{}
		press := func(name string) *journey {
			j.t.Helper()
			keys := keymap.Default().For(name)
			if len(keys) == 0 {
				j.t.Fatalf("%s has no key", name)
			}
			pressed[name] = true
			j.Press(keys[0])
			return j
		}
		opened(j, "checkout")
		for name, title := range map[string]string{"log.1m": "[1m]", "log.5m": "[5m]", "log.15m": "[15m]", "log.30m": "[30m]", "log.1h": "[1h]", "log.head": "[head]"} {
			press(name).Sees("logs(prod/checkout)" + title)
		}
		press("log.tail").Sees("logs(prod/checkout)[tail]", "Autoscroll:On")
		j.Wait("lines", func(screen string) bool { return shownTask.MatchString(screen) })
		press("log.follow").Sees("Autoscroll:Off")
		press("log.follow").Sees("Autoscroll:On")
		press("log.timestamps").Sees("Timestamps:UTC")
		press("log.timestamps")
		press("log.timestamps").Sees("Timestamps:Off")
		press("wrap").Sees("Wrap:On")
		press("wrap").Sees("Wrap:Off")
		press("fullscreen").Sees("FullScreen:On").Not("Profile:")
		press("fullscreen").Sees("FullScreen:Off", "Profile:")
		press("log.ruler").Sees("── 2000-01-01")
		press("log.right").Wait("the lines to move", func(screen string) bool { return !strings.Contains(screen, "request  caller") })
		press("log.left").Sees("request  caller")
		press("log.level").Sees("‹level>=warn›")
		press("log.level").Sees("‹level>=error›")
		press("log.level").Not("‹level")
		press("filter").Type("request && status>=200\r").Sees("‹request› ‹status>=200›")
		press("log.exclude").Type("coupons\r").Sees("‹!coupons›").Not("path=/v1/coupons")
		press("log.context").Sees("±2")
		press("log.unfilter").Not("‹!coupons›").Sees("‹status>=200›")
		press("log.filters").Sees("Take off a filter", "status>=200").Press("1").Not("‹")
		press("filter").Type("/request\r").Sees("//request", "hits")
		press("search.previous").Sees("Autoscroll:Off")
		press("search.previous")
		press("search.next").Press("esc").Not("//request")
		press("log.fields").Type("status method\r").Sees("STATUS", "METHOD", "MESSAGE")
		press("log.fields").Press("ctrl+u", "enter").Not("METHOD ")
		press("log.raw").Sees("Raw:On", "level=")
		press("log.raw").Not("Raw:On")
		press("log.fold").Sees("Unfolded:On")
		press("log.fold").Not("Unfolded:On")
		press("log.colors")
		press("log.colors")
		press("log.patterns").Sees("patterns[", "PATTERN", "COUNT")
		j.Press("?").Sees("PATTERNS").Press("G").Sees("Page up").Not("page.up").Press("esc").Sees("patterns[").Press("esc").Sees("logs(prod/checkout)")
		press("log.range").Type("-10m\r").Sees("[10m]")
		press("log.range").Type("23:40..23:50\r").Sees("[23:40..23:50]")
		press("log.range").Type("yesterday\r").Sees("no time: yesterday").Sees("[23:40..23:50]")
		press("log.jump").Type("23:45\r").Sees("Autoscroll:Off")
		press("log.tail").Sees("[tail]").Wait("lines", func(screen string) bool { return shownTask.MatchString(screen) })
		press("log.older").Sees("Autoscroll:Off")
		press("log.newer")
		press("bottom").Sees("Autoscroll:On")
		press("top").Sees("Autoscroll:Off")
		for _, name := range []string{"page.down", "page.up", "up", "down", "bottom"} {
			press(name)
		}
		j.Sees("Autoscroll:On")
		press("log.histogram").Sees("█")
		press("log.bar-left").Sees("▲", "Autoscroll:Off")
		press("log.bar-right").Sees("▲")
		press("log.histogram").Not("▲")
		press("log.select").Sees("selecting from here").Press("k", "k")
		press("copy").Sees("3 lines copied").Press("esc")
		press("log.link").Sees("link copied")
		press("log.open").Sees("event(", "Log stream").Press("esc").Sees("logs(prod/checkout)")
		press("log.unmask").Sees("Secrets:Shown")
		press("log.unmask").Not("Secrets:Shown")
		press("log.live").Sees("Live:", "about $0.01 a minute")
		if width, _ := j.size(); width >= 120 {
			j.Sees("15 sessions")
		}
		press("log.live").Not("Live:")
		press("save").Sees("saved to")
		press("log.save-json")
		j.recorded("the JSON", func(r audit.Record) bool { return strings.HasSuffix(r.Path, ".jsonl") })
		press("logs.previous").Sees("[last stopped]").Press("esc").Sees("logs(prod/checkout)")
		press("log.query").Sees("insights(/ecs/prod/checkout)").Press("esc").Sees("logs(prod/checkout)")
		press("log.clear").Sees("Autoscroll:On")
		j.Press("?").Sees("LOGS", "Filter (// search)").Press("G").Sees("SIGNS", "Came late: put where it belongs").Press("esc")
		// In a terminal of their own, in cmd/ecsole; and keys that k9s has and that mean nothing here.
		for _, name := range []string{"log.pager", "log.editor", "log.lock", "log.all", "refresh", "left", "right"} {
			pressed[name] = true
		}
		for _, b := range keymap.Default().Table() {
			if b.Scope&keymap.Logs != 0 && !pressed[b.Name] {
				j.t.Errorf("%s (%s) is not pressed", b.Name, b.Keys)
			}
		}
	})
}

// TestCopiesOutOfTheLogsAreJournalled saves, copies and shows secrets, and finds
// each on record.
func TestCopiesOutOfTheLogsAreJournalled(t *testing.T) {
	sizes(t, setting{command: ":services prod /checkout"}, func(j *journey) {
		opened(j, "checkout")
		j.Press("ctrl+s").Sees("saved to").Press("S").Press("M").Sees("Secrets:Shown").Press("c").Sees("copied")
		for what, fits := range map[string]func(audit.Record) bool{
			"a text":  func(r audit.Record) bool { return r.Action == "logs.save" && strings.HasSuffix(r.Path, ".log") },
			"JSON":    func(r audit.Record) bool { return r.Action == "logs.save" && strings.HasSuffix(r.Path, ".jsonl") },
			"secrets": func(r audit.Record) bool { return r.Action == "secrets.unmask" },
			"a copy":  func(r audit.Record) bool { return r.Action == "copy" && r.Bytes > 0 && r.SHA256 != "" },
		} {
			j.recorded(what, fits)
		}
		j.Type("/status>=500\r").Sees("‹status>=500›", "request failed").Press("ctrl+s").Sees("lines that match", "all lines").Press("1").Sees("saved to")
		r := j.recorded("what matches", func(r audit.Record) bool {
			return r.Action == "logs.save" && strings.HasSuffix(r.Path, ".log") && j.saved()[r.Path] != "" && !strings.Contains(j.saved()[r.Path], "status=200")
		})
		for l := range strings.Lines(j.saved()[r.Path]) {
			if !strings.Contains(l, "status=5") {
				t.Errorf("the filter was not applied: %s", l)
			}
		}
		files, err := filepath.Glob(filepath.Join(j.saves, "*"))
		if err != nil || len(files) != 3 {
			t.Fatalf("%v %v", files, err)
		}
		for _, f := range files {
			if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v %v", f, info.Mode(), err)
			}
		}
	})
}

// TestWhereLogsGoInstead opens the logs of containers that do not log to CloudWatch.
func TestWhereLogsGoInstead(t *testing.T) {
	sizes(t, setting{command: ":services data /etl-loader"}, func(j *journey) {
		j.on("etl-loader").Press("l").Sees("logs(data/etl-loader)", "no log configuration: on Fargate the output is lost")
	})
}

func TestPartOfTheLogsGoesElsewhere(t *testing.T) {
	run(t, setting{command: ":services prod /audit-export"}, func(j *journey) {
		j.on("audit-export").Press("l").Sees("logs(prod/audit-export)", "FireLens sends it to Datadog (http-intake.logs.datadoghq.eu)")
	})
}

// TestPageUpReadsOlderLines goes back beyond the first line that was read.
func TestPageUpReadsOlderLines(t *testing.T) {
	first := regexp.MustCompile(`(\d\d:\d\d:\d\d)\.\d{3}Z? `)
	sizes(t, setting{command: ":services prod /checkout"}, func(j *journey) {
		opened(j, "checkout")
		j.Press("t").Sees("Timestamps:UTC").Press("g").Sees("Autoscroll:Off")
		top := func() string {
			if m := first.FindStringSubmatch(j.Screen()); m != nil {
				return m[1]
			}
			return ""
		}
		before := top()
		for range 12 {
			j.Press("pgup")
			j.pass(3 * time.Second)
		}
		j.Wait("older lines than those of "+before, func(string) bool { return top() != "" && top() < before })
	})
}
