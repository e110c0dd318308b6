package files

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// Directories of an image without tar go in pieces: text in which each file and
// directory has a head, and its content in base64. What comes is
//
//	:KIND        d directory, f file, x file to execute, l neither (skipped), e the end
//	NAME in base64,
//	CONTENT in base64
//
// and what goes is lines, as the read of a POSIX shell takes them one after the other:
//
//	KIND[MODE] NAME in base64
//	CONTENT in base64, line by line; an empty line ends it

// pieces is the script that writes a directory, whose name is quoted. Its complaints
// end like tar's.
func pieces(quoted string) string {
	return `{ r=0; w() { for f in "$1"/* "$1"/.[!.]* "$1"/..?*; do ` +
		`if [ -L "$f" ]; then k=l; elif [ -d "$f" ]; then k=d; elif [ -f "$f" ]; then k=f; if [ -x "$f" ]; then k=x; fi; elif [ -e "$f" ]; then k=l; else continue; fi; ` +
		`printf ':%s\n' $k; printf %s "$f" | base64; echo ,; ` +
		`case $k in d) if [ -r "$f" ] && [ -x "$f" ]; then w "$f"; else echo "$f cannot be read" >&2; r=1; fi;; f|x) base64 < "$f" || r=$?;; esac; done; }; ` +
		`if cd ` + quoted + `; then w .; else r=$?; fi; printf ':e\n'; if [ $r != 0 ]; then echo "exit $r" >&2; fi; }`
}

// takePieces is the script that makes a directory of what comes to its input. It stops
// at the first failure: what is left of a content must not be taken for heads.
func takePieces(quoted string) string {
	return `mkdir -p ` + quoted + ` && cd ` + quoted + ` || exit; r=1; while IFS= read -r l; do ` +
		`if [ "$l" = e ]; then r=0; break; fi; ` +
		`n=$(printf %s "${l#* }" | base64 -d; echo .); n=./${n%.}; k=${l%% *}; ` +
		`case $k in d) mkdir -p "$n" || break;; ` +
		`*) while IFS= read -r b && [ -n "$b" ]; do echo "$b"; done | base64 -d > "$n" && chmod "${k#f}" "$n" || break;; esac; done; ` +
		`cat > /dev/null; [ $r = 0 ]`
}

// nameLimit is how long the name of an entry may be, in bytes: what Linux takes as a
// path, and as much again.
const nameLimit = 8 << 10

var errPieces = errors.New("the container sends no directory")

// unpackPieces writes what pieces sent below root, as unpack does.
func unpackPieces(root *os.Root, r io.Reader, res *Result, o Options) error {
	in := bufio.NewReader(r)
	var entries int64
	for {
		head, err := in.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrPart, err)
		}
		if head = bytes.TrimSpace(head); len(head) == 0 { // ends the base64 before it
			continue
		}
		if len(head) != 2 || head[0] != ':' {
			return errPieces
		}
		kind := head[1]
		if kind == 'e' {
			_, err := io.Copy(io.Discard, in)
			return err
		}
		text, err := io.ReadAll(io.LimitReader(decoded(in, ','), nameLimit+1))
		if err == nil && len(text) > nameLimit {
			err = errPieces
		}
		if err == nil {
			_, err = in.Discard(1)
		}
		if err != nil {
			return err
		}
		entries += entrySize + int64(len(text))
		content := &bounded{r: decoded(in, ':'), from: res.Bytes + entries, o: o}
		if err := o.allowsMore(content.from); err != nil {
			return err
		}
		name := path.Clean(string(text))
		switch local := filepath.IsLocal(filepath.FromSlash(name)); {
		case local && kind == 'd':
			err = root.MkdirAll(name, 0o755)
		case local && kind == 'f':
			err = writeFile(root, name, content, 0o644, res, o)
		case local && kind == 'x':
			err = writeFile(root, name, content, 0o755, res, o)
		default:
			res.Skipped = append(res.Skipped, name)
		}
		if err == nil {
			_, err = io.Copy(io.Discard, content) // of what is skipped
		}
		if err != nil {
			return err
		}
	}
}

func decoded(in *bufio.Reader, end byte) io.Reader {
	return base64.NewDecoder(base64.StdEncoding, &section{in: in, end: end})
}

// section reads up to a byte, and leaves it there.
type section struct {
	in  *bufio.Reader
	end byte
}

func (s *section) Read(p []byte) (int, error) {
	if _, err := s.in.Peek(1); err != nil { // fills the buffer
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF // an end has to be said
		}
		return 0, err
	}
	next, err := s.in.Peek(min(len(p), s.in.Buffered()))
	if err != nil {
		return 0, err
	}
	if i := bytes.IndexByte(next, s.end); i == 0 {
		return 0, io.EOF
	} else if i > 0 {
		next = next[:i]
	}
	n := copy(p, next)
	_, err = s.in.Discard(n)
	return n, err
}

// bounded holds the limit of a copy where no size was told before.
type bounded struct {
	r    io.Reader
	from int64
	o    Options
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.from += int64(n)
	if lerr := b.o.allowsMore(b.from); lerr != nil {
		return 0, lerr
	}
	return n, err
}

// packPieces writes what takePieces takes.
func packPieces(dir string, w io.Writer, res *Result, o Options, total int64) error {
	out := bufio.NewWriter(w)
	var content io.WriteCloser // of the file before
	var lines *breaker
	finish := func() error {
		if content == nil {
			return nil
		}
		err := content.Close()
		content = nil
		end := "\n"
		if lines.at > 0 {
			end = "\n\n"
		}
		_, werr := out.WriteString(end)
		return errors.Join(err, werr)
	}
	err := walk(dir, res, func(name string, info fs.FileInfo) (io.Writer, error) {
		if err := finish(); err != nil {
			return nil, err
		}
		kind := "d"
		if !info.IsDir() {
			kind = fmt.Sprintf("f%o", info.Mode().Perm())
		}
		if _, err := fmt.Fprintf(out, "%s %s\n", kind, base64.StdEncoding.EncodeToString([]byte(name))); err != nil || info.IsDir() {
			return nil, err
		}
		lines = &breaker{w: out}
		content = base64.NewEncoder(base64.StdEncoding, lines)
		return content, nil
	}, o, total)
	if err == nil {
		err = finish()
	}
	if err == nil {
		_, err = out.WriteString("e\n")
	}
	return errors.Join(err, out.Flush())
}

// pieceLine is the length of a line of content: a shell reads it byte by byte, and
// holds it whole.
const pieceLine = 1024

// breaker breaks text in lines; none of them is empty.
type breaker struct {
	w  io.Writer
	at int
}

func (b *breaker) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		if b.at == pieceLine {
			if _, err := b.w.Write([]byte{'\n'}); err != nil {
				return 0, err
			}
			b.at = 0
		}
		n := min(len(rest), pieceLine-b.at)
		if _, err := b.w.Write(rest[:n]); err != nil {
			return 0, err
		}
		b.at += n
		rest = rest[n:]
	}
	return len(p), nil
}
