package tools

import (
	"bufio"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"ecsole/aws/sim/shell/proc"
)

func seq(p *proc.Proc) int {
	args := p.Args[1:]
	sep := "\n"
	width := false
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' && (args[0][1] < '0' || args[0][1] > '9') {
		if v, ok := strings.CutPrefix(args[0], "-s"); ok && v != "" {
			sep = v
		} else if ok && len(args) > 1 {
			sep, args = args[1], args[1:]
		}
		width = width || args[0] == "-w"
		args = args[1:]
	}
	v := []float64{1, 1, 1}
	for i, a := range args {
		n, err := strconv.ParseFloat(a, 64)
		if err != nil || i > 2 {
			return p.Errorf("invalid floating point argument: '%s'", a)
		}
		v[i] = n
	}
	from, step, to := 1.0, 1.0, v[0]
	switch len(args) {
	case 0:
		return p.Errorf("missing operand")
	case 2:
		from, to = v[0], v[1]
	case 3:
		from, step, to = v[0], v[1], v[2]
	}
	if step == 0 {
		return p.Errorf("invalid Zero increment value: '0'")
	}
	pad := len(strconv.Itoa(int(to)))
	w := bufio.NewWriterSize(p.Out, 32<<10)
	any := false
	for i := 0; ; i++ {
		x := from + float64(i)*step
		if step > 0 && x > to || step < 0 && x < to {
			break
		}
		if any {
			_, _ = w.WriteString(sep)
		}
		any = true
		s := strconv.FormatFloat(x, 'f', -1, 64)
		if width {
			s = strings.Repeat("0", max(0, pad-len(s))) + s
		}
		if _, err := w.WriteString(s); err != nil || i%4096 == 0 && p.Ctx.Err() != nil {
			return 1
		}
	}
	if any {
		_, _ = w.WriteString("\n")
	}
	if w.Flush() != nil {
		return 1
	}
	return 0
}

func yes(p *proc.Proc) int {
	word := "y"
	if len(p.Args) > 1 {
		word = strings.Join(p.Args[1:], " ")
	}
	block := []byte(strings.Repeat(word+"\n", max(1, 8192/(len(word)+1))))
	for {
		if _, err := p.Out.Write(block); err != nil {
			return 1
		}
	}
}

func basename(p *proc.Proc) int {
	if len(p.Args) < 2 {
		return p.Errorf("missing operand")
	}
	b := path.Base(p.Args[1])
	if len(p.Args) > 2 && b != p.Args[2] {
		b = strings.TrimSuffix(b, p.Args[2])
	}
	p.Printf("%s\n", b)
	return 0
}

func dirname(p *proc.Proc) int {
	if len(p.Args) < 2 {
		return p.Errorf("missing operand")
	}
	for _, a := range p.Args[1:] {
		p.Printf("%s\n", path.Dir(strings.TrimRight(a, "/")+strings.Repeat("/", b2i(strings.Trim(a, "/") == ""))))
	}
	return 0
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func fold(p *proc.Proc) int {
	f, ok := p.Flags("w:sb", map[string]string{"width": "w"})
	if !ok {
		return 1
	}
	w := 80
	if f.Has("w") {
		if n, err := strconv.Atoi(f.Get("w")); err == nil && n > 0 {
			w = n
		}
	}
	return p.Inputs(f.Args, func(_ string, r io.Reader) error {
		return p.Lines(r, func(line string) bool {
			c := []rune(line)
			for len(c) > w {
				fmt.Fprintln(p.Out, string(c[:w]))
				c = c[w:]
			}
			_, err := fmt.Fprintln(p.Out, string(c))
			return err == nil
		})
	})
}

func column(p *proc.Proc) int {
	f, ok := p.Flags("ts:", nil)
	if !ok {
		return 1
	}
	lines, status := gather(p, f.Args)
	var rows [][]string
	var width []int
	for _, l := range lines {
		row := strings.Fields(l)
		if f.Has("s") {
			row = strings.Split(l, f.Get("s"))
		}
		for i, c := range row {
			if i == len(width) {
				width = append(width, 0)
			}
			width[i] = max(width[i], len([]rune(c)))
		}
		rows = append(rows, row)
	}
	for _, row := range rows {
		var b strings.Builder
		for i, c := range row {
			b.WriteString(c)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", width[i]-len([]rune(c))+2))
			}
		}
		p.Printf("%s\n", b.String())
	}
	return status
}
