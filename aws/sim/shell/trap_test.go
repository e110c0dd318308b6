package shell

import (
	"strings"
	"testing"
)

// Shells go on where an interrupt ends what they run and they have a trap for it. What
// runs says itself that it is on: between commands a trap would run, and nothing end.
func TestTrapsOutliveSignals(t *testing.T) {
	for name, tc := range map[string]struct{ cmd, key, want string }{
		"caught":          {`sh -c "trap : INT QUIT; sh -c 'echo on; sleep 1000'; echo got $?"`, "\x03", "got 130"},
		"quit":            {`sh -c "trap : INT QUIT; sh -c 'echo on; sleep 1000'; echo got $?"`, "\x1c", "got 131"},
		"command":         {`sh -c "trap 'echo caught' INT; sh -c 'echo on; sleep 1000'; echo got $?"`, "\x03", "caught\r\ngot 130"},
		"pipeline":        {`sh -c "trap : INT; sh -c 'echo on; sleep 1000' | cat; echo got $?"`, "\x03", "got 130"},
		"subshell":        {`sh -c "trap : INT; (echo on; sleep 1000); echo got $?"`, "\x03", "got 130"},
		"substitution":    {`sh -c "trap : INT; x=$(echo on >&2; sleep 1000); echo got $?"`, "\x03", "got 130"},
		"leaves":          {`sh -c "trap 'echo bye; exit 3' INT; sh -c 'echo on; sleep 1000'; echo never"`, "\x03", "bye"},
		"ignored":         {`sh -c "trap '' INT; sh -c 'echo on; sleep 1; echo lives'; echo got $?"`, "\x03", "lives\r\ngot 0"},
		"wait":            {`sh -c "trap 'echo caught' INT; (sleep 1; echo on; sleep 1000) & wait; echo got $?"`, "\x03", "caught\r\ngot 130"},
		"inner trap":      {`sh -c "trap : INT; sh -c 'trap \"exit 7\" INT; (echo on; sleep 1000)'; echo got $?"`, "\x03", "got 7"},
		"loop of its own": {`sh -c "trap 'echo caught; x=1' INT; echo on; until [ \"$x\" ]; do :; done; echo got $?"`, "\x03", "caught\r\ngot"},
		"from a pipe":     {`sh -c "printf 'trap : INT; (echo on; sleep 1000); echo got \044?' | sh"`, "\x03", "got 130"},
		"kill":            {`sh -c "trap 'echo caught' TERM; kill -TERM $$; echo got $?"`, "", "caught\r\ngot 0"},
	} {
		t.Run(name, func(t *testing.T) {
			x := run(t, New(facts()), tc.cmd)
			if tc.key != "" {
				x.sees("on\r\n")
				x.typed(tc.key)
			}
			x.sees(tc.want)
			if r := x.ends(); r != "" {
				t.Errorf("reason %q", r)
			}
		})
	}
}

func TestWithoutTrapsAnInterruptEndsAll(t *testing.T) {
	for name, cmd := range map[string]string{
		"none":  `sh -c "echo on; sleep 1000; echo never"`,
		"reset": `sh -c "trap : INT; trap - INT; echo on; sleep 1000; echo never"`,
		"inner": `sh -c "sh -c 'trap : INT'; echo on; sleep 1000; echo never"`,
	} {
		t.Run(name, func(t *testing.T) {
			x := run(t, New(facts()), cmd)
			x.sees("on\r\n")
			x.typed("\x03")
			x.ends()
			x.mu.Lock()
			defer x.mu.Unlock()
			if out := x.out.String(); strings.Contains(out, "never") {
				t.Errorf("it went on: %q", out)
			}
		})
	}
}

func TestTrapsAtThePrompt(t *testing.T) {
	x := shellAt(t, New(facts()))
	x.line("trap 'echo caught' INT")
	x.typed("(echo o''n; sleep 1000); echo after $?\r")
	x.sees("on\r\n")
	x.typed("\x03")
	x.sees("caught\r\nafter 130\r\n")
	x.sees(prompt)
	x.typed("\x03")
	x.sees("caught\r\n")
	x.sees(prompt)
	x.line("trap '' INT")
	x.typed("echo o''n; sleep 1; echo lives $?\r")
	x.sees("on\r\n")
	x.typed("\x03")
	x.sees("lives 0\r\n")
	x.sees(prompt)
	x.line("trap - INT")
	x.typed("echo o''n; sleep 1000; echo never\r")
	x.sees("on\r\n")
	x.typed("\x03")
	if out := x.sees(prompt); strings.Contains(out, "never") {
		t.Errorf("without the trap the line goes on: %q", out)
	}
}

func TestTrapLists(t *testing.T) {
	x := run(t, New(facts()), `sh -c "trap 'echo x' 2 SIGTERM; trap; trap nothing FOO; echo $?; trap INT; trap"`)
	x.sees("trap -- 'echo x' INT\r\ntrap -- 'echo x' TERM\r\n")
	x.sees("invalid signal specification\r\n1\r\ntrap -- 'echo x' TERM\r\n")
	x.ends()
}
