package tui

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"go.uber.org/goleak"

	"ecsole/tui/dialog"
	"ecsole/tui/screen"
	"ecsole/tui/theme"
	"ecsole/tui/tuitest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, tuitest.Ticks()...) }

// console is a shell over one toy screen.
type console struct {
	*tuitest.Driver
	toy  *toy
	cmds *commander
}

func start(t *testing.T, width, height int, change ...func(*Options)) console {
	t.Helper()
	th := theme.New(theme.Options{})
	c := console{toy: newToy(th, "fruit", 60), cmds: &commander{}}
	o := Options{Home: func() screen.Screen { return c.toy }, Theme: th, Commander: c.cmds, Explain: explain, Title: "toy",
		Header: func() HeaderInfo { return toyHeader(false) }}
	for _, f := range change {
		f(&o)
	}
	c.Driver = tuitest.New(t, New(o), width, height)
	c.Sees("fruit(orchard)[60]")
	return c
}

func TestDrillDownAndBack(t *testing.T) {
	c := start(t, 80, 24)
	c.Press("j", "j", "enter").Sees("seeds(orchard)[5]", "<fruit>", "<seeds>")
	c.Press("esc").Sees("fruit(orchard)[60]").Not("<seeds>")
	c.Press("q").Sees("this is the first screen")
	if got := c.toy.log(); got != "init hidden shown focused" {
		t.Errorf("the screen was told %q", got)
	}
}

func TestResetAndReplaceCloseScreens(t *testing.T) {
	c := start(t, 80, 24)
	two, three := newToy(c.toy.theme, "two", 3), newToy(c.toy.theme, "three", 3)
	c.Send(screen.Push{Screen: two}).Sees("<two>")
	c.Send(screen.Replace{Screen: three}).Sees("<fruit>", "<three>").Not("<two>")
	if two.log() != "init close" {
		t.Errorf("two: %q", two.log())
	}
	four := newToy(c.toy.theme, "four", 3)
	c.Send(screen.Reset{Screen: four}).Sees("<four>").Not("<three>", "<fruit>")
	if three.log() != "init close" || c.toy.log() != "init hidden close" {
		t.Errorf("three %q, first %q", three.log(), c.toy.log())
	}
}

func TestAnswersFindTheirScreen(t *testing.T) {
	c := start(t, 80, 24)
	c.Press("y", "enter").Sees("<seeds>")
	c.toy.hold <- "late"
	c.Press("esc").Sees("answer late")

	below := newToy(c.toy.theme, "below", 2)
	c.Send(screen.Push{Screen: below}).Sees("<below>").Press("y")
	c.Press("esc").Not("<below>")
	below.hold <- "too late"
	c.Press("j", "k").Not("too late")
}

func TestFocus(t *testing.T) {
	c := start(t, 80, 24)
	c.Send(tea.BlurMsg{}).Press("enter").Sees("<seeds>").Press("esc").Not("<seeds>").Send(tea.FocusMsg{})
	if got := c.toy.log(); got != "init blurred hidden shown blurred focused" {
		t.Errorf("%q", got)
	}
}

// The focus may come back while another screen covers this one.
func TestFocusComesBackWhileCovered(t *testing.T) {
	c := start(t, 80, 24)
	c.Send(tea.BlurMsg{}).Press("enter").Sees("<seeds>").Send(tea.FocusMsg{}).Press("esc").Not("<seeds>")
	if got := c.toy.log(); got != "init blurred hidden shown focused" {
		t.Errorf("%q", got)
	}
}

func TestUnknownKeysReachTheScreen(t *testing.T) {
	c := start(t, 80, 24)
	c.Press("f5", "x")
	if got := c.toy.log(); got != "init key f5 key x" {
		t.Errorf("%q", got)
	}
}

func TestDeadAndRefusedKeys(t *testing.T) {
	var lock sync.Mutex
	readOnly := false
	c := start(t, 120, 40, func(o *Options) {
		o.ReadOnly = func() bool { lock.Lock(); defer lock.Unlock(); return readOnly }
	})
	c.Press("s").Sees("! Shell: the agent does not answer")
	c.Press("S").Sees("› scaled").Sees("<shift-s>", "<r>")
	lock.Lock()
	readOnly = true
	lock.Unlock()
	c.Press("S").Sees("read-only: Scale is refused").Not("<shift-s>", "<r> ")
	c.Press("l", "?").Sees("help").Not("Scale", "Restart")
}

func TestHelpOpensAndCloses(t *testing.T) {
	c := start(t, 120, 40)
	for _, leave := range []string{"?", "esc", "q", "enter"} {
		c.Press("?").Sees("FRUIT", "GENERAL", "NAVIGATION", "Type a command", "Shell (the agent does not answer)")
		c.Press(leave).Not("GENERAL")
	}
}

func TestHelpScrollsWhereItIsLong(t *testing.T) {
	c := start(t, 40, 10)
	c.Press("?").Sees("FRUIT").Press("G").Sees("Up").Not("FRUIT").Press("g").Sees("FRUIT").Press("j").Not("FRUIT")
}

func TestCommands(t *testing.T) {
	saved := make(chan []string, 10)
	c := start(t, 80, 24, func(o *Options) { o.SaveHistory = func(s []string) { saved <- s } })
	c.Type(":SEEDS x\r").Sees("ran SEEDS x")
	if got := <-saved; fmt.Sprint(got) != "[SEEDS x]" {
		t.Errorf("saved %q", got)
	}
	c.Type(":fr\t\r").Sees("ran fruit")
	c.Press("[").Sees("ran SEEDS x").Press("]").Sees("ran fruit").Press("-").Sees("ran SEEDS x").Press("[").Sees("no such command")
	c.Press(":").Sees(" : ").Press("up").Sees(": fruit").Press("up").Sees(": SEEDS x").Press("down", "down").Not(": fruit").Press("esc").Not(" : ")
	c.Type(":se").Sees(": seeds").Press("down").Sees(": service").Press("up", "right").Sees(": seeds").Press("enter").Sees("ran seeds")
	c.Type(":  \r").Type(":?\r").Sees("FRUIT", "<help>").Press("esc")
	c.Type(":junk").Press("ctrl+u").Type("x").Press("enter").Sees("ran x")
	c.Press(":", "backspace").Not(" : ")
	c.Press(":").Paste("two\nlines").Press("home").Type("a ").Press("enter").Sees("ran a two lines")
	c.Type(":q\r").Ended()
}

func TestPromptKeepsLettersFromScreens(t *testing.T) {
	c := start(t, 80, 24)
	c.Press("/").Sees("text, !text or -f text").Type("cherry").Sees("</cherry>", "fruit(orchard)[9]")
	c.Press("enter").Sees("</cherry>").Not("/ cherry")
	c.Press("esc").Not("</cherry>").Sees("<fruit>")
	c.Type("/fig").Sees("</fig>").Press("esc").Sees("[60]")
	c.Type("//jjq").Sees("// jjq").Press("enter").Sees("searched jjq")
	if got := c.toy.log(); got != "init" {
		t.Errorf("letters reached the screen: %q", got)
	}
}

func TestPromptOfAScreenEndsWithIt(t *testing.T) {
	c := start(t, 80, 24)
	c.Press("/").Sees("text, !text")
	c.Send(screen.Push{Screen: newToy(c.toy.theme, "other", 2)}).Sees("<other>").Not("text, !text")
	c.Press("x", "esc").Not("<other>")
}

func TestChangedIsDebounced(t *testing.T) {
	tuitest.Bubble(t, func(t *testing.T) {
		var heard []string
		c := start(t, 80, 24)
		began := time.Now()
		c.Send(screen.Prompt{Kind: screen.PromptInput, Changed: func(s string) tea.Cmd {
			heard = append(heard, fmt.Sprintf("%s@%v", s, time.Since(began)))
			return nil
		}, Done: func(s string) tea.Cmd { heard = append(heard, "done "+s); return nil }})
		c.Type("abc")
		time.Sleep(debounce + time.Millisecond)
		c.Type("d").Press("enter")
		time.Sleep(time.Second)
		if got := fmt.Sprint(heard); got != "[abc@50ms done abcd]" {
			t.Error(got)
		}
	})
}

func TestFlashFadesAndIsKept(t *testing.T) {
	tuitest.Bubble(t, func(t *testing.T) {
		c := start(t, 120, 40)
		c.Send(screen.Flash{Level: screen.Error, Text: "picking", Err: errDenied})
		c.Sees("✗ picking: not allowed to pick (ask for orchard:Pick)")
		time.Sleep(flashFor - time.Second)
		c.Press("l").Sees("› no logs")
		time.Sleep(2 * time.Second)
		c.Sees("no logs")
		time.Sleep(flashFor)
		c.Not("no logs")
		c.Press("!").Sees("✗ denied  orchard:Pick  picking: not allowed to pick", "request req-1", "→ ask for orchard:Pick", "no logs")
		c.Press("!").Not("orchard:Pick")
		c.Press("ctrl+c").Ended()
	})
}

func TestMessagesIncludeFailedCalls(t *testing.T) {
	c := start(t, 120, 40, func(o *Options) {
		o.Problems = func() []Message {
			return []Message{{Time: time.Now(), Level: screen.Warn, Problem: screen.Problem{Class: "throttled", Op: "orchard:List", Text: "slow\x1b[2J down"}}}
		}
	})
	c.Type(":!\r").Sees("! throttled  orchard:List  slow down")
}

func TestJobs(t *testing.T) {
	tuitest.Bubble(t, func(t *testing.T) {
		c := start(t, 80, 24)
		c.Press("r").Sees("[ Cancel ]", "apple-00").Press("enter").Not("Cancel")
		c.Press("r", "tab", "enter").Sees("◌ restart apple-00 in orchard 0s")
		time.Sleep(3500 * time.Millisecond)
		c.Sees("restart apple-00 in orchard 3s")
		c.Press("enter").Sees("<seeds>").Press("esc")
		c.Press("ctrl+c").Sees("Quit?", "1 job: restart apple-00", "[ Cancel ]")
		time.Sleep(time.Second)
		c.Press("esc").Not("Quit?")
		c.toy.act <- nil
		c.Sees("restart apple-00 in orchard: restarted").Not("◌ restart")
		c.Press("r", "tab", "enter").Sees("◌ restart")
		c.toy.act <- errDenied
		c.Sees("✗ restart apple-00 in orchard: not allowed to pick")
		c.Press("r", "tab", "enter").Sees("◌ restart")
		time.Sleep(jobTimeout + time.Second)
		c.Sees("deadline exceeded")
		c.Press("ctrl+c").Ended()
	})
}

func TestABrokenJobEndsKnown(t *testing.T) {
	c := start(t, 80, 24)
	done := make(chan error, 1)
	c.Send(screen.Start{Job: screen.Job{Label: "break", Run: nil, Done: func(_ string, err error) tea.Cmd { done <- err; return nil }}})
	c.Sees("✗ break: the job broke")
	if err := <-done; err == nil {
		t.Error("Done got no error")
	}
}

func TestQuitAsksTheGuards(t *testing.T) {
	tuitest.Bubble(t, func(t *testing.T) {
		c := start(t, 80, 24, func(o *Options) {
			o.Guards = []func() string{func() string { return "" }, func() string { return "1 shell is open" }}
		})
		c.Press("ctrl+c").Sees("1 shell is open").Press("ctrl+c").Sees("1 shell is open")
		time.Sleep(time.Second)
		c.Press("ctrl+c").Ended()
		if got := c.toy.log(); got != "init close" {
			t.Errorf("%q", got)
		}
	})
}

func TestUnaskedDialogsTakeNoKeyTypedBefore(t *testing.T) {
	tuitest.Bubble(t, func(t *testing.T) {
		c := start(t, 80, 24)
		ask := func(unasked bool) {
			c.Send(screen.Ask{Unasked: unasked, Overlay: dialog.Message(c.toy.theme, screen.Warn, "Surprise", "text")})
			c.Sees("Surprise")
		}
		ask(false)
		c.Press("enter").Not("Surprise")

		ask(true)
		for range 3 {
			time.Sleep(quiet - time.Millisecond)
			c.Press("enter").Sees("Surprise")
		}
		time.Sleep(quiet)
		c.Press("enter").Not("Surprise")

		ask(true) // who holds a key down is let through in the end
		began := time.Now()
		for strings.Contains(c.Screen(), "Surprise") {
			time.Sleep(30 * time.Millisecond)
			c.Press("enter")
		}
		if d := time.Since(began); d < patience || d > patience+100*time.Millisecond {
			t.Errorf("let through after %v", d)
		}
		c.Press("ctrl+c").Ended()
	})
}

// Who types on when a shell has ended by itself does not act on what comes back.
func TestAScreenThatComesBackTakesNoKeyTypedBefore(t *testing.T) {
	tuitest.Bubble(t, func(t *testing.T) {
		c := start(t, 80, 24)
		c.Send(screen.Flash{Level: screen.Warn, Text: "ended by itself", Unasked: true})
		c.Sees("ended by itself")
		for range 3 {
			time.Sleep(quiet - time.Millisecond)
			c.Press("?").Sees("ended by itself")
			if strings.Contains(c.Screen(), "<help>") {
				t.Fatal("a key that was typed before opened the help")
			}
		}
		time.Sleep(quiet)
		c.Press("?").Sees("<help>").Press("esc")
		c.Send(screen.Flash{Level: screen.Warn, Text: "ended by itself", Unasked: true})
		c.Press("ctrl+c").Ended()
	})
}

func TestDialogsStack(t *testing.T) {
	c := start(t, 80, 24)
	for _, s := range []string{"first", "second"} {
		c.Send(screen.Ask{Overlay: dialog.Message(c.toy.theme, screen.Info, s, strings.Repeat("text of "+s+" ", 8/len(s)+1))})
	}
	c.Sees("second").Press("esc").Sees("first").Not("second").Press("esc").Not("first")
}

func TestHeaderAndCrumbsToggle(t *testing.T) {
	c := start(t, 80, 24)
	c.Sees("Region:").Press("ctrl+e").Not("Region:").Sees("[RW] · orchard-dev").Press("ctrl+e").Sees("Region:")
	c.Sees("<fruit>").Press("ctrl+g").Not("<fruit>").Press("ctrl+g").Sees("<fruit>")
}

func TestCopy(t *testing.T) {
	native, told := make(chan string, 1), make(chan screen.Copy, 1)
	c := start(t, 80, 24, func(o *Options) {
		o.CopyNative = func(s string) error { native <- s; return errors.New("no display") }
		o.Copied = func(x screen.Copy) { told <- x }
	})
	c.Press("c").Sees("name copied, if the terminal takes it")
	if got := <-native; got != "apple-00" {
		t.Errorf("natively: %q", got)
	}
	if got := <-told; got.Text != "apple-00" {
		t.Errorf("told: %+v", got)
	}
	c.Wait("for the clipboard", func(string) bool { return len(c.Copied()) == 1 && c.Copied()[0] == "apple-00" })
}

func TestBareScreensGetEverything(t *testing.T) {
	c := start(t, 80, 24)
	c.Press("f").Not("Region:", "<fruit>", "┌").Press("l").Sees("no logs").Press("esc").Sees("Region:", "<fruit>")
}

func TestMouse(t *testing.T) {
	c := start(t, 80, 24)
	m := New(Options{Home: func() screen.Screen { return c.toy }})
	m.push(c.toy)
	if m.View().MouseMode != tea.MouseModeNone {
		t.Error("the mouse is on")
	}
	m.Update(tuitest.Key("alt+m"))
	if m.View().MouseMode == tea.MouseModeNone {
		t.Error("the mouse is off")
	}
	c.Send(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
	c.Send(tea.MouseWheelMsg{Button: tea.MouseWheelLeft}).Send(tea.MouseWheelMsg{Button: tea.MouseWheelRight}).Press("c") // sideways is not down
	c.Wait("for the fourth row", func(string) bool { return len(c.Copied()) == 1 && c.Copied()[0] == "date-03" })
}

func TestProductionAndBanner(t *testing.T) {
	c := start(t, 80, 24, func(o *Options) { o.Header = func() HeaderInfo { return toyHeader(true) } })
	for _, size := range [][2]int{{80, 24}, {120, 40}, {40, 10}, {38, 8}} {
		c.Resize(size[0], size[1]).Sees("PRODUCTION", "orchard-prod", "credentials expired")
	}
	c.Resize(26, 6).Sees("PRODUCTION")
	c.Resize(80, 24).Sees("(not AWS)", "expires in 4m")
	c.Resize(80, 12).Sees("(not AWS)", "orchard-prod")
}

func TestMessageTextIsClean(t *testing.T) {
	c := start(t, 80, 24)
	c.Send(screen.Flash{Text: "evil \x1b]0;title\x07\u202e"}).Sees("evil ␛]0;title␇⟨U+202E⟩")
}
