package files

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"ecsole/aws/exec"
)

// far is what is known of the remote side.
type far struct {
	// kind is one of those that the script of look knows: "file", "directory", "pipe",
	// "character device", "block device", "socket", "something else", "dangling link",
	// "none".
	kind       string
	link       bool // a symbolic link leads there
	unreadable bool // by whoever runs commands there
	size       int64
	tools      map[string]bool
}

// kinds are the tests of a path, in their order, and what each says. What is not a
// file is never opened: a pipe would make the command wait for ever, and a device
// need not end.
var kinds = [][2]string{
	{"-d", "directory"}, {"-p", "pipe"}, {"-c", "character device"}, {"-b", "block device"}, {"-S", "socket"}, {"-f", "file"},
	{"-e", "something else"}, {"-L", "dangling link"},
}

// look asks for a path, the size of a file there, and the image's tools.
func look(ctx context.Context, s *exec.Sessions, r exec.Request, file string) (far, error) {
	script := "f=" + exec.Quote(file) + "; k=none; n=0; "
	for _, k := range slices.Backward(kinds) { // the last to hold is the first of the list
		script += "[ " + k[0] + ` "$f" ] && k='` + k[1] + "'; "
	}
	script += `if [ "$k" = file ]; then if [ -r "$f" ]; then n=$(wc -c < "$f"); else n=-1; fi; fi; echo "$k"; echo $n; [ -L "$f" ] && echo link; ` +
		`for t in tar base64 dd sha256sum; do command -v $t >/dev/null 2>&1 && echo $t; done; true`
	text, err := say(ctx, s, r, script, "look at "+file)
	if err != nil {
		return far{}, err
	}
	kind, rest, _ := strings.Cut(text, "\n")
	words := strings.Fields(rest)
	out := far{kind: strings.TrimSpace(kind), tools: map[string]bool{}}
	known := out.kind == "none" || slices.ContainsFunc(kinds, func(k [2]string) bool { return k[1] == out.kind })
	if !known || len(words) == 0 {
		return far{}, fmt.Errorf("the container says %q of %s", text, file)
	}
	if out.size, err = strconv.ParseInt(words[0], 10, 64); err != nil {
		return far{}, fmt.Errorf("the container cannot read %s: %q", file, text)
	}
	if out.unreadable = out.size < 0; out.unreadable {
		out.size = 0
	}
	for _, t := range words[1:] {
		if t == "link" {
			out.link = true
			continue
		}
		out.tools[t] = true
	}
	return out, nil
}

// read is why a path of the container cannot be copied from, or nil.
func (f far) read(name string) error {
	switch {
	case f.kind == "none":
		return fmt.Errorf("%s: %w", name, ErrMissing)
	case f.unreadable:
		return fmt.Errorf("%s cannot be read by the user that commands run as in the container: %w", name, fs.ErrPermission)
	case f.kind != "file" && f.kind != "directory":
		return fmt.Errorf("%s is a %s: %w", name, f.kind, ErrKind)
	}
	return nil
}

// written is why a file cannot be written to a path of the container, or nil. A
// device or a pipe would be replaced.
func (f far) written(name string) error {
	if f.kind == "none" || f.kind == "file" {
		return nil
	}
	return fmt.Errorf("%s is a %s in the container: %w", name, f.kind, ErrKind)
}

// kindOf says what is neither a file nor a directory on this machine.
func kindOf(m fs.FileMode) string {
	switch {
	case m&fs.ModeNamedPipe != 0:
		return "a pipe"
	case m&fs.ModeDevice != 0:
		return "a device"
	case m&fs.ModeSocket != 0:
		return "a socket"
	}
	return "no file"
}

func (f far) needs(tools ...string) error {
	for _, t := range tools {
		if !f.tools[t] {
			return fmt.Errorf("%w: %s", ErrTools, t)
		}
	}
	return nil
}
