package files_test

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"os"
	osexec "os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ecsole/aws/exec"
	"ecsole/aws/exec/files"
	"ecsole/aws/sim"
)

// withoutTar takes tar from the image.
func (r *rig) withoutTar() {
	r.Helper()
	if o := r.s.Run(r.Context(), r.q, `rm "$(command -v tar)"; command -v tar`, exec.RunOptions{}); o.Err != nil || o.Exit == 0 {
		r.Fatalf("tar is still there: %s, %v", o.Output, o.Err)
	}
}

// below is what is below a directory: files with their content, directories with "/".
func below(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == dir {
			return err
		}
		key := strings.TrimPrefix(name, dir)
		if d.IsDir() {
			all[key] = "/"
			return nil
		}
		info, err := d.Info()
		b, rerr := os.ReadFile(name)
		if info.Mode()&0o100 != 0 {
			key += "*"
		}
		all[key] = string(b)
		return errors.Join(err, rerr)
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// grow makes a directory whose names and contents are awkward to a shell.
func grow(t *testing.T) string {
	t.Helper()
	tree := filepath.Join(t.TempDir(), "tree")
	for _, dir := range []string{"sub/empty", ".hidden", "..odd", "a b/c"} {
		if err := os.MkdirAll(filepath.Join(tree, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range map[string][]byte{
		"a": []byte("one"), "nothing": nil, "-n": []byte("e\n"), "sub/*": bytesOf(3072), "sub/line\nbreak\n": bytesOf(70_001), ".hidden/'q\"$x`": []byte("\n\nd x\n"),
		"a b/c/ü ": bytes.Repeat([]byte("\x00"), 768), "..odd/\\n": []byte("f644 YQ==\n"),
	} {
		if err := os.WriteFile(filepath.Join(tree, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(tree, "sub", "run"), []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(tree, "link")); err != nil {
		t.Fatal(err)
	}
	return tree
}

// An image without tar takes and gives directories, too.
func TestDirectoriesWithoutTar(t *testing.T) {
	r := newRig(t)
	r.withoutTar()
	tree := grow(t)
	res, err := files.Put(t.Context(), r.s, r.request(tree, "/tmp/tree"), files.Options{})
	if err != nil || res.Files != 9 || len(res.Skipped) != 1 {
		t.Fatalf("put: %+v, %v", res, err)
	}
	if rec := r.recorded(files.ActionPut); rec.Path != tree || rec.Bytes != res.Bytes || len(rec.SHA256) != 64 {
		t.Errorf("in the journal: %+v", rec)
	}
	if o := r.s.Run(t.Context(), r.q, `ln -s /etc/passwd /tmp/tree/link`, exec.RunOptions{}); o.Err != nil || o.Exit != 0 {
		t.Fatalf("%s, %v", o.Output, o.Err)
	}
	back := filepath.Join(t.TempDir(), "back")
	got, err := files.Fetch(t.Context(), r.s, r.request(back, "/tmp/tree"), files.Options{})
	if err != nil || got.Files != 9 || got.Bytes != res.Bytes || len(got.Skipped) != 1 || got.Skipped[0] != "link" {
		t.Fatalf("fetch: %+v, %v", got, err)
	}
	os.Remove(filepath.Join(tree, "link"))
	if here, there := below(t, tree), below(t, back); !maps.Equal(here, there) {
		t.Errorf("went:\n%.300q\ncame:\n%.300q", here, there)
	}
	// The limit holds for what nobody said the size of.
	if _, err := files.Fetch(t.Context(), r.s, r.request(filepath.Join(t.TempDir(), "x"), "/tmp/tree"), files.Options{Limit: 20_000}); !errors.As(err, new(*files.TooLargeError)) {
		t.Errorf("too large: %v", err)
	}
}

// withoutTarHere has a machine whose commands are the named ones.
func withoutTarHere(t *testing.T) {
	t.Helper()
	bin := t.TempDir()
	for _, tool := range strings.Fields("sh base64 cat mkdir chmod wc dd sha256sum stty rm mv readlink du head env") {
		at, err := osexec.LookPath(tool)
		if err == nil {
			err = os.Symlink(at, filepath.Join(bin, tool))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin)
}

// The scripts are for every shell, so the machine's own takes them, as well.
func TestDirectoriesWithoutTarInTheHostsShell(t *testing.T) {
	withoutTarHere(t)
	r := rigWith(t, sim.Options{HostShell: true})
	if o := r.s.Run(t.Context(), r.q, `command -v tar`, exec.RunOptions{}); o.Err != nil || o.Exit == 0 {
		t.Fatalf("there is a tar: %s, %v", o.Output, o.Err)
	}
	tree := grow(t)
	os.Remove(filepath.Join(tree, "link"))
	remote, back := filepath.Join(t.TempDir(), "re mote"), filepath.Join(t.TempDir(), "back")
	if res, err := files.Put(t.Context(), r.s, r.request(tree, remote), files.Options{}); err != nil || res.Files != 9 {
		t.Fatalf("put: %+v, %v", res, err)
	}
	if here, there := below(t, tree), below(t, remote); !maps.Equal(here, there) {
		t.Errorf("here:\n%.300q\nthere:\n%.300q", here, there)
	}
	if res, err := files.Fetch(t.Context(), r.s, r.request(back, remote), files.Options{}); err != nil || res.Files != 9 {
		t.Fatalf("fetch: %+v, %v", res, err)
	}
	if here, there := below(t, tree), below(t, back); !maps.Equal(here, there) {
		t.Errorf("went:\n%.300q\ncame:\n%.300q", here, there)
	}
}

// Where something is in the way, nothing of the rest is taken for names, and the
// script fails; so it does where the end is missing.
func TestPiecesStopAtTheFirstFailure(t *testing.T) {
	tree := grow(t)
	var pieces bytes.Buffer
	if err := files.PackPieces(tree, &pieces); err != nil {
		t.Fatal(err)
	}
	take := func(to string, in []byte) ([]byte, error) {
		c := osexec.Command("sh", "-c", files.TakePieces(exec.Quote(to)))
		c.Stdin = bytes.NewReader(in)
		return c.CombinedOutput()
	}
	to := t.TempDir()
	// The name is a directory, so that the file cannot be opened.
	if err := os.Mkdir(filepath.Join(to, "a"), 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := take(to, pieces.Bytes()); err == nil || len(out) == 0 {
		t.Errorf("%s, %v", out, err)
	}
	whole := below(t, tree)
	for name := range below(t, to) {
		if _, ok := whole[name]; !ok && name != "/a" {
			t.Errorf("made of content: %q", name)
		}
	}
	if out, err := take(t.TempDir(), bytes.TrimSuffix(pieces.Bytes(), []byte("e\n"))); err == nil {
		t.Errorf("without an end: %s", out)
	}
	if out, err := take(t.TempDir(), pieces.Bytes()); err != nil {
		t.Errorf("%s, %v", out, err)
	}
}

// What a container sends in place of a directory is an error, and ends.
func FuzzPieces(f *testing.F) {
	f.Add([]byte(":d\nLi9h\n,\n:f\nLi9hL2I=\n,\nb25l\n:e\n"))
	f.Add([]byte(":x\nLi4vLi4veA==\n,\n\n:e\n"))
	f.Add([]byte(":l\n,:e"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		root, err := os.OpenRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		_ = files.UnpackPieces(root, bytes.NewReader(data), files.Options{Limit: 1 << 20})
		if all, _ := os.ReadDir(filepath.Dir(dir)); len(all) > 1 {
			t.Fatalf("%d names beside the destination", len(all))
		}
		clear, _ := os.ReadDir(dir)
		for _, e := range clear {
			os.RemoveAll(filepath.Join(dir, e.Name()))
		}
	})
}
