// Package terminal gives the user's terminal to a remote session and takes it back.
// One Host shows one session at a time and changes between them without leaving; what
// the remote does to the terminal is filtered, kept in a virtual screen, and undone at
// the end.
package terminal

import (
	"context"
	"errors"
	"io"
	"os"
	"time"
)

// Session is a remote shell that a terminal can show.
type Session interface {
	io.Writer                             // input; it does not wait for the network
	Resize(cols, rows int)                // of the terminal
	View(open func() io.Writer) io.Writer // the one lasting viewer of all output
	OnNotice(f func(text string)) (stop func())
	Done() <-chan struct{}
	Ending() (text string, err error) // after Done
	End(ctx context.Context) error
	Label() string
	Begun() time.Time
	LastInput() time.Time
	Traffic() (in, out int64)
}

// Options of a Host. Texts must be clean.
type Options struct {
	Title  string // of the window, while the remote sets none
	Banner string // where one is: target, account, region
	// Escape is the key behind Enter that gives commands to us: "~", "^]" or another;
	// "" is "~", and "^]" where the terminal is that of an SSH session.
	Escape string
	// List gives the sessions to change between; nil is this one alone. Describe gives
	// title and banner of another one.
	List     func() []Session
	Describe func(Session) (title, banner string)
	Allow    Allow
	// Notice is how long a notice stays on the last row; 0 is four seconds.
	Notice time.Duration
	// SSH says that the terminal is that of an SSH session; nil looks at
	// SSH_CONNECTION.
	SSH func() bool
}

var (
	// ErrHangup is a terminal that is gone.
	ErrHangup = errors.New("the terminal is gone")
	// ErrTaken is a session whose output another viewer has.
	ErrTaken = errors.New("the session is shown by something else")
)

// Host shows a session on the terminal until it ends or is detached. It is a
// tea.ExecCommand.
type Host struct {
	o      Options
	stdin  io.Reader
	stdout io.Writer

	session  Session
	detached bool
}

// New makes a host that begins with s.
func New(s Session, o Options) *Host {
	return &Host{o: o, session: s, stdin: os.Stdin, stdout: os.Stdout}
}

// SetStdin implements tea.ExecCommand, as do SetStdout, SetStderr and Run.
func (h *Host) SetStdin(r io.Reader) { h.stdin = r }

// SetStdout sets the terminal's output.
func (h *Host) SetStdout(w io.Writer) { h.stdout = w }

// SetStderr is ignored: a terminal has one output.
func (h *Host) SetStderr(io.Writer) {}

// Detached says that the session which was shown last goes on without the terminal.
func (h *Host) Detached() bool { return h.detached }

// Session is the one that was shown last: New's, or one that the user changed to.
func (h *Host) Session() Session { return h.session }

func (h *Host) list() []Session {
	if h.o.List == nil {
		return []Session{h.session}
	}
	return h.o.List()
}

func (h *Host) describe(s Session) (title, banner string) {
	if h.o.Describe != nil {
		return h.o.Describe(s)
	}
	return h.o.Title, h.o.Banner
}

func (h *Host) underSSH() bool {
	if h.o.SSH != nil {
		return h.o.SSH()
	}
	return os.Getenv("SSH_CONNECTION") != ""
}
