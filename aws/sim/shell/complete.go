package shell

import (
	"sort"
	"strings"

	"ecsole/aws/sim/shell/disk"
)

// complete gives the candidates for the word at the end of a line: commands where
// one is due, else files.
func (s *Shell) complete(line string) (from int, all []string) {
	from = strings.LastIndexAny(line, " \t\n;|&()<>=\"'`") + 1
	word := line[from:]
	before := strings.TrimRight(line[:from], " \t")
	first := before == "" || strings.HasSuffix(before, "|") || strings.HasSuffix(before, ";") || strings.HasSuffix(before, "&") ||
		strings.HasSuffix(before, "(") || strings.HasSuffix(before, "`")
	switch {
	case strings.HasPrefix(word, "$"):
		return from, s.variables(word)
	case first && !strings.Contains(word, "/"):
		return from, s.commands(word)
	}
	return from, s.files(word, strings.HasPrefix(before, "cd") && !strings.Contains(before, " "))
}

func (s *Shell) variables(word string) []string {
	var out []string
	for sc := s.scope; sc != nil; sc = sc.up {
		for n := range sc.vars {
			if strings.HasPrefix("$"+n, word) {
				out = append(out, "$"+n)
			}
		}
	}
	return out
}

func (s *Shell) commands(word string) []string {
	seen := map[string]bool{}
	for n := range s.sess.box.builtins {
		seen[n] = true
	}
	for n := range s.funcs {
		seen[n] = true
	}
	for n := range s.aliases {
		seen[n] = true
	}
	for _, d := range strings.Split(s.get("PATH"), ":") {
		list, err := s.sess.fs().ReadDir(disk.Abs(s.dir, d))
		if err != nil {
			continue
		}
		for _, i := range list {
			seen[i.Name()] = true
		}
	}
	var out []string
	for n := range seen {
		if strings.HasPrefix(n, word) {
			out = append(out, n)
		}
	}
	sort.Strings(out)
	return out
}

func (s *Shell) files(word string, onlyDirs bool) []string {
	dir, base := "", word
	if i := strings.LastIndexByte(word, '/'); i >= 0 {
		dir, base = word[:i+1], word[i+1:]
	}
	at := dir
	if rest, ok := strings.CutPrefix(dir, "~/"); ok {
		at = s.get("HOME") + "/" + rest
	}
	list, err := s.sess.fs().ReadDir(disk.Abs(s.dir, at))
	if err != nil {
		return nil
	}
	var out []string
	for _, i := range list {
		if !strings.HasPrefix(i.Name(), base) || base == "" && strings.HasPrefix(i.Name(), ".") {
			continue
		}
		name := dir + i.Name()
		if t, err := s.sess.fs().Stat(disk.Abs(s.dir, at+i.Name())); err == nil && t.IsDir() {
			name += "/"
		} else if onlyDirs {
			continue
		}
		out = append(out, name)
	}
	return out
}
