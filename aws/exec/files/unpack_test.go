package files

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"testing"
)

// TestUnpackEndless unpacks archives without end, of entries without content.
func TestUnpackEndless(t *testing.T) {
	for _, kind := range []byte{tar.TypeSymlink, tar.TypeDir, tar.TypeReg} {
		pr, pw := io.Pipe()
		packed := make(chan error, 1)
		go func() {
			out := tar.NewWriter(pw)
			for i := range 5000 {
				h := &tar.Header{Typeflag: kind, Name: fmt.Sprintf("n%d", i), Mode: 0o755}
				if kind == tar.TypeSymlink {
					h.Linkname = "/etc/passwd"
				}
				if err := out.WriteHeader(h); err != nil {
					packed <- err
					return
				}
			}
			packed <- errors.Join(out.Close(), pw.Close())
		}()
		root, err := os.OpenRoot(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		var res Result
		err = unpack(root, pr, &res, Options{Limit: 100_000})
		var large *TooLargeError
		if !errors.As(err, &large) || len(res.Skipped) > 200 || res.Files > 200 {
			t.Errorf("%c: %v, %d files, %d left out", kind, err, res.Files, len(res.Skipped))
		}
		pr.Close()
		<-packed
		root.Close()
	}
}

// TestUnpackOverflow unpacks a file that says it is so large that the sum with what was
// before has no room in a number.
func TestUnpackOverflow(t *testing.T) {
	pr, pw := io.Pipe()
	packed := make(chan error, 1)
	go func() {
		out := tar.NewWriter(pw)
		err := errors.Join(out.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "a", Size: 1, Mode: 0o644}), second(out.Write([]byte("a"))),
			out.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "b", Size: math.MaxInt64, Mode: 0o644, Format: tar.FormatGNU}))
		for err == nil {
			_, err = out.Write(make([]byte, 32<<10))
		}
		packed <- err
	}()
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	var res Result
	tell := func(done, _ int64) {
		if done > 200_000 {
			pr.Close() // enough is seen
		}
	}
	err = unpack(root, pr, &res, Options{Limit: 100_000, Progress: tell})
	var large *TooLargeError
	if !errors.As(err, &large) || res.Bytes > 100_000 {
		t.Errorf("%v, %d bytes", err, res.Bytes)
	}
	pr.Close()
	<-packed
}

func second(_ int, err error) error { return err }
