package disk

import (
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// asFS shows the disk to the standard library's own test of file systems.
type asFS struct{ f *FS }

type dirFile struct {
	*File
	list []Info
}

func (d asFS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	o, err := d.f.Open("/"+name, Read, 0)
	if err != nil {
		return nil, err
	}
	df := &dirFile{File: o}
	if o.Info().IsDir() {
		df.list, err = d.f.ReadDir("/" + name)
	}
	return df, err
}

func (d *dirFile) Stat() (fs.FileInfo, error) {
	i := d.Info()
	if i.name == "/" {
		i.name = "."
	}
	return i, nil
}

func (d *dirFile) ReadDir(n int) ([]fs.DirEntry, error) {
	if n > 0 && len(d.list) == 0 {
		return nil, io.EOF
	}
	k := len(d.list)
	if n > 0 {
		k = min(n, k)
	}
	var out []fs.DirEntry
	for _, i := range d.list[:k] {
		out = append(out, i)
	}
	d.list = d.list[k:]
	return out, nil
}

func TestAsFileSystem(t *testing.T) {
	f := New(at(12), 1<<20)
	for _, name := range []string{"/a/b/one", "/a/b/two", "/a/c/three", "/d"} {
		if err := f.Write(name, name, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := fstest.TestFS(asFS{f}, "a/b/one", "a/b/two", "a/c/three", "d"); err != nil {
		t.Error(err)
	}
}

// Whatever is done, the books stay right: nothing is used when all is removed.
func FuzzOperations(f *testing.F) {
	f.Add([]byte("\x00a\x01b\x02c\x03d\x04e\x05f"))
	f.Fuzz(func(t *testing.T, ops []byte) {
		d := New(at(12), 1<<16)
		names := []string{"/a", "/a/b", "/a/b/c", "/d", "/d/e", "/f", "/a/../d", "/f/g"}
		for i := 0; i+2 < len(ops); i += 3 {
			x, y := names[int(ops[i+1])%len(names)], names[int(ops[i+2])%len(names)]
			switch ops[i] % 9 {
			case 0:
				_ = d.Mkdir(x, 0o755)
			case 1:
				if w, err := d.Open(x, Write|Create, 0o644); err == nil {
					_, _ = w.Seek(int64(ops[i+2])*16, io.SeekStart)
					_, _ = w.Write(ops[i:])
				}
			case 2:
				_ = d.Rename(x, y)
			case 3:
				_ = d.Remove(x)
			case 4:
				_ = d.Symlink(y, x)
			case 5:
				_ = d.Link(x, y)
			case 6:
				_, _ = d.Open(x, Write|Trunc, 0)
			case 7:
				_, _ = d.ReadDir(x)
			case 8:
				_, _ = d.Real(x)
			}
		}
		empty(t, d, "/", 0)
		if used, _ := d.Used(); used != 0 {
			t.Fatalf("%d bytes are used by nothing", used)
		}
	})
}

func empty(t *testing.T, d *FS, dir string, depth int) {
	list, err := d.ReadDir(dir)
	if err != nil || depth > 20 {
		t.Fatalf("%s at depth %d: %v", dir, depth, err)
	}
	for _, i := range list {
		name := strings.TrimSuffix(dir, "/") + "/" + i.Name()
		if i.IsDir() {
			empty(t, d, name, depth+1)
		}
		if err := d.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
}
