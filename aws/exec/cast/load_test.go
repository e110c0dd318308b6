package cast

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func writeFile(t *testing.T, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.cast")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const head = `{"version":2,"width":80,"height":24}` + "\n"

// The parts of a file give its events, in the order of time, each once.
func TestBlocksAreTheWhole(t *testing.T) {
	var b bytes.Buffer
	b.WriteString(head)
	var want []Event
	for i := range 5000 {
		at := time.Duration(i) * time.Second
		if i%100 == 99 {
			fmt.Fprintf(&b, "[%d, \"o\", \"back\"]\n\nrubbish\n[%d,\"r\",\"0x0\"]\n", i-50, i)
			want = append(want, Event{at - time.Second, Output, "back"})
			continue
		}
		text := strings.Repeat("x", i%500)
		fmt.Fprintf(&b, "[%d, \"o\", %q]\n", i, text)
		want = append(want, Event{at, Output, text})
	}
	text := bytes.TrimSuffix(b.Bytes(), []byte("\n")) // the last line may lack its end
	f, err := Open(writeFile(t, text))
	if err != nil {
		t.Fatal(err)
	}
	var got []Event
	for i := range f.Blocks() {
		events, err := f.Block(i)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, events...)
	}
	if f.Blocks() < 3 || f.Bad != 100 || f.Length != 4998*time.Second {
		t.Errorf("%d blocks, %d bad lines, %v", f.Blocks(), f.Bad, f.Length)
	}
	if sum := sha256.Sum256(text); f.Sum != hex.EncodeToString(sum[:]) {
		t.Error("the sum is not the file's")
	}
	if len(got) != len(want) {
		t.Fatalf("%d events, not %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("event %d is %v, not %v", i, got[i], want[i])
		}
	}
}

// A file that changes while it is played is not played on as if it were the one whose
// sum was compared.
func TestBlockOfAChangedFile(t *testing.T) {
	path := writeFile(t, []byte(head+"[1,\"o\",\"a\"]\n"))
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{head + "[1,\"o\",\"b\"]\n", head, ""} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Block(0); !errors.Is(err, ErrChanged) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// What is kept of a large recording is little.
func TestOpenKeepsLittle(t *testing.T) {
	line := []byte("[1.5, \"o\", \"" + strings.Repeat("x", 1000) + "\"]\n")
	path := writeFile(t, append([]byte(head), bytes.Repeat(line, 32<<10)...)) // 32 MiB
	live := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := live()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if after := live(); after > before+1<<20 {
		t.Errorf("%d bytes are kept of 32 MiB", after-before)
	}
	events, err := f.Block(f.Blocks() - 1)
	if err != nil || len(events) == 0 || len(events) > 2*blockSize/len(line) {
		t.Errorf("%d events in the last part, %v", len(events), err)
	}
}
