package cast

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"
)

// clock goes on by a second with each look.
func clock() func() time.Time {
	at := time.Unix(1_790_000_000, 0)
	return func() time.Time { at = at.Add(time.Second); return at }
}

func read(t *testing.T, text string) (Header, []Event, []error) {
	t.Helper()
	h, events, err := Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var all []Event
	var errs []error
	for e, err := range events {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		all = append(all, e)
	}
	return h, all, errs
}

func TestRecording(t *testing.T) {
	var file bytes.Buffer
	w, err := NewWriter(&file, Header{Width: 80, Height: 24, Title: "checkout", Command: "sh"}, Options{Now: clock()})
	if err != nil {
		t.Fatal(err)
	}
	w.Output([]byte("a\x1b[31m\"\\\n漢"[:10]))
	w.Output([]byte("漢"[1:]))
	w.Input([]byte("\x03"))
	w.Resize(100, 30)
	w.Mark("connected again")
	w.Output([]byte("\xff\xc3"))
	size, sum, err := w.Close()
	if err != nil || size != int64(file.Len()) {
		t.Errorf("size %d of %d, %v", size, file.Len(), err)
	}
	if want := sha256.Sum256(file.Bytes()); sum != hex.EncodeToString(want[:]) {
		t.Error("the sum is not the file's")
	}
	h, all, errs := read(t, file.String())
	if h.Width != 80 || h.Height != 24 || h.Timestamp != 1_790_000_001 || h.Title != "checkout" || len(errs) != 0 {
		t.Errorf("header %+v, errors %v", h, errs)
	}
	var text strings.Builder
	for _, e := range all {
		text.WriteByte(byte(e.Kind))
		text.WriteString(e.Data + "|")
	}
	if want := "oa\x1b[31m\"\\\n|o漢|i\x03|r100x30|mconnected again|o�|o�|"; text.String() != want {
		t.Errorf("events %q, want %q", text.String(), want)
	}
	if all[0].At != time.Second || all[3].At <= all[2].At {
		t.Errorf("times %v", all)
	}
}

func TestLimit(t *testing.T) {
	var file bytes.Buffer
	w, _ := NewWriter(&file, Header{Width: 1, Height: 1}, Options{Limit: 1000})
	for range 100 {
		w.Output(bytes.Repeat([]byte("x"), 100))
	}
	size, _, err := w.Close()
	_, all, _ := read(t, file.String())
	if last := all[len(all)-1]; err != nil || size > 1200 || last.Kind != Marker || !strings.Contains(last.Data, "limit") {
		t.Errorf("%d bytes, last %+v, %v", size, last, err)
	}
}

func TestMask(t *testing.T) {
	var file bytes.Buffer
	hide := func(line []byte) []byte {
		if bytes.ContainsAny(line, "\r\n") || len(line) == 0 {
			t.Errorf("asked to mask %q", line)
		}
		return bytes.ReplaceAll(line, []byte("hunter22"), []byte("****"))
	}
	w, _ := NewWriter(&file, Header{Width: 1, Height: 1}, Options{Mask: hide})
	for _, b := range []byte("PASSWORD=hunter22\r\nplain") { // as an echo comes
		w.Output([]byte{b})
	}
	w.Output(bytes.Repeat([]byte("x"), 2*maxHeld)) // a screen without line ends is not held for ever
	w.Save()
	if !strings.Contains(file.String(), "plainxxx") {
		t.Error("a long line is not recorded")
	}
	w.Output([]byte("the end"))
	w.Close()
	if s := file.String(); strings.Contains(s, "hunter") || !strings.Contains(s, "PASSWORD=****\\r") || !strings.Contains(s, "the end") {
		t.Errorf("recorded %s", s)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestBrokenDisk(t *testing.T) {
	if _, err := NewWriter(broken{}, Header{Width: 1, Height: 1}, Options{}); err == nil {
		t.Error("no error")
	}
}

func TestForeignFiles(t *testing.T) {
	for _, text := range []string{"", "{}", `{"version":1,"width":1,"height":1}`, "[1]\n", `{"version":2,"width":0,"height":1}`} {
		if _, _, err := Read(strings.NewReader(text)); !errors.Is(err, ErrFormat) {
			t.Errorf("%q: %v", text, err)
		}
	}
	_, all, errs := read(t, `{"version":2,"width":1,"height":1}`+"\n[1,\"o\",\"a\"]\nrubbish\n[1,\"o\"]\n[-1,\"o\",\"x\"]\n\n[2,\"o\",\"b\"]\n")
	if len(all) != 2 || len(errs) != 3 || !strings.Contains(errs[0].Error(), "line 3") {
		t.Errorf("events %v, errors %v", all, errs)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"version":2,"width":80,"height":24}` + "\n[0.1, \"o\", \"x\"]\n")
	f.Add(`{"version":2,"width":80,"height":24}` + "\n[1e400, \"o\", \"\\ud800\"]\n[[],{},3]")
	f.Fuzz(func(t *testing.T, text string) {
		h, events, err := Read(strings.NewReader(text))
		if err != nil {
			return
		}
		if h.Width < 1 || h.Height < 1 {
			t.Error("a screen without size")
		}
		for e, err := range events {
			if err == nil && e.At < 0 {
				t.Errorf("an event at %v", e.At)
			}
		}
	})
}
