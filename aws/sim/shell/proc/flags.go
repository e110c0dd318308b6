package proc

import (
	"fmt"
	"strings"
)

// Flags are a command's parsed options.
type Flags struct {
	set  map[string]string
	Args []string // operands
}

// Parse reads options as getopt does: spec is "ab:c" (b takes a value), long maps
// long options to short ones (a value where the short one takes one). Options and
// operands may be mixed. An error is the text that the command prints.
func Parse(args []string, spec string, long map[string]string) (Flags, error) {
	f := Flags{set: map[string]string{}}
	for i := 1; i < len(args); i++ {
		a := args[i]
		switch {
		case a == "--":
			f.Args = append(f.Args, args[i+1:]...)
			return f, nil
		case strings.HasPrefix(a, "--"):
			name, value, has := strings.Cut(a[2:], "=")
			short, ok := long[name]
			if !ok {
				return f, fmt.Errorf("unrecognized option '--%s'", name)
			}
			if takes(spec, short) && !has {
				if i++; i >= len(args) {
					return f, fmt.Errorf("option '--%s' requires an argument", name)
				}
				value = args[i]
			}
			f.set[short] = value
		case len(a) > 1 && a[0] == '-':
			for j := 1; j < len(a); j++ {
				c := a[j : j+1]
				if !strings.Contains(strings.ReplaceAll(spec, ":", ""), c) {
					return f, fmt.Errorf("invalid option -- '%s'", c)
				}
				if !takes(spec, c) {
					f.set[c] = ""
					continue
				}
				value := a[j+1:]
				if value == "" {
					if i++; i >= len(args) {
						return f, fmt.Errorf("option requires an argument -- '%s'", c)
					}
					value = args[i]
				}
				f.set[c] = value
				break
			}
		default:
			f.Args = append(f.Args, a)
		}
	}
	return f, nil
}

func takes(spec, short string) bool { return strings.Contains(spec, short+":") }

// Has says whether an option was given.
func (f Flags) Has(short string) bool { _, ok := f.set[short]; return ok }

// Get is an option's value.
func (f Flags) Get(short string) string { return f.set[short] }

// Flags parses the process's own options; on an error it reports and ok is false,
// and the command ends with 2.
func (p *Proc) Flags(spec string, long map[string]string) (f Flags, ok bool) {
	f, err := Parse(p.Args, spec, long)
	if err != nil {
		p.Errorf("%v", err)
		return f, false
	}
	return f, true
}
