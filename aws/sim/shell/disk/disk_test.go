package disk

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"time"
)

func at(h int) func() time.Time {
	return func() time.Time { return time.Date(2026, 11, 1, h, 0, 0, 0, time.UTC) }
}

func fresh(t *testing.T) *FS {
	t.Helper()
	f := New(at(12), 1<<20)
	for name, text := range map[string]string{"/a/b/one": "1\n", "/a/b/two": "22\n", "/a/c/three": "333\n"} {
		if err := f.Write(name, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, to := range map[string]string{"/a/link": "b/one", "/a/dir": "/a/c", "/loop1": "/loop2", "/loop2": "loop1", "/dangling": "/nowhere"} {
		if err := f.Symlink(to, name); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

func TestLookups(t *testing.T) {
	f := fresh(t)
	for name, want := range map[string]error{
		"/a/b/one": nil, "/a/link": nil, "/a/dir/three": nil, "/a/b/../c/three": nil, "/../../a/b/one": nil, "//a///b/one": nil, "/": nil, "": nil,
		"/a/b/none": ENOENT, "/x/y": ENOENT, "/a/b/one/z": ENOTDIR, "/loop1": ELOOP, "/loop1/x": ELOOP, "/dangling": ENOENT, "/a/b/one/": ENOTDIR,
		"/" + strings.Repeat("n", 256): ENAME,
	} {
		if _, err := f.Stat(name); !errors.Is(err, want) {
			t.Errorf("Stat(%q) is %v, want %v", name, err, want)
		}
	}
	if i, err := f.Lstat("/dangling"); err != nil || i.Mode()&fs.ModeSymlink == 0 || i.Target != "/nowhere" {
		t.Errorf("Lstat of a link: %+v, %v", i, err)
	}
	if got, err := f.Real("/a/dir/../dir/three"); err != nil || got != "/a/c/three" {
		t.Errorf("Real: %q, %v", got, err)
	}
	if _, err := f.Real("/loop1"); !errors.Is(err, ELOOP) {
		t.Errorf("Real of a loop: %v", err)
	}
	if !errors.Is(ENOENT, fs.ErrNotExist) || !errors.Is(EEXIST, fs.ErrExist) || errors.Is(EINVAL, fs.ErrNotExist) {
		t.Error("the errors of io/fs are not found")
	}
}

func TestFiles(t *testing.T) {
	f := fresh(t)
	w, err := f.Open("/a/new", Write|Create|Excl, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(w, "hello")
	if _, err := w.Seek(2, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(w, "LL")
	if _, err := w.Seek(2, io.SeekEnd); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(w, "!")
	w.Close()
	if b, _ := f.ReadFile("/a/new"); string(b) != "heLLo\x00\x00!" {
		t.Errorf("file is %q", b)
	}
	if _, err := w.Write([]byte("x")); !errors.Is(err, EBADF) {
		t.Errorf("writing to a closed file: %v", err)
	}
	if _, err := f.Open("/a/new", Write|Create|Excl, 0o600); !errors.Is(err, EEXIST) {
		t.Errorf("exclusive: %v", err)
	}
	a, _ := f.Open("/a/new", Append, 0)
	fmt.Fprint(a, "+")
	if b, _ := f.ReadFile("/a/new"); string(b) != "heLLo\x00\x00!+" {
		t.Errorf("appended: %q", b)
	}
	r, _ := f.Open("/a/new", Read, 0)
	if _, err := r.Write([]byte("x")); !errors.Is(err, EBADF) {
		t.Errorf("writing to what was opened to read: %v", err)
	}
	tr, _ := f.Open("/a/new", Write|Trunc, 0)
	if i := tr.Info(); i.Size() != 0 || i.Mode() != 0o600 {
		t.Errorf("truncated: %+v", i)
	}
	if err := tr.Truncate(3); err != nil {
		t.Error(err)
	}
	if b, _ := f.ReadFile("/a/new"); string(b) != "\x00\x00\x00" {
		t.Errorf("lengthened: %q", b)
	}
	if _, err := f.Open("/a", Write, 0); !errors.Is(err, EISDIR) {
		t.Errorf("writing a directory: %v", err)
	}
	if err := f.Remove("/a/new"); err != nil {
		t.Error(err)
	}
	if n, err := r.Read(make([]byte, 5)); n != 3 || err != nil {
		t.Errorf("a removed file that is open: %d, %v", n, err)
	}
}

func TestChanges(t *testing.T) {
	f := fresh(t)
	for name, tc := range map[string]struct {
		do   func() error
		want error
	}{
		"mkdir there":        {func() error { return f.Mkdir("/a", 0o755) }, EEXIST},
		"mkdir nowhere":      {func() error { return f.Mkdir("/x/y", 0o755) }, ENOENT},
		"mkdirall over file": {func() error { return f.MkdirAll("/a/b/one/x", 0o755) }, ENOTDIR},
		"remove full":        {func() error { return f.Remove("/a/b") }, ENOTEMPTY},
		"remove none":        {func() error { return f.Remove("/x") }, ENOENT},
		"remove root":        {func() error { return f.Remove("/") }, EBUSY},
		"rename into itself": {func() error { return f.Rename("/a", "/a/b/a") }, EINVAL},
		"rename over full":   {func() error { return f.Rename("/a/c", "/a/b") }, ENOTEMPTY},
		"rename file to dir": {func() error { return f.Rename("/a/b/one", "/a/c") }, EISDIR},
		"link a directory":   {func() error { return f.Link("/a/b", "/l") }, EPERM},
		"link to there":      {func() error { return f.Link("/a/b/one", "/a/b/two") }, EEXIST},
	} {
		if err := tc.do(); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
	for _, err := range []error{
		f.Link("/a/b/one", "/hard"), f.Rename("/a/b/two", "/a/b/one"), f.Rename("/a/b", "/moved"), f.Chmod("/moved/one", 0o700),
		f.Chown("/moved/one", "app:app"), f.Chtimes("/moved/one", at(3)()),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	if b, _ := f.ReadFile("/hard"); string(b) != "1\n" {
		t.Errorf("the second name has %q", b)
	}
	if i, _ := f.Stat("/moved/one"); i.Size() != 3 || i.Mode() != 0o700 || i.Owner != "app" || !i.ModTime().Equal(at(3)()) {
		t.Errorf("moved: %+v", i)
	}
}

func TestLimit(t *testing.T) {
	f := New(at(12), 100)
	w, err := f.Open("/f", Write|Create, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := w.Write(bytes.Repeat([]byte("x"), 80)); n != 80 || err != nil {
		t.Fatal(n, err)
	}
	if _, err := w.Write(bytes.Repeat([]byte("x"), 21)); !errors.Is(err, ENOSPC) {
		t.Errorf("a full disk takes more: %v", err)
	}
	if err := f.Remove("/f"); err != nil {
		t.Fatal(err)
	}
	if used, _ := f.Used(); used != 0 {
		t.Errorf("%d bytes are used after all is removed", used)
	}
}

func TestMadeFiles(t *testing.T) {
	f := fresh(t)
	n := 0
	if err := f.Made("/proc/count", func() []byte { n++; return fmt.Appendln(nil, n) }); err != nil {
		t.Fatal(err)
	}
	if err := f.MadeDir("/proc/all", func() map[string]func() []byte {
		return map[string]func() []byte{"x": func() []byte { return []byte("x") }, "12/status": func() []byte { return []byte("deep") }}
	}); err != nil {
		t.Fatal(err)
	}
	for i := 1; i < 3; i++ {
		if b, err := f.ReadFile("/proc/count"); err != nil || string(b) != fmt.Sprintln(i) {
			t.Errorf("reading %d: %q, %v", i, b, err)
		}
	}
	if b, err := f.ReadFile("/proc/all/12/status"); err != nil || string(b) != "deep" {
		t.Errorf("deep: %q, %v", b, err)
	}
	list, err := f.ReadDir("/proc/all")
	if err != nil || len(list) != 2 || list[0].Name() != "12" || !list[0].IsDir() {
		t.Errorf("list: %v, %v", list, err)
	}
	for _, err := range []error{f.Mkdir("/proc/all/y", 0o755), f.Chmod("/proc/count", 0), f.Remove("/proc/count")} {
		if !errors.Is(err, EPERM) {
			t.Errorf("changing what is made: %v", err)
		}
	}
	if _, err := f.Open("/proc/count", Write, 0); !errors.Is(err, EACCES) {
		t.Errorf("writing what is made: %v", err)
	}
	if err := f.Unmake("/proc/count"); err != nil {
		t.Error(err)
	}
}

func TestLogs(t *testing.T) {
	hour := 12
	f := New(func() time.Time { return at(hour)() }, 1<<20)
	var spans []string
	if err := f.Grows("/var/log/app", Log{From: at(10)(), Text: func(from, to time.Time) []byte {
		spans = append(spans, fmt.Sprint(from.Hour(), to.Hour()))
		return []byte(strings.Repeat("line\n", to.Hour()-from.Hour()))
	}}, 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := f.Open("/var/log/app", Read, 0)
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := io.ReadAll(r); string(b) != "line\nline\n" {
		t.Errorf("at first %q", b)
	}
	hour = 13
	if b, _ := io.ReadAll(r); string(b) != "line\n" {
		t.Errorf("an hour later %q", b)
	}
	if i, _ := f.Stat("/var/log/app"); i.Size() != 15 {
		t.Errorf("size %d", i.Size())
	}
	if fmt.Sprint(spans) != "[10 12 12 13]" {
		t.Errorf("asked for %v", spans)
	}
}

func TestDevices(t *testing.T) {
	f := fresh(t)
	for name, d := range map[string]Device{"/dev/null": Null, "/dev/zero": Zero, "/dev/full": Full, "/dev/random": Random} {
		if err := f.Mknod(name, d); err != nil {
			t.Fatal(err)
		}
	}
	open := func(name string) *File {
		o, err := f.Open(name, Read|Write|Trunc, 0)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	if n, err := open("/dev/null").Read(make([]byte, 5)); n != 0 || err != io.EOF {
		t.Errorf("null: %d, %v", n, err)
	}
	b := []byte("xxxxx")
	if n, err := open("/dev/zero").Read(b); n != 5 || err != nil || string(b) != "\x00\x00\x00\x00\x00" {
		t.Errorf("zero: %d, %v, %q", n, err, b)
	}
	if _, err := open("/dev/full").Write(b); !errors.Is(err, ENOSPC) {
		t.Errorf("full: %v", err)
	}
	if n, err := open("/dev/random").Read(b); n != 5 || err != nil {
		t.Errorf("random: %d, %v", n, err)
	}
	if err := f.Remove("/dev/null"); !errors.Is(err, EBUSY) {
		t.Errorf("removing a device: %v", err)
	}
}

func TestConcurrentUse(t *testing.T) {
	f := fresh(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			name := fmt.Sprintf("/a/f%d", i%3)
			for range 200 {
				if w, err := f.Open(name, Write|Create|Append, 0o644); err == nil {
					fmt.Fprint(w, "x")
					w.Close()
				}
				_, _ = f.ReadDir("/a")
				_ = f.Rename(name, name+"x")
				_ = f.Remove(name + "x")
			}
		})
	}
	wg.Wait()
	if used, _ := f.Used(); used < 0 {
		t.Errorf("%d bytes are used", used)
	}
}
