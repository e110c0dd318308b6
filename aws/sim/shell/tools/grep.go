package tools

import (
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"

	"ecsole/aws/sim/shell/proc"
)

type grepper struct {
	p                                                             *proc.Proc
	rx                                                            *regexp.Regexp
	invert, count, list, quiet, number, only, name, silent, color bool
	before, after, most                                           int
	hit                                                           bool
	include                                                       string
}

func grep(p *proc.Proc) int {
	f, ok := p.Flags("invclqhHrRoEFwxsA:B:C:e:m:aPLzZbI:K:", map[string]string{"ignore-case": "i", "line-number": "n", "count": "c",
		"color": "K", "colour": "K", "recursive": "r", "invert-match": "v", "include": "I", "quiet": "q", "only-matching": "o", "max-count": "m",
		"extended-regexp": "E", "fixed-strings": "F", "word-regexp": "w", "files-with-matches": "l", "no-messages": "s"})
	if !ok {
		return 2
	}
	args := f.Args
	pat := f.Get("e")
	if !f.Has("e") {
		if len(args) == 0 {
			fmt.Fprintln(p.Err, "Usage: grep [OPTION]... PATTERNS [FILE]...")
			return 2
		}
		pat, args = args[0], args[1:]
	}
	extended := f.Has("E") || f.Has("P") || p.Name() == "egrep"
	if f.Has("F") || p.Name() == "fgrep" {
		var all []string
		for _, l := range strings.Split(pat, "\n") {
			all = append(all, regexp.QuoteMeta(l))
		}
		pat, extended = strings.Join(all, "|"), true
	} else if !extended {
		pat, extended = fromBasic(strings.ReplaceAll(pat, "\n", `\|`)), true
	}
	if f.Has("w") {
		pat = `\b(?:` + pat + `)\b`
	}
	if f.Has("x") {
		pat = `^(?:` + pat + `)$`
	}
	rx, err := compile(pat, extended, f.Has("i"))
	if err != nil {
		p.Errorf("%v", err)
		return 2
	}
	g := &grepper{p: p, rx: rx, invert: f.Has("v"), count: f.Has("c"), list: f.Has("l"), quiet: f.Has("q"), number: f.Has("n"), only: f.Has("o"),
		silent: f.Has("s"), most: -1, include: f.Get("I"), color: f.Has("K") && f.Get("K") != "never" && (f.Get("K") == "always" || proc.IsTTY(p.Out))}
	for opt, to := range map[string]*int{"A": &g.after, "B": &g.before, "m": &g.most} {
		if f.Has(opt) {
			*to, _ = strconv.Atoi(f.Get(opt))
		}
	}
	if f.Has("C") {
		g.before, _ = strconv.Atoi(f.Get("C"))
		g.after = g.before
	}
	recursive := f.Has("r") || f.Has("R")
	if recursive && len(args) == 0 {
		args = []string{"."}
	}
	g.name = (len(args) > 1 || recursive || f.Has("H")) && !f.Has("h")
	status := g.files(args, recursive)
	if g.hit && (status == 0 || g.quiet) {
		return 0
	}
	if status == 0 {
		return 1
	}
	return status
}

func (g *grepper) files(names []string, recursive bool) (status int) {
	if len(names) == 0 {
		names = []string{"-"}
	}
	for _, name := range names {
		if g.quiet && g.hit {
			return 0
		}
		if recursive {
			if i, err := g.p.FS.Stat(g.p.Abs(name)); err == nil && i.IsDir() {
				status = max(status, g.dir(name, 0))
				continue
			}
		}
		status = max(status, g.file(name))
	}
	return status
}

func (g *grepper) dir(name string, depth int) (status int) {
	list, err := g.p.FS.ReadDir(g.p.Abs(name))
	if err != nil || depth > 64 {
		return 2
	}
	for _, i := range list {
		full := path.Join(name, i.Name())
		if strings.HasPrefix(name, "./") || name == "." {
			full = "./" + strings.TrimPrefix(full, "./")
		}
		switch {
		case g.p.Ctx.Err() != nil:
			return status
		case i.IsDir():
			status = max(status, g.dir(full, depth+1))
		case !i.Mode().IsRegular():
		case g.include != "" && !glob(g.include, i.Name()):
		default:
			status = max(status, g.file(full))
		}
	}
	return status
}

func glob(pat, name string) bool { ok, err := path.Match(pat, name); return ok && err == nil }

func (g *grepper) file(name string) int {
	r, err := g.p.Open(name)
	if err != nil {
		if !g.silent {
			g.p.Fail(name, err)
		}
		return 2
	}
	defer r.Close()
	if name == "-" {
		name = "(standard input)"
	}
	if err := g.lines(name, r); err != nil && g.p.Ctx.Err() == nil && !errors.Is(err, io.ErrClosedPipe) {
		g.p.Fail(name, err)
		return 2
	}
	return 0
}

func (g *grepper) lines(name string, r io.Reader) error {
	n, hits, until, last := 0, 0, 0, 0
	var held []string
	var out error
	put := func(sep, line string) {
		var b strings.Builder
		if g.name {
			b.WriteString(name + sep)
		}
		if g.number {
			fmt.Fprintf(&b, "%d%s", last, sep)
		}
		b.WriteString(line + "\n")
		_, out = io.WriteString(g.p.Out, b.String())
	}
	err := g.p.Lines(r, func(line string) bool {
		n++
		if strings.IndexByte(line, 0) >= 0 && g.rx.MatchString(line) != g.invert {
			hits++
			g.hit = true
			if !g.count && !g.list && !g.quiet {
				fmt.Fprintf(g.p.Out, "grep: %s: binary file matches\n", name)
			}
			return false
		}
		if g.rx.MatchString(line) == g.invert {
			if !g.count && !g.list && !g.quiet && !g.only {
				if n <= until {
					last = n
					put("-", line)
				} else if g.before > 0 {
					if held = append(held, line); len(held) > g.before {
						held = held[1:]
					}
				}
			}
			return out == nil
		}
		hits++
		g.hit = true
		if g.quiet || g.list {
			return false
		}
		if !g.count {
			if (g.before > 0 || g.after > 0) && last > 0 && n-len(held) > last+1 {
				_, out = io.WriteString(g.p.Out, "--\n")
			}
			for i, h := range held {
				last = n - len(held) + i
				put("-", h)
			}
			held, until, last = nil, n+g.after, n
			g.show(line, put)
		}
		return out == nil && hits != g.most
	})
	switch {
	case g.list && hits > 0:
		fmt.Fprintln(g.p.Out, name)
	case g.count && !g.list && !g.quiet:
		if g.name {
			fmt.Fprintf(g.p.Out, "%s:", name)
		}
		fmt.Fprintln(g.p.Out, hits)
	}
	return err
}

// show writes a hit.
func (g *grepper) show(line string, put func(sep, line string)) {
	switch {
	case g.only && !g.invert:
		for _, m := range g.rx.FindAllString(line, -1) {
			if m != "" {
				put(":", m)
			}
		}
	case g.color && !g.invert:
		put(":", g.rx.ReplaceAllStringFunc(line, func(m string) string { return "\x1b[01;31m" + m + "\x1b[m" }))
	default:
		put(":", line)
	}
}
