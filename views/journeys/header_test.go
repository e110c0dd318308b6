package journeys

import (
	"fmt"
	"image/color"
	"regexp"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"ecsole/tui/tuitest"
)

func TestHeader(t *testing.T) {
	sizes(t, setting{config: `accounts: {"111122223333": shop}`}, func(j *journey) {
		j.Sees("Profile:", "demo", "Account:", "111122223333 (shop)", "Region:", "eu-central-1", "Identity:", "user/oncall",
			"[RW]", "ENDPOINT simulator (not AWS)", "Creds:", "valid · static")
		j.Not("PRODUCTION", "read-only")
		if _, height := j.size(); height > 24 {
			j.Sees("Calls:", "/s")
		}
	})
}

func TestHeaderWhenReadOnlyInProduction(t *testing.T) {
	sizes(t, setting{readOnly: true, profile: "shop-prod"}, func(j *journey) {
		j.Sees("shop-prod", "PRODUCTION", "[read-only]").Not("[RW]")
	})
}

func TestProductionMark(t *testing.T) {
	for _, c := range []struct {
		profile, config string
		production      bool
	}{
		{"shop-prod", "", true},
		{"PROD", "", true},
		{"eu-live-1", "", true},
		{"prd2", "", true},
		{"shop-nonprod", "", false},
		{"pre-prod", "", false},
		{"product-team", "", false},
		{"delivery", "", false},
		{"dev", "", false},
		{"dev", `accounts: {"111122223333": shop-production}`, true},
		{"dev", `production: {match: "^dev$"}`, true},
		{"dev", `production: {match: "111122223333"}`, true},
		{"shop-prod", `production: {match: "^crown$"}`, false},
		{"shop-prod", `profiles: {shop-prod: {production: false}}`, false},
		{"dev", `profiles: {dev: {production: true}}`, true},
	} {
		t.Run(fmt.Sprintf("%s %s", c.profile, c.config), func(t *testing.T) {
			sizes(t, setting{profile: c.profile, config: c.config}, func(j *journey) {
				j.Sees(c.profile, "111122223333", "clusters(all)[4]")
				if got := strings.Contains(j.Screen(), "PRODUCTION"); got != c.production {
					t.Errorf("production mark is %v, want %v:\n%s", got, c.production, j.Screen())
				}
			})
		})
	}
}

// A small screen keeps fourteen rows whatever else there is to say.
func TestFourteenRows(t *testing.T) {
	small := setting{width: 80, height: 24, command: ":tasks prod"}
	fourteen := func(j *journey, when string) {
		t.Helper()
		if n := len(j.rows()); n < 14 {
			t.Errorf("%d rows %s:\n%s", n, when, j.Screen())
		}
	}
	run(t, small, func(j *journey) {
		j.Sees("tasks(prod)[77]")
		fourteen(j, "at rest")
		j.Type("/").Sees("/ ")
		fourteen(j, "while a filter is typed")
		j.Press("esc")
		j.Type(":nonsense\r").Sees("there is no command")
		fourteen(j, "under a message")
		j.sim.Faults().Deny("cloudwatch:*")
		j.Type(":tasks prod\r").Sees("denied: cloudwatch:")
		fourteen(j, "above a problem")
		j.sim.Faults().Expire()
		j.Press("ctrl+r").Sees("expired", ":ctx")
		fourteen(j, "with a banner")
		j.Press("ctrl+e")
		fourteen(j, "with a compact header")
	})
}

func TestHeaderOnAndOff(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("Region:", "<clusters>")
		j.Press("ctrl+e").Not("Region:").Sees("eu-central-1", "[RW]", "ENDPOINT")
		j.Press("ctrl+e").Sees("Region:")
		j.Press("ctrl+g").Not("<clusters>")
		j.Press("ctrl+g").Sees("<clusters>")
	})
}

func TestCallRateAndThrottling(t *testing.T) {
	sizes(t, setting{command: ":tasks"}, func(j *journey) {
		j.Sees("tasks(all)[118]")
		j.sim.Faults().Throttle(2)
		j.Press("ctrl+r").Sees("Calls:", "throttled")
		j.sim.Faults().Throttle(0)
		j.pass(2 * time.Minute)
		j.Not("throttled")
	})
}

func TestMenuAndHelpComeFromOneTable(t *testing.T) {
	item := regexp.MustCompile(`<(\S+)> +(\S+(?: \S+)*)`)
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]", "<enter> Tasks", "<?>")
		header, _, _ := strings.Cut(j.Screen(), "┌")
		shown := map[string]string{}
		for _, m := range item.FindAllStringSubmatch(header, -1) {
			shown[m[1]] = m[2]
		}
		if len(shown) < 4 {
			t.Fatalf("the menu has %v:\n%s", shown, j.Screen())
		}
		help := j.help()
		for key := range shown {
			if !regexp.MustCompile(`(?m)(^|  | )` + regexp.QuoteMeta(key) + ` `).MatchString(help) {
				t.Errorf("the help does not know <%s>:\n%s", key, help)
			}
		}
		for _, words := range []string{"SERVICES", "GENERAL", "NAVIGATION", "Sort NAME", "Mark range", "ctrl-z", "ctrl-w", "Type a command"} {
			if !strings.Contains(help, words) {
				t.Errorf("the help does not mention %s:\n%s", words, help)
			}
		}
		j.Press("?").Sees("services(prod)[14]", "<enter> Tasks")
	})
}

// help opens the help page and reads it to its end.
func (j *journey) help() string {
	j.Press("?").Sees(" help ", "enter")
	text := j.Screen()
	for range 20 {
		before := j.Screen()
		j.Press("ctrl+f")
		if j.Screen() == before {
			break
		}
		text += "\n" + j.Screen()
	}
	return text
}

func TestReadOnlyHidesActsAndRefusesThem(t *testing.T) {
	sizes(t, setting{readOnly: true, command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]").Not("Scale", "Redeploy")
		if help := j.help(); strings.Contains(help, "Scale") || strings.Contains(help, "Redeploy") {
			t.Errorf("the help offers what is refused:\n%s", help)
		}
		j.Press("esc", "s").Sees("read-only: Scale is refused")
		j.Press("r").Sees("read-only: Redeploy is refused")
		if n := j.sim.Faults().Calls("ecs:UpdateService"); n > 0 {
			t.Errorf("%d updates were sent", n)
		}
	})
}

func TestCrumbs(t *testing.T) {
	sizes(t, setting{}, func(j *journey) {
		j.Sees("<clusters>")
		j.goTo("prod")
		j.Press("enter").Sees("<clusters>   <services>")
		j.goTo("web")
		j.Press("d").Sees("<clusters>   <services>   <describe>")
		j.Press("esc").Not("<describe>")
		j.Type(":alarms\r").Not("<clusters>").Sees("<alarms>")
	})
}

// Colours follow what the terminal says, and nothing is told by colour alone.
func TestThemes(t *testing.T) {
	show := func(t *testing.T, options ...tuitest.Option) (styled, plain string) {
		tuitest.Bubble(t, func(t *testing.T) {
			j := start(t, setting{command: ":services prod", profile: "shop-prod", options: options})
			j.Sees("services(prod)[14]", "⚑CRIT 3")
			j.rest()
			styled = j.Styled()
			_, plain, _ = strings.Cut(j.Screen(), "┌") // above it is the rate of calls
		})
		return styled, plain
	}
	rich := regexp.MustCompile(`\x1b\[[0-9;]*[34]8;[25];`)
	basic := regexp.MustCompile(`\x1b\[([0-9;]*;)?(3[0-7]|4[0-7]|9[0-7]|10[0-7])[;m]`)
	full, plain := show(t)
	sixteen, plain16 := show(t, tuitest.WithProfile(colorprofile.ANSI))
	none, plain0 := show(t, tuitest.WithProfile(colorprofile.Ascii))
	if !rich.MatchString(full) {
		t.Error("a terminal with all colours gets none of them")
	}
	if rich.MatchString(sixteen) || !basic.MatchString(sixteen) {
		t.Error("a terminal with sixteen colours gets others")
	}
	if rich.MatchString(none) || basic.MatchString(none) {
		t.Error("a terminal that wants no colour gets some")
	}
	if plain != plain16 || plain != plain0 {
		t.Errorf("the text depends on the colours:\n%s\n%s\n%s", plain, plain16, plain0)
	}
}

func TestLightAndDark(t *testing.T) {
	sizes(t, setting{command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]", "⚑CRIT")
		j.rest()
		dark := j.Styled()
		j.Send(tea.BackgroundColorMsg{Color: color.White})
		light := j.Styled()
		if dark == light {
			t.Error("a light terminal gets the dark theme")
		}
		j.Send(tea.BackgroundColorMsg{Color: color.Black})
		if j.Styled() != dark {
			t.Error("a dark terminal does not get its theme back")
		}
	})
}

func TestAnUnwritableJournalIsSaid(t *testing.T) {
	sizes(t, setting{noJournal: true, command: ":services prod"}, func(j *journey) {
		j.Sees("services(prod)[14]", "the journal cannot be written, so every act is refused: the disk is full")
		j.goTo("web")
		j.Press("r").Sees("Force a new deployment?")
		j.Press("tab", "enter").Sees("denied: ecs:UpdateService: refused")
		if n := j.sim.Faults().Calls("ecs:UpdateService"); n > 0 {
			t.Errorf("%d updates were sent without a record", n)
		}
	})
}

func (j *journey) size() (width, height int) {
	lines := strings.Split(j.Screen(), "\n")
	return len([]rune(lines[0])), len(lines)
}
