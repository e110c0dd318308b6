// Command ecsole is the ECS console in a terminal.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"ecsole/views"
)

// version is set by the build.
var version = ""

func main() {
	easeStart()
	os.Exit(run(context.Background(), os.Args[1:]))
}

// Exit statuses. A signal that ended the program is 128 and its number, as shells
// count.
const (
	statusOK     = 0
	statusFailed = 1 // something could not be done or read; what could be is printed
	statusUsage  = 2 // the command line makes no sense
)

// run is the program without the process around it.
func run(ctx context.Context, args []string) int {
	ctx, stop := untilSignal(ctx)
	defer stop()
	root := rootCommand()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return statusOK
	}
	if s, ok := signalOf(ctx); ok {
		return 128 + int(s)
	}
	var ended exitStatus
	if errors.As(err, &ended) {
		if ended.err != nil {
			printError(root.ErrOrStderr(), ended.err)
		}
		return ended.status
	}
	printError(root.ErrOrStderr(), err)
	var usage usageError
	if errors.As(err, &usage) {
		return statusUsage
	}
	return statusFailed
}

// exitStatus ends the program with a status of its own, and with a message where there
// is an error.
type exitStatus struct {
	status int
	err    error
}

func (e exitStatus) Error() string {
	if e.err != nil {
		return e.err.Error()
	}
	return fmt.Sprintf("exit status %d", e.status)
}

func (e exitStatus) Unwrap() error { return e.err }

// usageError is a command line that makes no sense, and where help is.
type usageError struct {
	err  error
	help string // "ecsole get --help"
}

func (e usageError) Error() string { return e.err.Error() + " · see `" + e.help + "`" }
func (e usageError) Unwrap() error { return e.err }

// ownError is an error of this machine (a file, a port), told in its own words: it is
// none of AWS's, however much it looks like one.
type ownError struct{ error }

func (e ownError) Unwrap() error { return e.error }

// printError writes an error as one line: what, the missing action, a hint.
func printError(w io.Writer, err error) {
	var usage usageError
	var own ownError
	text := ""
	switch {
	case errors.As(err, &usage), errors.As(err, &own):
		text = err.Error()
	default:
		text = views.Problem(err)
	}
	fmt.Fprintln(w, "ecsole: "+oneLine(text))
}

// oneLine folds a text into one line; foreign text in it is made harmless.
func oneLine(s string) string { return cleanLine(strings.Join(strings.Fields(s), " ")) }

// versionText is the version of this build: of the Makefile, else of the module.
func versionText() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}
