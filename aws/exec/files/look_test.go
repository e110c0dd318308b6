package files_test

import (
	"bytes"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ecsole/aws/exec"
	"ecsole/aws/exec/files"
	"ecsole/aws/sim"
)

// real is a rig whose container is this machine, with real pipes and devices.
func real(t *testing.T) (r *rig, here, there string) {
	t.Helper()
	r = rigWith(t, sim.Options{HostShell: true})
	here, there = t.TempDir(), t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(there, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(there, "socket"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	for link, to := range map[string]string{"zero": "/dev/zero", "nowhere": "gone", "link": "file", "linkdir": "dir"} {
		if err := os.Symlink(to, filepath.Join(there, link)); err != nil {
			t.Fatal(err)
		}
	}
	os.Mkdir(filepath.Join(there, "dir"), 0o755)
	os.WriteFile(filepath.Join(there, "file"), []byte("a file"), 0o644)
	return r, here, there
}

// What a copy would wait for without end is refused before it is opened.
func TestWhatIsNoFileIsRefused(t *testing.T) {
	r, here, there := real(t)
	local := filepath.Join(here, "local")
	os.WriteFile(local, []byte("mine"), 0o600)
	for name, kind := range map[string]string{
		filepath.Join(there, "pipe"): "is a pipe", filepath.Join(there, "socket"): "is a socket", filepath.Join(there, "zero"): "is a character device",
		"/dev/zero": "is a character device", "/dev/null": "is a character device", filepath.Join(there, "nowhere"): "is a dangling link",
	} {
		_, err := files.Fetch(t.Context(), r.s, r.request(filepath.Join(here, "back"), name), files.Options{})
		if !errors.Is(err, files.ErrKind) || !strings.Contains(err.Error(), kind) {
			t.Errorf("fetch %s: %v", name, err)
		}
		if _, err = files.Put(t.Context(), r.s, r.request(local, name), files.Options{}); !errors.Is(err, files.ErrKind) || !strings.Contains(err.Error(), kind) {
			t.Errorf("put %s: %v", name, err)
		}
	}
	if info, err := os.Stat("/dev/null"); err != nil || info.Mode()&os.ModeDevice == 0 {
		t.Fatalf("/dev/null was replaced: %v, %v", info, err)
	}
	// The same holds on this side.
	pipe := filepath.Join(there, "pipe")
	for name, kind := range map[string]string{pipe: "a pipe", "/dev/zero": "a device", filepath.Join(there, "socket"): "a socket"} {
		if _, err := files.Put(t.Context(), r.s, r.request(name, "/tmp/"), files.Options{}); !errors.Is(err, files.ErrKind) || !strings.Contains(err.Error(), kind) {
			t.Errorf("put of the local %s: %v", name, err)
		}
		if _, err := files.Fetch(t.Context(), r.s, r.request(name, filepath.Join(there, "file")), files.Options{}); !errors.Is(err, files.ErrKind) {
			t.Errorf("fetch to the local %s: %v", name, err)
		}
	}
	// A part that was left as something else is not written to, either.
	os.Remove(filepath.Join(there, "new.ecsole-part"))
	if err := syscall.Mkfifo(filepath.Join(there, "new.ecsole-part"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := files.Put(t.Context(), r.s, r.request(local, filepath.Join(there, "new")), files.Options{}); !errors.Is(err, files.ErrKind) {
		t.Errorf("put over a pipe: %v", err)
	}
}

// A link stays one: what it leads to is read and written.
func TestLinks(t *testing.T) {
	r, here, there := real(t)
	local, back := filepath.Join(here, "local"), filepath.Join(here, "back")
	os.WriteFile(local, []byte("mine"), 0o600)
	res, err := files.Put(t.Context(), r.s, r.request(local, filepath.Join(there, "link")), files.Options{})
	if err != nil || res.Path != filepath.Join(there, "file") {
		t.Fatalf("%+v, %v", res, err)
	}
	if res, err := files.Put(t.Context(), r.s, r.request(local, filepath.Join(there, "linkdir")), files.Options{}); err != nil || res.Path != filepath.Join(there, "linkdir", "local") {
		t.Fatalf("%+v, %v", res, err)
	}
	os.Symlink("real", filepath.Join(here, "alias"))
	os.WriteFile(filepath.Join(here, "real"), []byte("old"), 0o600)
	for _, to := range []string{back, filepath.Join(here, "alias")} {
		if _, err := files.Fetch(t.Context(), r.s, r.request(to, filepath.Join(there, "link")), files.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{filepath.Join(there, "file"), back, filepath.Join(here, "real")} {
		if b, err := os.ReadFile(name); err != nil || string(b) != "mine" {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
	if _, err := os.Readlink(filepath.Join(here, "alias")); err != nil {
		t.Error("the local link was replaced")
	}
	if _, err := os.Readlink(filepath.Join(there, "link")); err != nil {
		t.Error("the remote link was replaced")
	}
}

// Names are words of a shell nowhere.
func TestOddNames(t *testing.T) {
	r, here, there := real(t)
	content := bytesOf(5000)
	for _, name := range []string{"with space", "new\nline", "quote'", `back\slash`, "$(touch gone)", "-dash", "*", "ümläut 漢字", "tab\t", "; exit 3"} {
		local := filepath.Join(here, name)
		os.WriteFile(local, content, 0o600)
		res, err := files.Put(t.Context(), r.s, r.request(local, there+"/"), files.Options{})
		if err != nil || !res.Verified {
			t.Errorf("put %q: %+v, %v", name, res, err)
			continue
		}
		back := filepath.Join(here, "back")
		if _, err := files.Fetch(t.Context(), r.s, r.request(back, filepath.Join(there, name)), files.Options{}); err != nil {
			t.Errorf("fetch %q: %v", name, err)
		}
		if b, _ := os.ReadFile(back); !bytes.Equal(b, content) {
			t.Errorf("%q: %d bytes came back", name, len(b))
		}
		os.Remove(back)
	}
	// And all of them as one directory, with a pipe and a link in it.
	os.Symlink("/etc/passwd", filepath.Join(there, "out"))
	back := filepath.Join(here, "tree")
	res, err := files.Fetch(t.Context(), r.s, r.request(back, there), files.Options{})
	if err != nil || res.Files != 11 {
		t.Fatalf("%+v, %v", res, err)
	}
	for _, name := range []string{"new\nline", "*", "; exit 3"} {
		if b, err := os.ReadFile(filepath.Join(back, name)); err != nil || !bytes.Equal(b, content) {
			t.Errorf("%q: %d bytes, %v", name, len(b), err)
		}
	}
	if got := strings.Join(res.Skipped, " "); !strings.Contains(got, "pipe") || !strings.Contains(got, "out") {
		t.Errorf("left out: %q", got)
	}
	if _, err := os.Stat("gone"); err == nil {
		t.Error("a name was run")
	}
}

// A tar that could not read all of a directory is no success.
func TestADirectoryThatComesInPart(t *testing.T) {
	r := newRig(t)
	lie := `mkdir -p /usr/local/bin /tmp/d; echo whole > /tmp/d/a; t=$(command -v tar); ` +
		`printf '#!/bin/sh\n%s "$@"\necho "tar: ./b: Cannot open: Permission denied" >&2\nexit 2\n' "$t" > /usr/local/bin/tar; chmod +x /usr/local/bin/tar`
	if o := r.s.Run(t.Context(), r.q, lie, exec.RunOptions{}); o.Err != nil || o.Exit != 0 {
		t.Fatalf("%+v", o)
	}
	back := filepath.Join(t.TempDir(), "back")
	_, err := files.Fetch(t.Context(), r.s, r.request(back, "/tmp/d"), files.Options{})
	if !errors.Is(err, files.ErrPart) || !strings.Contains(err.Error(), "(exit 2): tar: ./b: Cannot open: Permission denied") {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(back, "a")); err != nil || string(b) != "whole\n" {
		t.Errorf("what came: %q, %v", b, err)
	}
}

// A file that ends early is found out without sha256sum, too.
func TestAFileThatComesShort(t *testing.T) {
	r := newRig(t)
	lie := `mkdir -p /usr/local/bin; echo 0123456789 > /tmp/f; rm /usr/bin/sha256sum; printf '#!/bin/sh\nprintf 0123\nexit 1\n' > /usr/local/bin/dd; chmod +x /usr/local/bin/dd`
	if o := r.s.Run(t.Context(), r.q, lie, exec.RunOptions{}); o.Err != nil || o.Exit != 0 {
		t.Fatalf("%+v", o)
	}
	if _, err := files.Fetch(t.Context(), r.s, r.request(filepath.Join(t.TempDir(), "back"), "/tmp/f"), files.Options{}); !errors.Is(err, files.ErrSum) || !strings.Contains(err.Error(), "4 of its 11 bytes") {
		t.Fatal(err)
	}
}
