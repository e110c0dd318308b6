package tools

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"

	"ecsole/aws/sim/shell/proc"
)

// gather reads all lines of the inputs.
func gather(p *proc.Proc, names []string) (lines []string, status int) {
	size := 0
	status = p.Inputs(names, func(_ string, r io.Reader) error {
		var full error
		err := p.Lines(r, func(line string) bool {
			if size += len(line) + 16; size > proc.MaxText {
				full = errors.New("memory exhausted")
				return false
			}
			lines = append(lines, line)
			return true
		})
		if err == nil {
			err = full
		}
		return err
	})
	return lines, status
}

func sortLines(p *proc.Proc) int {
	f, ok := p.Flags("nrufhVbk:t:o:s", map[string]string{"numeric-sort": "n", "reverse": "r", "unique": "u", "key": "k", "field-separator": "t",
		"human-numeric-sort": "h", "version-sort": "V", "ignore-case": "f", "output": "o"})
	if !ok {
		return 2
	}
	key := func(s string) string { return s }
	numeric := f.Has("n") || f.Has("h") || f.Has("V")
	reverse := f.Has("r")
	if f.Has("k") {
		spec, _, _ := strings.Cut(f.Get("k"), ",")
		spec, _, _ = strings.Cut(spec, ".")
		num := strings.TrimRight(spec, "bdfghinrV")
		numeric = numeric || strings.ContainsAny(f.Get("k"), "nhg")
		reverse = reverse || strings.Contains(f.Get("k"), "r")
		k, err := strconv.Atoi(num)
		if err != nil || k < 1 {
			return p.Errorf("invalid key '%s'", f.Get("k"))
		}
		sep := f.Get("t")
		key = func(s string) string {
			parts := strings.Fields(s)
			if sep != "" {
				parts = strings.Split(s, sep)
			}
			if k > len(parts) {
				return ""
			}
			return strings.Join(parts[k-1:], " ")
		}
	}
	lines, status := gather(p, f.Args)
	less := func(a, b string) bool {
		ka, kb := key(a), key(b)
		if f.Has("f") {
			ka, kb = strings.ToLower(ka), strings.ToLower(kb)
		}
		if numeric {
			if x, y := leading(ka), leading(kb); x != y {
				return x < y
			}
		}
		if ka != kb {
			return ka < kb
		}
		return a < b
	}
	sort.SliceStable(lines, func(i, j int) bool {
		if reverse {
			return less(lines[j], lines[i])
		}
		return less(lines[i], lines[j])
	})
	out := p.Out
	if f.Has("o") {
		w, err := p.Create(f.Get("o"), truncate)
		if err != nil {
			return p.Fail(f.Get("o"), err)
		}
		defer w.Close()
		out = w
	}
	w := bufio.NewWriterSize(out, 32<<10)
	for i, l := range lines {
		if f.Has("u") && i > 0 && !less(lines[i-1], l) && !less(l, lines[i-1]) {
			continue
		}
		fmt.Fprintln(w, l)
	}
	if w.Flush() != nil {
		return 1
	}
	return status
}

// leading is the number that a text begins with, its unit counted in.
func leading(s string) float64 {
	s = strings.TrimLeft(s, " \t")
	i := 0
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.' || i == 0 && (s[i] == '-' || s[i] == '+')) {
		i++
	}
	v, err := strconv.ParseFloat(s[:i], 64)
	if err != nil {
		return 0
	}
	if i < len(s) {
		switch s[i] {
		case 'K', 'k':
			v *= 1 << 10
		case 'M':
			v *= 1 << 20
		case 'G':
			v *= 1 << 30
		}
	}
	return v
}

func uniq(p *proc.Proc) int {
	f, ok := p.Flags("cdui", map[string]string{"count": "c", "repeated": "d"})
	if !ok {
		return 1
	}
	in := f.Args
	if len(in) > 1 {
		in = in[:1]
	}
	prev, n := "", 0
	put := func() bool {
		if n == 0 || f.Has("d") && n < 2 || f.Has("u") && n > 1 {
			return true
		}
		line := prev
		if f.Has("c") {
			line = fmt.Sprintf("%7d %s", n, prev)
		}
		_, err := fmt.Fprintln(p.Out, line)
		return err == nil
	}
	status := p.Inputs(in, func(_ string, r io.Reader) error {
		return p.Lines(r, func(line string) bool {
			if n > 0 && (line == prev || f.Has("i") && strings.EqualFold(line, prev)) {
				n++
				return true
			}
			ok := put()
			prev, n = line, 1
			return ok
		})
	})
	put()
	return status
}
