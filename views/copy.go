package views

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/dustin/go-humanize"

	"ecsole/aws/ecs"
	"ecsole/aws/exec"
	"ecsole/aws/exec/files"
	"ecsole/tui/clean"
	"ecsole/tui/dialog"
	"ecsole/tui/screen"
)

const (
	// copyAtMost bounds a copy that goes on and on.
	copyAtMost = 12 * time.Hour
	// CopyStalled is how long a copy may stand still before it is given up.
	CopyStalled = 3 * time.Minute
)

func containerCopy(a *App, _ Scope, v container) (Opening, error) {
	return inContainer(a, v, "copy to or from", a.copyFiles), nil
}

func taskCopy(a *App, _ Scope, t ecs.Task) (Opening, error) {
	return inTask(a, t, "copy to or from", a.copyFiles), nil
}

// copyFiles asks for the direction, and then for the paths.
func (a *App) copyFiles(s spot) Opening {
	items := []dialog.Item{
		{Label: "from it", Detail: "a file or a directory of the container, to this machine"},
		{Label: "to it", Detail: "a file or a directory of this machine, to the container"},
	}
	going := a.copies.all()
	for _, c := range going {
		items = append(items, dialog.Item{Label: "end it", Detail: clean.Line(strings.TrimSuffix(c.label()+" · "+c.progress(), " · "))})
	}
	return Opening{Overlay: dialog.Choose(a.theme, "Copy files of "+clean.Line(s.label()), items, 0, func(i int) tea.Cmd {
		if i >= 2 {
			going[i-2].end(errCopyEnded)
			return nil // the end of the job says so
		}
		return a.askCopy(s, i == 0)
	})}
}

// askCopy asks for the paths of a copy.
func (a *App) askCopy(s spot, fetch bool) tea.Cmd {
	where := s.on.where(a.cfg)
	remote := dialog.Field{Name: "remote", Label: "Path there", Required: true, Placeholder: "/tmp/heap.hprof, or a directory"}
	local := dialog.Field{Name: "local", Label: "Path here", Required: true}
	spec := dialog.Spec{
		Title: "Copy from the container?", OK: "Copy", Danger: where.guarded, Names: []string{clean.Line(s.label())},
		Text:   "Account " + clean.Line(where.String()) + "\nThe copy goes through the container's agent, at most some 0.4 MB/s.",
		Fields: []dialog.Field{remote, local},
		Done: func(v map[string]string) tea.Cmd {
			c := &copying{app: a, spot: s, fetch: fetch, limit: a.cfg.Copy.Limit(), request: files.Request{
				Request: exec.Request{
					Cluster: s.task.ClusterARN, Task: s.task.ARN, Container: s.container.Name, RuntimeID: s.container.RuntimeID,
					Windows: isWindows(s.task), Label: s.label(), Reason: a.incident(),
				}, Remote: v["remote"], Local: home(v["local"])}}
			return c.start()
		},
	}
	if fetch {
		spec.Fields[1].Default = orDefault(a.cfg.SaveDir, a.paths.Saves()) + string(filepath.Separator)
	} else {
		spec.Title = "Copy to the container?"
		spec.Text += "\nA file of that name there is replaced; a directory takes the file in."
		spec.Fields = []dialog.Field{local, remote}
		spec.Fields[0].Placeholder = "a file or a directory"
	}
	if where.guarded {
		spec.Token = where.token()
	}
	return screen.Cmd(screen.Ask{Overlay: dialog.New(a.theme, spec)})
}

// home puts the user's directory in the place of a leading ~.
func home(p string) string {
	if rest, ok := strings.CutPrefix(p, "~/"); ok {
		if dir, err := os.UserHomeDir(); err == nil {
			return filepath.Join(dir, rest)
		}
	}
	return p
}

// CopyProgress says how far a copy is: of total bytes, which may be -1 for not known.
func CopyProgress(done, total int64) string {
	switch {
	case done == 0:
		return ""
	case total > 0:
		return fmt.Sprintf("%d %% of %s", done*100/total, humanize.Bytes(uint64(total)))
	}
	return humanize.Bytes(uint64(done))
}

// Copy copies to or from a container, and gives a copy up that stands still.
func Copy(ctx context.Context, s *exec.Sessions, fetch bool, r files.Request, o files.Options) (files.Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stalled := fmt.Errorf("nothing has come through for %s", CopyStalled)
	watch := time.AfterFunc(CopyStalled, func() { cancel(stalled) })
	defer watch.Stop()
	tell := o.Progress
	o.Progress = func(done, total int64) {
		watch.Reset(CopyStalled)
		tell(done, total)
	}
	do := files.Put
	if fetch {
		do = files.Fetch
	}
	res, err := do(ctx, s, r, o)
	if cause := context.Cause(ctx); err != nil && (errors.Is(cause, stalled) || errors.Is(cause, errCopyEnded)) {
		err = cause
	}
	var said *files.SaidError // then what was sent need not have been written
	if err != nil && res.Bytes+res.Resumed > 0 && !res.Tree && !errors.Is(err, files.ErrSum) && !errors.As(err, &said) {
		err = fmt.Errorf("%w; what has come through is kept, and the same copy goes on from there", err)
	}
	return res, err
}

// CopyDone says what was copied.
func CopyDone(res files.Result) string {
	text := humanize.Bytes(uint64(res.Bytes + res.Resumed))
	if res.Tree {
		text += " in " + orDefault(plural(res.Files, "file"), "no file")
	}
	if res.Resumed > 0 {
		text += ", " + humanize.Bytes(uint64(res.Resumed)) + " of them from before"
	}
	if res.Verified {
		text += ", checksums agree"
	}
	text += " → " + clean.Line(res.Path)
	if n := len(res.Skipped); n > 0 {
		text += fmt.Sprintf("; %d neither files nor directories left out", n)
	}
	return text
}

// CopyTakes is about how long a copy takes at the agent's pace.
func CopyTakes(bytes int64) string {
	const pace = 400_000
	return short(time.Duration(bytes/pace) * time.Second)
}
