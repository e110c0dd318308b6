package vterm

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkWrite is what the virtual screen takes of a shell's output: plain lines, lines
// in colours and beyond ASCII, and a program that paints.
func BenchmarkWrite(b *testing.B) {
	var paint strings.Builder
	for y := range 40 {
		fmt.Fprintf(&paint, "\x1b[%d;1H\x1b[7m%5d\x1b[0m \x1b[32m%s\x1b[K", y+1, y*97, strings.Repeat("cpu ", 20))
	}
	for name, text := range map[string]string{
		"plain":  strings.Repeat(strings.Repeat("x", 98)+"\r\n", 40),
		"colour": strings.Repeat("\x1b[1;34mdrwxr-xr-x\x1b[0m 2 root  žluťoučký 漢字 \x1b[38;5;208mname\x1b[0m\r\n", 60),
		"paint":  paint.String(),
	} {
		b.Run(name, func(b *testing.B) {
			s := New(120, 40)
			p := []byte(text)
			b.SetBytes(int64(len(p)))
			b.ReportAllocs()
			for b.Loop() {
				s.Write(p)
			}
		})
	}
}
