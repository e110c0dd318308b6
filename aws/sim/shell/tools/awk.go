package tools

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"ecsole/aws/sim/shell/proc"
)

// awk is a small part of the language: rules of patterns and actions with fields,
// variables, arrays, arithmetic, comparisons, matches, print, printf, if and next.
func awk(p *proc.Proc) int {
	fs := " "
	vars := map[string]string{}
	args := p.Args[1:]
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		a := args[0]
		args = args[1:]
		take := func(short string) string {
			if v := strings.TrimPrefix(a, short); v != "" {
				return v
			}
			if len(args) == 0 {
				return ""
			}
			v := args[0]
			args = args[1:]
			return v
		}
		switch {
		case a == "--":
		case strings.HasPrefix(a, "-F"):
			fs, _ = unescape(take("-F"))
			continue
		case strings.HasPrefix(a, "-v"):
			k, v, _ := strings.Cut(take("-v"), "=")
			vars[k] = v
			continue
		default:
			return p.Errorf("unknown option %s", a)
		}
		break
	}
	if len(args) == 0 {
		fmt.Fprintln(p.Err, "usage: awk [-F fs][-v var=value][prog][file ...]")
		return 2
	}
	rules, err := parseAwk(args[0])
	if err != nil {
		p.Errorf("syntax error: %v", err)
		return 2
	}
	m := &awkRun{p: p, vars: vars, arrays: map[string]map[string]string{}, out: bufio.NewWriterSize(p.Out, 16<<10), rx: map[string]*regexp.Regexp{}}
	if _, given := vars["FS"]; !given {
		vars["FS"] = fs
	}
	for k, v := range map[string]string{"OFS": " ", "ORS": "\n", "NR": "0"} {
		if _, given := vars[k]; !given {
			vars[k] = v
		}
	}
	return m.program(rules, args[1:])
}

type awkRule struct {
	begin, end bool
	pattern    awkExpr // nil: every record
	body       []awkStmt
	printAll   bool
}

type awkRun struct {
	p      *proc.Proc
	vars   map[string]string
	arrays map[string]map[string]string
	rec    string
	fields []string
	out    *bufio.Writer
	rx     map[string]*regexp.Regexp
	quit   bool
	skip   bool
	status int
}

func (m *awkRun) program(rules []awkRule, files []string) int {
	m.phase(rules, func(r awkRule) bool { return r.begin })
	only := true
	for _, r := range rules {
		only = only && r.begin
	}
	status := 0
	if !m.quit && !only {
		n := 0
		status = m.p.Inputs(files, func(name string, r io.Reader) error {
			m.vars["FILENAME"] = name
			fnr := 0
			return m.p.Lines(r, func(line string) bool {
				n++
				fnr++
				m.vars["NR"], m.vars["FNR"] = strconv.Itoa(n), strconv.Itoa(fnr)
				m.record(line)
				m.skip = false
				for _, r := range rules {
					if !r.begin && !r.end && (r.pattern == nil || r.pattern(m).truth()) {
						m.action(r)
					}
					if m.skip || m.quit {
						break
					}
				}
				if m.out.Buffered() > 0 && m.p.Ctx.Err() == nil && m.out.Flush() != nil {
					return false
				}
				return !m.quit
			})
		})
	}
	m.quit = false
	m.phase(rules, func(r awkRule) bool { return r.end })
	if m.out.Flush() != nil {
		return 1
	}
	return max(status, m.status)
}

func (m *awkRun) phase(rules []awkRule, which func(awkRule) bool) {
	for _, r := range rules {
		if which(r) && !m.quit {
			m.action(r)
		}
	}
}

func (m *awkRun) action(r awkRule) {
	if r.printAll {
		fmt.Fprint(m.out, m.rec, m.vars["ORS"])
		return
	}
	for _, s := range r.body {
		if m.skip || m.quit || m.p.Ctx.Err() != nil {
			return
		}
		s(m)
	}
}

func (m *awkRun) record(line string) {
	m.rec = line
	m.fields = m.split(line, m.vars["FS"])
	m.vars["NF"] = strconv.Itoa(len(m.fields))
}

func (m *awkRun) split(s, fs string) []string {
	switch {
	case fs == " ":
		return strings.Fields(s)
	case s == "":
		return nil
	case len(fs) <= 1:
		return strings.Split(s, fs)
	}
	if rx := m.regex(fs); rx != nil {
		return rx.Split(s, -1)
	}
	return strings.Split(s, fs)
}

func (m *awkRun) regex(pat string) *regexp.Regexp {
	if rx, ok := m.rx[pat]; ok {
		return rx
	}
	rx, err := compile(pat, true, false)
	if err != nil {
		rx = nil
	}
	m.rx[pat] = rx
	return rx
}

func (m *awkRun) field(n int) string {
	switch {
	case n == 0:
		return m.rec
	case n < 0 || n > len(m.fields):
		return ""
	}
	return m.fields[n-1]
}

func (m *awkRun) setField(n int, v string) {
	if n == 0 {
		m.record(v)
		return
	}
	if n < 0 || n > 10_000 {
		return
	}
	for len(m.fields) < n {
		m.fields = append(m.fields, "")
	}
	m.fields[n-1] = v
	m.rec = strings.Join(m.fields, m.vars["OFS"])
	m.vars["NF"] = strconv.Itoa(len(m.fields))
}

// awkValue is a text that may be a number.
type awkValue struct {
	s   string
	n   float64
	num bool
}

func awkNum(n float64) awkValue { return awkValue{s: awkFormat(n), n: n, num: true} }

// awkStr is a text; it compares as a number where it looks like one.
func awkStr(s string) awkValue {
	n, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return awkValue{s: s, n: n, num: err == nil}
}

func awkFormat(n float64) string {
	if n == float64(int64(n)) {
		return strconv.FormatInt(int64(n), 10)
	}
	return strconv.FormatFloat(n, 'g', 6, 64)
}

func (v awkValue) truth() bool {
	if v.num {
		return v.n != 0
	}
	return v.s != ""
}

func (v awkValue) number() float64 {
	if v.num {
		return v.n
	}
	return leading(v.s)
}
