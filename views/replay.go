package views

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"ecsole/aws/audit"
	"ecsole/aws/exec"
	"ecsole/aws/exec/cast"
	"ecsole/tui/replay"
	"ecsole/views/config"
)

// Recording is how shells are recorded by the configuration.
func Recording(cfg config.Config, paths config.Paths) exec.Recording {
	e := cfg.Exec
	if e.Record == "off" {
		return exec.Recording{}
	}
	r := exec.Recording{
		Dir: paths.Recordings(), Required: e.Record == "required", Input: e.RecordInput, Mask: e.RecordMask,
		Limit: int64(e.RecordLimitMB) << 20, Keep: time.Duration(e.RecordKeepDays) * 24 * time.Hour,
	}
	return r
}

// unplayable says why a record cannot be played, or "".
func unplayable(r audit.Record) string {
	switch {
	case r.Action != exec.ActionClose:
		return "a recording hangs on the end of its shell: " + exec.ActionClose
	case r.Path == "":
		return "this shell was not recorded"
	}
	return ""
}

// FindRecording finds the end of a recorded shell in a journal: by the session's id,
// the record's number, or the beginning of its hash.
func FindRecording(journal, id string) (audit.Record, error) {
	var found []audit.Record
	there := ""
	for r, err := range audit.Read(journal) {
		if err != nil {
			var line *audit.LineError
			if errors.As(err, &line) {
				continue // `audit verify` tells of it
			}
			return audit.Record{}, err
		}
		if r.Before != id && strconv.FormatUint(r.Seq, 10) != id && !(len(id) >= 8 && strings.HasPrefix(r.Hash, id)) {
			continue
		}
		if why := unplayable(r); why != "" {
			there = why
			continue
		}
		found = append(found, r)
	}
	switch {
	case len(found) == 0 && there != "":
		return audit.Record{}, fmt.Errorf("%s: %s", id, there)
	case len(found) == 0:
		return audit.Record{}, fmt.Errorf("the journal knows no recorded shell %q · without an ID the recorded ones are listed", id)
	case len(found) > 1:
		return audit.Record{}, fmt.Errorf("%q means %d recorded shells", id, len(found))
	}
	return found[0], nil
}

// LoadRecording reads what the end of a shell names. What is wrong with the file is a
// warning: who looks into what happened wants to see it all the more.
func LoadRecording(r audit.Record) (replay.Recording, error) {
	if why := unplayable(r); why != "" {
		return replay.Recording{}, errors.New(why)
	}
	l, err := cast.Open(r.Path)
	if errors.Is(err, os.ErrNotExist) {
		return replay.Recording{}, fmt.Errorf("the recording is gone: %s", r.Path)
	}
	if err != nil {
		return replay.Recording{}, err
	}
	out := replay.Recording{
		Title: l.Header.Title, Command: l.Header.Command, Cols: l.Header.Width, Rows: l.Header.Height,
		Length: l.Length, Blocks: l.Blocks(), Block: func(i int) ([]replay.Event, error) { return recorded(l, i) },
	}
	if l.Header.Timestamp > 0 {
		out.Begun = time.Unix(l.Header.Timestamp, 0)
	}
	var wrong []string
	switch {
	case r.SHA256 == "":
		wrong = append(wrong, "NOT VERIFIED: "+audit.ErrNoSum.Error())
	case l.Sum != r.SHA256:
		wrong = append(wrong, "CHANGED: this recording is not the one that the journal has the hash of")
	}
	if l.Bad > 0 {
		wrong = append(wrong, fmt.Sprintf("%d lines of it cannot be read", l.Bad))
	}
	out.Warning = strings.Join(wrong, " · ")
	return out, nil
}

// recorded reads a part of a recording.
func recorded(l *cast.File, i int) ([]replay.Event, error) {
	events, err := l.Block(i)
	out := make([]replay.Event, 0, len(events))
	for _, e := range events {
		to := replay.Event{At: e.At, Kind: replay.Kind(e.Kind), Text: e.Data}
		to.Cols, to.Rows, _ = e.Size() // those that have none are left out
		out = append(out, to)
	}
	return out, err
}

// playRecord opens the recording of a journal's record.
func playRecord(a *App, _ Scope, r audit.Record) (Opening, error) {
	on := a.on
	return Opening{Screen: replay.New(replay.Options{
		Scope: orDefault(shortTarget(r.Target), r.Before), Context: on.Account.Context(),
		Load:    func(context.Context) (replay.Recording, error) { return LoadRecording(r) },
		Explain: explain, Keymap: a.keys, Theme: a.theme, Now: a.now,
	})}, nil
}
