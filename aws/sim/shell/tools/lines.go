package tools

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"ecsole/aws/sim/shell/disk"
	"ecsole/aws/sim/shell/proc"
)

const truncate = disk.Trunc

// ranges reads "1,3-5,7-".
func ranges(spec string) (func(int) bool, error) {
	type span struct{ from, to int }
	var all []span
	for _, part := range strings.Split(spec, ",") {
		a, b, has := strings.Cut(part, "-")
		s := span{1, 1 << 30}
		var err error
		if a != "" {
			if s.from, err = strconv.Atoi(a); err != nil {
				return nil, err
			}
		}
		if !has {
			s.to = s.from
		} else if b != "" {
			if s.to, err = strconv.Atoi(b); err != nil {
				return nil, err
			}
		}
		all = append(all, s)
	}
	return func(n int) bool {
		for _, s := range all {
			if n >= s.from && n <= s.to {
				return true
			}
		}
		return false
	}, nil
}

func cut(p *proc.Proc) int {
	f, ok := p.Flags("d:f:c:b:s", map[string]string{"delimiter": "d", "fields": "f", "characters": "c"})
	if !ok {
		return 1
	}
	spec, byField := f.Get("f"), f.Has("f")
	if !byField {
		if spec = f.Get("c"); spec == "" {
			spec = f.Get("b")
		}
	}
	in, err := ranges(spec)
	if err != nil || spec == "" {
		return p.Errorf("you must specify a list of bytes, characters, or fields")
	}
	d := "\t"
	if f.Has("d") {
		d = f.Get("d")
	}
	return p.Inputs(f.Args, func(_ string, r io.Reader) error {
		return p.Lines(r, func(line string) bool {
			var out []string
			sep := ""
			if byField {
				if !strings.Contains(line, d) {
					if f.Has("s") {
						return true
					}
					_, err := fmt.Fprintln(p.Out, line)
					return err == nil
				}
				sep = d
				for i, w := range strings.Split(line, d) {
					if in(i + 1) {
						out = append(out, w)
					}
				}
			} else {
				for i, c := range []rune(line) {
					if in(i + 1) {
						out = append(out, string(c))
					}
				}
			}
			_, err := fmt.Fprintln(p.Out, strings.Join(out, sep))
			return err == nil
		})
	})
}

// set expands a tr set: ranges, classes and escapes.
func set(spec string) []rune {
	for name, chars := range map[string]string{"[:lower:]": "abcdefghijklmnopqrstuvwxyz", "[:upper:]": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
		"[:digit:]": "0123456789", "[:space:]": " \\t\\n\\r\\f\\v", "[:alpha:]": "A-Za-z", "[:alnum:]": "A-Za-z0-9", "[:punct:]": "!-/:-@[-`{-~"} {
		spec = strings.ReplaceAll(spec, name, chars)
	}
	text, _ := unescape(spec)
	r := []rune(text)
	var out []rune
	for i := 0; i < len(r); i++ {
		if i+2 < len(r) && r[i+1] == '-' && r[i+2] >= r[i] {
			for c := r[i]; c <= r[i+2]; c++ {
				out = append(out, c)
			}
			i += 2
			continue
		}
		out = append(out, r[i])
	}
	return out
}

func tr(p *proc.Proc) int {
	f, ok := p.Flags("dscC", map[string]string{"delete": "d", "squeeze-repeats": "s", "complement": "c"})
	if !ok || len(f.Args) == 0 {
		return p.Errorf("missing operand")
	}
	from := map[rune]int{}
	for i, c := range set(f.Args[0]) {
		if _, dup := from[c]; !dup {
			from[c] = i
		}
	}
	var to []rune
	if len(f.Args) > 1 {
		to = set(f.Args[1])
	}
	squeeze := map[rune]bool{}
	for _, c := range to {
		squeeze[c] = true
	}
	if len(to) == 0 {
		for c := range from {
			squeeze[c] = true
		}
	}
	w := bufio.NewWriterSize(p.Out, 32<<10)
	in := bufio.NewReaderSize(p.In, 32<<10)
	var prev rune = -1
	for {
		if in.Buffered() == 0 && w.Flush() != nil {
			return 1
		}
		c, size, err := in.ReadRune()
		if err != nil {
			break
		}
		raw := c == '\uFFFD' && size == 1
		i, hit := from[c]
		if f.Has("c") || f.Has("C") {
			hit, i = !hit, len(to)
		}
		switch {
		case hit && f.Has("d"):
			continue
		case hit && len(to) > 0:
			c = to[min(i, len(to)-1)]
		}
		if f.Has("s") && c == prev && squeeze[c] {
			continue
		}
		prev = c
		if raw {
			_ = in.UnreadRune()
			b, _ := in.ReadByte()
			_ = w.WriteByte(b)
			continue
		}
		_, _ = w.WriteRune(c)
	}
	if w.Flush() != nil {
		return 1
	}
	return 0
}

func tee(p *proc.Proc) int {
	f, ok := p.Flags("ai", map[string]string{"append": "a"})
	if !ok {
		return 1
	}
	out := []io.Writer{p.Out}
	status := 0
	for _, name := range f.Args {
		flag := disk.Trunc
		if f.Has("a") {
			flag = disk.Append
		}
		w, err := p.Create(name, flag)
		if err != nil {
			status = p.Fail(name, err)
			continue
		}
		defer w.Close()
		out = append(out, w)
	}
	if _, err := io.Copy(io.MultiWriter(out...), p.In); err != nil && p.Ctx.Err() == nil && hush(err) != nil {
		return p.Errorf("%s", disk.Why(err))
	}
	return status
}

func nl(p *proc.Proc) int {
	n := 0
	return p.Inputs(p.Args[1:], func(_ string, r io.Reader) error {
		return p.Lines(r, func(line string) bool {
			if line == "" {
				_, err := fmt.Fprintln(p.Out, "       ")
				return err == nil
			}
			n++
			_, err := fmt.Fprintf(p.Out, "%6d\t%s\n", n, line)
			return err == nil
		})
	})
}

func rev(p *proc.Proc) int {
	return p.Inputs(p.Args[1:], func(_ string, r io.Reader) error {
		return p.Lines(r, func(line string) bool {
			c := []rune(line)
			for i, j := 0, len(c)-1; i < j; i, j = i+1, j-1 {
				c[i], c[j] = c[j], c[i]
			}
			_, err := fmt.Fprintln(p.Out, string(c))
			return err == nil
		})
	})
}

func tac(p *proc.Proc) int {
	lines, status := gather(p, p.Args[1:])
	for i := len(lines) - 1; i >= 0; i-- {
		if _, err := fmt.Fprintln(p.Out, lines[i]); err != nil {
			return 1
		}
	}
	return status
}

func paste(p *proc.Proc) int {
	f, ok := p.Flags("d:s", nil)
	if !ok {
		return 1
	}
	d := "\t"
	if f.Has("d") {
		d, _ = unescape(f.Get("d"))
	}
	names := f.Args
	if len(names) == 0 {
		names = []string{"-"}
	}
	var cols [][]string
	most, status := 0, 0
	for _, n := range names {
		lines, st := gather(p, []string{n})
		status = max(status, st)
		if f.Has("s") {
			p.Printf("%s\n", strings.Join(lines, d))
			continue
		}
		cols = append(cols, lines)
		most = max(most, len(lines))
	}
	for i := range most {
		row := make([]string, len(cols))
		for j, c := range cols {
			if i < len(c) {
				row[j] = c[i]
			}
		}
		if _, err := fmt.Fprintln(p.Out, strings.Join(row, d)); err != nil {
			return 1
		}
	}
	return status
}
