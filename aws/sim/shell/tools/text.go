package tools

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ecsole/aws/sim/shell/proc"
)

func textTools() map[string]proc.Tool {
	return map[string]proc.Tool{
		"cat": cat, "grep": grep, "egrep": grep, "fgrep": grep, "head": head, "tail": tail, "wc": wc, "sort": sortLines, "uniq": uniq,
		"cut": cut, "tr": tr, "sed": sed, "awk": awk, "tee": tee, "nl": nl, "rev": rev, "tac": tac, "paste": paste, "seq": seq, "yes": yes,
		"base64": base64Tool, "md5sum": digest, "sha1sum": digest, "sha256sum": digest, "sha512sum": digest, "cksum": digest,
		"od": hexdump, "hexdump": hexdump, "xxd": hexdump, "strings": stringsTool, "fold": fold, "diff": diff, "comm": commTool,
		"cmp": cmp, "xargs": xargs, "basename": basename, "dirname": dirname, "column": column, "split": splitTool, "expr": expr,
	}
}

func cat(p *proc.Proc) int {
	f, ok := p.Flags("nAbetuvsET", nil)
	if !ok {
		return 1
	}
	n := 0
	return p.Inputs(f.Args, func(_ string, r io.Reader) error {
		if !f.Has("n") && !f.Has("b") && !f.Has("A") && !f.Has("e") && !f.Has("v") && !f.Has("E") {
			_, err := io.Copy(p.Out, r)
			return hush(err)
		}
		return p.Lines(r, func(line string) bool {
			prefix := ""
			if f.Has("n") || f.Has("b") && line != "" {
				n++
				prefix = fmt.Sprintf("%6d\t", n)
			}
			if f.Has("A") || f.Has("v") || f.Has("e") {
				line = visible(line)
			}
			if f.Has("A") || f.Has("e") || f.Has("E") {
				line += "$"
			}
			_, err := fmt.Fprintln(p.Out, prefix+line)
			return err == nil
		})
	})
}

// hush drops errors that are the end of the process or of its reader.
func hush(err error) error {
	if err != nil && (errors.Is(err, io.ErrClosedPipe) || err.Error() == "Broken pipe") {
		return nil
	}
	return err
}

func visible(line string) string {
	var b strings.Builder
	for i := 0; i < len(line); i++ {
		c := line[i]
		if c >= 0x80 {
			b.WriteString("M-")
			c &= 0x7f
		}
		if c < ' ' || c == 0x7f {
			b.WriteString("^" + string(rune(c^0x40)))
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// count reads a number with a suffix ("10", "5k", "+3").
func count(s string) (int, error) {
	mult := 1
	switch {
	case strings.HasSuffix(s, "kB"):
		s, mult = strings.TrimSuffix(s, "kB"), 1000
	case strings.HasSuffix(s, "MB"):
		s, mult = strings.TrimSuffix(s, "MB"), 1_000_000
	case s != "" && strings.IndexByte("kKMGb", s[len(s)-1]) >= 0:
		mult = map[byte]int{'k': 1 << 10, 'K': 1 << 10, 'M': 1 << 20, 'G': 1 << 30, 'b': 512}[s[len(s)-1]]
		s = s[:len(s)-1]
	}
	n, err := strconv.Atoi(s)
	if err == nil && (n > 1<<40/mult || n < -(1<<40)/mult) {
		err = errors.New("number out of range")
	}
	return n * mult, err
}

// old turns "-5" into "-n 5".
func old(args []string) []string {
	out := append([]string(nil), args...)
	for i, a := range out {
		if i > 0 && len(a) > 1 && a[0] == '-' && strings.Trim(a[1:], "0123456789") == "" && out[i-1] != "-n" && out[i-1] != "-c" {
			out[i] = "-n" + a[1:]
		}
	}
	return out
}

func head(p *proc.Proc) int {
	p = p.With(old(p.Args)...)
	f, ok := p.Flags("n:c:qv", map[string]string{"lines": "n", "bytes": "c"})
	if !ok {
		return 1
	}
	n, bytes := 10, false
	for _, o := range []string{"n", "c"} {
		if f.Has(o) {
			var err error
			if n, err = count(f.Get(o)); err != nil {
				return p.Errorf("invalid number of lines: '%s'", f.Get(o))
			}
			bytes = o == "c"
		}
	}
	first := true
	return p.Inputs(f.Args, func(name string, r io.Reader) error {
		title(p, name, len(f.Args) > 1 && !f.Has("q"), &first)
		if bytes && n >= 0 {
			_, err := io.CopyN(p.Out, r, int64(n))
			if err == io.EOF {
				err = nil
			}
			return hush(err)
		}
		if n < 0 {
			var held []string
			size := 0
			return p.Lines(r, func(line string) bool {
				if size += len(line); size > proc.MaxText {
					return false
				}
				held = append(held, line)
				if len(held) > -n {
					fmt.Fprintln(p.Out, held[0])
					held = held[1:]
				}
				return true
			})
		}
		left := n
		if left == 0 {
			return nil
		}
		return p.Lines(r, func(line string) bool {
			left--
			_, err := fmt.Fprintln(p.Out, line)
			return err == nil && left > 0
		})
	})
}

func title(p *proc.Proc, name string, show bool, first *bool) {
	if !show {
		return
	}
	if !*first {
		p.Printf("\n")
	}
	*first = false
	p.Printf("==> %s <==\n", name)
}

// tailPoll is how often tail -f looks.
const tailPoll = 200 * time.Millisecond

func tail(p *proc.Proc) int {
	p = p.With(old(p.Args)...)
	f, ok := p.Flags("n:c:fFqv", map[string]string{"lines": "n", "bytes": "c", "follow": "f"})
	if !ok {
		return 1
	}
	arg := "10"
	if f.Has("n") {
		arg = f.Get("n")
	}
	if f.Has("c") {
		arg = f.Get("c")
	}
	n, err := count(strings.TrimPrefix(arg, "+"))
	if err != nil {
		return p.Errorf("invalid number of lines: '%s'", arg)
	}
	n = max(n, -n)
	fromStart := strings.HasPrefix(arg, "+")
	first := true
	var open []io.ReadCloser
	defer func() {
		for _, r := range open {
			r.Close()
		}
	}()
	names := f.Args
	if len(names) == 0 {
		names = []string{"-"}
	}
	status := 0
	for _, name := range names {
		r, err := p.Open(name)
		if err != nil {
			status = p.Fail(name, err)
			continue
		}
		open = append(open, r)
		title(p, name, len(names) > 1 && !f.Has("q"), &first)
		if err := last(p, r, n, f.Has("c"), fromStart); err != nil && p.Ctx.Err() == nil {
			status = p.Fail(name, err)
		}
	}
	if f.Has("f") || f.Has("F") {
		return follow(p, open, status)
	}
	return status
}

func last(p *proc.Proc, r io.Reader, n int, bytes, fromStart bool) error {
	if bytes {
		b, err := p.ReadAll(r)
		if fromStart {
			b = b[min(len(b), max(0, n-1)):]
		} else {
			b = b[max(0, len(b)-n):]
		}
		if err == nil {
			_, err = p.Out.Write(b)
		}
		return hush(err)
	}
	if fromStart {
		k := 0
		return p.Lines(r, func(line string) bool {
			k++
			if k >= n {
				_, err := fmt.Fprintln(p.Out, line)
				return err == nil
			}
			return true
		})
	}
	ring := make([]string, 0, min(n, 1024))
	at, size := 0, 0
	err := p.Lines(r, func(line string) bool {
		if n == 0 {
			return true
		}
		if size += len(line); len(ring) < n {
			ring = append(ring, line)
		} else {
			size -= len(ring[at])
			ring[at] = line
			at = (at + 1) % n
		}
		return size <= proc.MaxText
	})
	if err == nil && size > proc.MaxText {
		err = errors.New("memory exhausted")
	}
	w := bufio.NewWriterSize(p.Out, 32<<10)
	for i := range ring {
		fmt.Fprintln(w, ring[(at+i)%len(ring)])
	}
	if ferr := w.Flush(); err == nil {
		err = hush(ferr)
	}
	return err
}

func follow(p *proc.Proc, open []io.ReadCloser, status int) int {
	buf := make([]byte, 64<<10)
	for len(open) > 0 {
		for _, r := range open {
			for {
				n, err := r.Read(buf)
				if n > 0 {
					if _, werr := p.Out.Write(buf[:n]); werr != nil {
						return 1
					}
				}
				if n == 0 || err != nil {
					break
				}
			}
		}
		if !p.Sleep(tailPoll) {
			break
		}
	}
	return status
}

func wc(p *proc.Proc) int {
	f, ok := p.Flags("lwcmL", map[string]string{"lines": "l", "words": "w", "bytes": "c", "chars": "m"})
	if !ok {
		return 1
	}
	all := !f.Has("l") && !f.Has("w") && !f.Has("c") && !f.Has("m")
	var sum [4]int
	show := func(c [4]int, name string) {
		var cols []string
		for i, o := range []string{"l", "w", "m", "c"} {
			if f.Has(o) || all && o != "m" {
				cols = append(cols, strconv.Itoa(c[i]))
			}
		}
		width := 7
		if len(cols) == 1 {
			width = 0
		}
		for i, c := range cols {
			cols[i] = fmt.Sprintf("%*s", width, c)
		}
		p.Printf("%s\n", strings.TrimRight(strings.Join(cols, " ")+" "+name, " "))
	}
	status := p.Inputs(f.Args, func(name string, r io.Reader) error {
		var c [4]int
		in := bufio.NewReaderSize(r, 64<<10)
		inWord := false
		for {
			b, err := in.ReadByte()
			if err != nil {
				if err != io.EOF {
					return err
				}
				break
			}
			c[3]++
			if utf8.RuneStart(b) {
				c[2]++
			}
			if b == '\n' {
				c[0]++
			}
			space := b == ' ' || b >= 9 && b <= 13
			if !space && !inWord {
				c[1]++
			}
			inWord = !space
		}
		if name == "-" {
			name = ""
		}
		show(c, name)
		for i := range c {
			sum[i] += c[i]
		}
		return nil
	})
	if len(f.Args) > 1 {
		show(sum, "total")
	}
	return status
}
