//go:build unix

package terminal

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"
)

// Keeper looks after the terminal for the case that this program cannot: a panic in any
// goroutine, a fatal error of the runtime, or a kill. It is a small process of its own,
// since none of them can be caught here.
type Keeper struct {
	cmd    *exec.Cmd
	report *os.File // what the runtime writes when it crashes; the keeper has the other end
}

// keeperScript waits for the first byte of a crash, or for the end without one. The
// runtime cannot go on with its report before the terminal is as it was, as the way to
// here holds next to nothing; so the terminal is not given to anybody else before.
const keeperScript = `
trap '' HUP INT QUIT TSTP
saved=$(stty -g <&3) && echo ready || exit 1
exec >&3 2>/dev/null
first=$(dd bs=1 count=1; echo .)
stty "$saved" <&3
printf '` + everythingBack + `'
[ "$first" = . ] && exit
printf 'ecsole has crashed, which is a defect. What is known of it: %s\r\n' "$1"
umask 077
mkdir -p "${1%/*}"
{ printf %s "${first%.}"; cat; } >"$1"
`

// everythingBack undoes whatever the console or a remote may have switched: the other
// screen, pen, keys, mouse, focus, paste, frames, origin, insertion, wrapping, cursor,
// keyboard protocols, margins, charsets and title.
const everythingBack = `\033[?1049l\033[0m\033[?1;5;6;66;1000;1002;1003;1004;1005;1006;1007;1015;1016;2004;2026;2027;2031l` +
	`\033[?7;25h\033[4l\033>\033[<u\033[>4;0m\033(B\017\033[r\033[999;1H\r\n\033[23;2t`

// keeperWithin is how long the keeper has to begin.
const keeperWithin = 2 * time.Second

// reportsKept is how many reports of crashes are kept in their directory.
const reportsKept = 10

// Keep begins to look after a terminal, before anything changes it. A crash is reported
// in a file of dir, which is made then. Where a keeper cannot be had, the error says why; everything works
// without it.
func Keep(tty *os.File, dir string) (*Keeper, error) {
	forgetReports(dir)
	path := filepath.Join(dir, fmt.Sprintf("crash-%s-%d.txt", time.Now().UTC().Format("20060102T150405Z"), os.Getpid()))
	ours, theirs, err := narrowPair()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	k := &Keeper{report: ours, cmd: exec.Command("/bin/sh", "-c", keeperScript, "ecsole-keeper", path)}
	k.cmd.Stdin, k.cmd.ExtraFiles = theirs, []*os.File{tty}
	k.cmd.WaitDelay = time.Second
	out, err := k.cmd.StdoutPipe()
	if err != nil {
		ours.Close()
		return nil, err
	}
	if err := k.cmd.Start(); err != nil {
		ours.Close()
		return nil, err
	}
	if err := k.begun(out); err != nil {
		k.Stop()
		return nil, err
	}
	if err := debug.SetCrashOutput(ours, debug.CrashOptions{}); err != nil {
		k.Stop()
		return nil, err
	}
	return k, nil
}

// begun waits until the keeper knows how the terminal is.
func (k *Keeper) begun(out io.Reader) error {
	said := make(chan error, 1)
	go func() {
		line, err := bufio.NewReader(out).ReadString('\n')
		if err == nil && strings.TrimSpace(line) != "ready" {
			err = errors.New("the terminal's keeper says " + line)
		}
		said <- err
	}()
	late := time.NewTimer(keeperWithin)
	defer late.Stop()
	select {
	case err := <-said:
		return err
	case <-late.C:
		return errors.New("the terminal's keeper does not begin")
	}
}

// Stop ends the keeper. The terminal has to be as it was by then.
func (k *Keeper) Stop() {
	if k == nil {
		return
	}
	_ = debug.SetCrashOutput(nil, debug.CrashOptions{}) // nothing is written any more
	_ = k.cmd.Process.Kill()                            // it has nothing to lose
	_ = k.cmd.Wait()                                    // it was killed
	_ = k.report.Close()
}

// narrowPair is a way from one process to another that holds a few small writes.
func narrowPair() (ours, theirs *os.File, err error) {
	syscall.ForkLock.RLock()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fds[0])
		syscall.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, err
	}
	ours, theirs = os.NewFile(uintptr(fds[0]), "crash report"), os.NewFile(uintptr(fds[1]), "crash report")
	for _, option := range [...]struct{ fd, name int }{{fds[0], syscall.SO_SNDBUF}, {fds[1], syscall.SO_RCVBUF}} {
		if err := syscall.SetsockoptInt(option.fd, syscall.SOL_SOCKET, option.name, 1); err != nil {
			return nil, nil, errors.Join(err, ours.Close(), theirs.Close())
		}
	}
	return ours, theirs, nil
}

// forgetReports deletes the oldest reports.
func forgetReports(dir string) {
	all, _ := filepath.Glob(filepath.Join(dir, "crash-*.txt")) // sorted, and so by time; the pattern is right
	for len(all) >= reportsKept {
		_ = os.Remove(all[0]) // the next start tries again
		all = all[1:]
	}
}
