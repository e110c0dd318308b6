// Command ecsole is the ECS console in a terminal.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"charm.land/fang/v2"

	"ecsole/views"
)

// version is set by the build.
var version = "dev"

func main() { os.Exit(run(context.Background(), os.Args[1:])) }

// run is the program without the process around it.
func run(ctx context.Context, args []string) int {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	root := rootCommand()
	root.SetArgs(args)
	err := fang.Execute(ctx, root, fang.WithVersion(version), fang.WithErrorHandler(printError))
	var exit exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.status
	}
	return 1
}

// exitError ends the program with a status of its own, after its message if any.
type exitError struct {
	status int
	err    error
}

func (e exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.err.Error()
}

func (e exitError) Unwrap() error { return e.err }

// printError writes an error as one line that can be read in a pipe.
func printError(w io.Writer, _ fang.Styles, err error) {
	var exit exitError
	if errors.As(err, &exit) && exit.err == nil {
		return
	}
	fmt.Fprintln(w, "ecsole: "+views.Problem(err))
}
