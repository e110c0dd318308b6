package views

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	tea "charm.land/bubbletea/v2"
	"github.com/dustin/go-humanize"

	"ecsole/aws/exec/files"
	"ecsole/tui/clean"
	"ecsole/tui/dialog"
	"ecsole/tui/screen"
)

// copying is one copy that was asked for.
type copying struct {
	app     *App
	spot    spot
	fetch   bool
	request files.Request
	limit   int64
	replace bool // the file that is here already

	end         context.CancelCauseFunc
	done, total atomic.Int64
	question    *dialog.Spec // what has to be asked before it can be done
}

// start copies as a job: a screen that is left does not end it.
func (c *copying) start() tea.Cmd {
	return screen.Cmd(screen.Start{Job: screen.Job{
		Label: clean.Line(c.label()), Timeout: copyAtMost, Where: c.spot.on.where(c.app.cfg).short(), Progress: c.progress, Run: c.run,
		Done: func(string, error) tea.Cmd {
			if c.question == nil {
				return nil
			}
			return screen.Cmd(screen.Ask{Overlay: dialog.New(c.app.theme, *c.question), Unasked: true})
		},
	}})
}

func (c *copying) label() string {
	if !c.fetch {
		return fmt.Sprintf("copy %s to %s", filepath.Base(c.request.Local), c.spot.label())
	}
	return fmt.Sprintf("copy %s of %s", filepath.Base(c.request.Remote), c.spot.label())
}

// progress says how far the copy is.
func (c *copying) progress() string {
	return CopyProgress(c.done.Load(), c.total.Load())
}

// run copies. What the user has to be asked first ends it; the answer starts it again.
func (c *copying) run(ctx context.Context) (string, error) {
	ctx, c.end = context.WithCancelCause(ctx)
	defer c.end(nil)
	c.app.copies.add(c)
	defer c.app.copies.remove(c)
	if c.fetch && !c.replace {
		there, err := c.occupied()
		if err != nil {
			return "", err
		}
		if there != "" {
			c.ask("Replace what is there?", "There is "+there+" already. What has the same name is replaced.", "Replace", func(again *copying) { again.replace = true })
			return "there is something of that name already", nil
		}
	}
	res, err := Copy(ctx, c.spot.on.Exec, c.fetch, c.request, files.Options{Limit: c.limit, Progress: func(done, total int64) {
		c.done.Store(done)
		c.total.Store(total)
	}})
	var large *files.TooLargeError
	if errors.As(err, &large) {
		c.ask("Copy "+humanize.Bytes(uint64(large.Bytes))+"?", fmt.Sprintf("That is above the limit of %s (copy.limitMB). It takes about %s.",
			humanize.Bytes(uint64(large.Limit)), CopyTakes(large.Bytes)), "Copy", func(again *copying) { again.limit = math.MaxInt64 })
		return "it is above the limit", nil
	}
	if err != nil {
		return "", err
	}
	return CopyDone(res), nil
}

// ask has a question asked when the job has ended; yes starts it again.
func (c *copying) ask(title, text, ok string, yes func(*copying)) {
	c.question = &dialog.Spec{Title: title, Text: clean.Text(text, clean.Options{}), OK: ok, Names: []string{clean.Line(c.spot.label() + " " + c.request.Remote)},
		Done: func(map[string]string) tea.Cmd {
			again := &copying{app: c.app, spot: c.spot, fetch: c.fetch, request: c.request, limit: c.limit, replace: c.replace}
			yes(again)
			return again.start()
		}}
}

// occupied is the file or the directory that a copy would write into, or "".
func (c *copying) occupied() (string, error) {
	local := files.Inside(c.request.Local, c.request.Remote)
	_, err := os.Stat(local)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", err
	}
	return local, nil
}

// errCopyEnded is why a copy ends that the user has ended.
var errCopyEnded = errors.New("you have ended it")

// copies are those that go on. They are safe for many goroutines.
type copies struct {
	mu   sync.Mutex
	list []*copying
}

func (l *copies) add(c *copying) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, c)
}

func (l *copies) remove(c *copying) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = slices.DeleteFunc(l.list, func(other *copying) bool { return other == c })
}

func (l *copies) all() []*copying {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.list)
}
