package tools

import (
	"bufio"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"strconv"
	"strings"

	"ecsole/aws/sim/shell/disk"
	"ecsole/aws/sim/shell/proc"
)

func base64Tool(p *proc.Proc) int {
	f, ok := p.Flags("diw:D", map[string]string{"decode": "d", "wrap": "w", "ignore-garbage": "i"})
	if !ok {
		return 1
	}
	wrap := 76
	if f.Has("w") {
		var err error
		if wrap, err = strconv.Atoi(f.Get("w")); err != nil || wrap < 0 {
			return p.Errorf("invalid wrap size: '%s'", f.Get("w"))
		}
	}
	return p.Inputs(f.Args, func(_ string, r io.Reader) error {
		if f.Has("d") || f.Has("D") {
			_, err := io.Copy(p.Out, base64.NewDecoder(base64.StdEncoding, bufio.NewReaderSize(r, 32<<10)))
			var bad base64.CorruptInputError
			if errors.As(err, &bad) || errors.Is(err, io.ErrUnexpectedEOF) {
				return errors.New("invalid input")
			}
			return hush(err)
		}
		w := &wrapper{w: bufio.NewWriterSize(p.Out, 32<<10), at: wrap}
		e := base64.NewEncoder(base64.StdEncoding, w)
		if _, err := io.Copy(e, r); err != nil {
			return hush(err)
		}
		if err := e.Close(); err != nil {
			return hush(err)
		}
		return hush(w.end())
	})
}

// wrapper breaks lines after a number of bytes.
type wrapper struct {
	w      *bufio.Writer
	at, in int
}

func (w *wrapper) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		k := len(p)
		if w.at > 0 {
			k = min(k, w.at-w.in)
		}
		if _, err := w.w.Write(p[:k]); err != nil {
			return 0, err
		}
		p = p[k:]
		if w.in += k; w.at > 0 && w.in == w.at {
			w.in = 0
			if err := w.w.WriteByte('\n'); err != nil {
				return 0, err
			}
		}
	}
	return n, nil
}

func (w *wrapper) end() error {
	if w.in > 0 && w.at > 0 {
		_ = w.w.WriteByte('\n') // Flush says what went wrong
	}
	return w.w.Flush()
}

func hasher(name string) hash.Hash {
	switch name {
	case "md5sum":
		return md5.New()
	case "sha1sum":
		return sha1.New()
	case "sha512sum":
		return sha512.New()
	case "cksum":
		return crc32.NewIEEE()
	}
	return sha256.New()
}

// digest is md5sum and its kin.
func digest(p *proc.Proc) int {
	f, ok := p.Flags("cbtwq", map[string]string{"check": "c", "status": "q", "quiet": "q"})
	if !ok {
		return 1
	}
	if f.Has("c") {
		return checkDigests(p, f.Args, f.Has("q"))
	}
	return p.Inputs(f.Args, func(name string, r io.Reader) error {
		h := hasher(p.Name())
		n, err := io.Copy(h, r)
		if err != nil {
			return hush(err)
		}
		if p.Name() == "cksum" {
			p.Printf("%d %d %s\n", h.(hash.Hash32).Sum32(), n, strings.TrimPrefix(name, "-"))
			return nil
		}
		p.Printf("%s  %s\n", hex.EncodeToString(h.Sum(nil)), name)
		return nil
	})
}

func checkDigests(p *proc.Proc, names []string, quiet bool) int {
	lines, status := gather(p, names)
	bad := 0
	for _, l := range lines {
		sum, name, ok := strings.Cut(l, " ")
		name = strings.TrimLeft(name, " *")
		if !ok {
			continue
		}
		r, err := p.Open(name)
		if err != nil {
			status = p.Fail(name, err)
			p.Printf("%s: FAILED open or read\n", name)
			continue
		}
		h := hasher(p.Name())
		_, err = io.Copy(h, r)
		r.Close()
		if err != nil || hex.EncodeToString(h.Sum(nil)) != strings.ToLower(sum) {
			bad++
			p.Printf("%s: FAILED\n", name)
		} else if !quiet {
			p.Printf("%s: OK\n", name)
		}
	}
	if bad > 0 {
		return p.Errorf("WARNING: %d computed checksum did NOT match", bad)
	}
	return status
}

// hexdump is hexdump -C, xxd and od in one.
func hexdump(p *proc.Proc) int {
	f, ok := p.Flags("Cn:s:A:t:vpc", nil)
	if !ok {
		return 1
	}
	limit := int64(1 << 62)
	if f.Has("n") {
		n, err := count(f.Get("n"))
		if err != nil {
			return p.Errorf("invalid length")
		}
		limit = int64(n)
	}
	name := p.Name()
	at := 0
	return p.Inputs(f.Args, func(_ string, r io.Reader) error {
		in := bufio.NewReader(io.LimitReader(r, limit))
		row := make([]byte, 16)
		for {
			n, err := io.ReadFull(in, row)
			if n > 0 {
				if _, werr := io.WriteString(p.Out, hexRow(name, at, row[:n], f)); werr != nil {
					return nil
				}
				at += n
			}
			if err != nil {
				break
			}
		}
		if name != "xxd" {
			p.Printf("%07x\n", at)
		}
		return nil
	})
}

func hexRow(name string, at int, row []byte, f proc.Flags) string {
	var b strings.Builder
	switch {
	case name == "xxd" && f.Has("p"):
		return hex.EncodeToString(row) + "\n"
	case name == "xxd":
		fmt.Fprintf(&b, "%08x:", at)
		for i := range 16 {
			if i%2 == 0 {
				b.WriteByte(' ')
			}
			if i < len(row) {
				fmt.Fprintf(&b, "%02x", row[i])
			} else {
				b.WriteString("  ")
			}
		}
		b.WriteString("  " + dots(row))
	case f.Has("C"):
		fmt.Fprintf(&b, "%08x ", at)
		for i := range 16 {
			if i == 8 {
				b.WriteByte(' ')
			}
			if i < len(row) {
				fmt.Fprintf(&b, " %02x", row[i])
			} else {
				b.WriteString("   ")
			}
		}
		b.WriteString("  |" + dots(row) + "|")
	default:
		if f.Get("A") != "n" {
			fmt.Fprintf(&b, "%07x", at)
		}
		for _, c := range row {
			switch {
			case f.Has("c") && c == '\n':
				b.WriteString(`  \n`)
			case f.Has("c") && c >= ' ' && c < 0x7f:
				fmt.Fprintf(&b, "   %c", c)
			case f.Has("c"):
				fmt.Fprintf(&b, " %03o", c)
			default:
				fmt.Fprintf(&b, " %02x", c)
			}
		}
	}
	b.WriteByte('\n')
	return b.String()
}

func dots(row []byte) string {
	out := make([]byte, len(row))
	for i, c := range row {
		if out[i] = c; c < ' ' || c >= 0x7f {
			out[i] = '.'
		}
	}
	return string(out)
}

func stringsTool(p *proc.Proc) int {
	f, ok := p.Flags("n:a", nil)
	if !ok {
		return 1
	}
	return p.Inputs(f.Args, func(_ string, r io.Reader) error {
		in := bufio.NewReader(r)
		var run []byte
		flush := func() {
			if len(run) >= 4 {
				p.Printf("%s\n", run)
			}
			run = run[:0]
		}
		for {
			c, err := in.ReadByte()
			if err != nil {
				flush()
				return nil
			}
			if c >= ' ' && c < 0x7f && len(run) < 1<<16 {
				run = append(run, c)
			} else {
				flush()
			}
		}
	})
}

// dd copies blocks.
func dd(p *proc.Proc) int {
	arg := map[string]string{"bs": "512", "skip": "0", "seek": "0"}
	for _, a := range p.Args[1:] {
		k, v, ok := strings.Cut(a, "=")
		if !ok {
			return p.Errorf("unrecognized operand '%s'", a)
		}
		arg[k] = v
	}
	n := map[string]int{}
	for _, k := range []string{"bs", "skip", "seek", "count"} {
		if arg[k] == "" {
			continue
		}
		v, err := count(arg[k])
		if err != nil || v < 0 || k == "bs" && (v < 1 || v > 64<<20) {
			return p.Errorf("invalid number: '%s'", arg[k])
		}
		n[k] = v
	}
	in := io.Reader(p.In)
	if arg["if"] != "" {
		r, err := p.Open(arg["if"])
		if err != nil {
			return p.Errorf("failed to open '%s': %s", arg["if"], disk.Why(err))
		}
		defer r.Close()
		in = r
	}
	out := p.Out
	if arg["of"] != "" {
		flag := disk.Trunc
		if strings.Contains(arg["conv"], "notrunc") || n["seek"] > 0 {
			flag = 0
		}
		w, err := p.Create(arg["of"], flag)
		if err != nil {
			return p.Errorf("failed to open '%s': %s", arg["of"], disk.Why(err))
		}
		defer w.Close()
		if s, ok := w.(io.Seeker); ok && n["seek"] > 0 {
			if _, err := s.Seek(int64(n["seek"])*int64(n["bs"]), io.SeekStart); err != nil {
				return p.Errorf("'%s': cannot seek: %s", arg["of"], disk.Why(err))
			}
		}
		out = w
	}
	return ddCopy(p, in, out, n, arg)
}

func ddCopy(p *proc.Proc, in io.Reader, out io.Writer, n map[string]int, arg map[string]string) int {
	from := p.Facts.Clock()
	bs := n["bs"]
	if s, ok := in.(io.Seeker); ok && n["skip"] > 0 {
		if _, err := s.Seek(int64(n["skip"])*int64(bs), io.SeekStart); err != nil {
			return p.Errorf("cannot skip: %s", disk.Why(err))
		}
	} else if _, err := io.CopyN(io.Discard, in, int64(n["skip"])*int64(bs)); err != nil && err != io.EOF {
		return 1
	}
	buf := make([]byte, bs)
	full, part, total := 0, 0, int64(0)
	status := 0
	for _, has := n["count"]; !has || full+part < n["count"]; {
		k, err := io.ReadFull(in, buf)
		if k == bs {
			full++
		} else if k > 0 {
			part++
		}
		if k > 0 {
			if _, werr := out.Write(buf[:k]); werr != nil {
				status = p.Errorf("error writing '%s': %s", arg["of"], disk.Why(werr))
				break
			}
			total += int64(k)
		}
		if err != nil || p.Ctx.Err() != nil {
			break
		}
	}
	if arg["status"] != "none" {
		secs := max(p.Facts.Clock().Sub(from).Seconds(), 0.0001)
		fmt.Fprintf(p.Err, "%d+%d records in\n%d+%d records out\n%d bytes copied, %.4f s, %.1f MB/s\n", full, part, full, part, total, secs, float64(total)/secs/1e6)
	}
	return status
}
