package views

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"ecsole/aws/exec"
	"ecsole/tui/clean"
)

// execAnswer is an outcome as `exec --json` prints it.
type execAnswer struct {
	Target    string  `json:"target"`
	Cluster   string  `json:"cluster"`
	Task      string  `json:"task"`
	Container string  `json:"container"`
	Command   string  `json:"command"`
	Output    string  `json:"output"`
	Cut       bool    `json:"outputCut"`
	Exit      *int    `json:"exitStatus"`
	Error     *string `json:"error"`
	Seconds   float64 `json:"seconds"`
}

// WriteExecJSON prints an outcome as one line of JSON.
func WriteExecJSON(w io.Writer, command string, o exec.Outcome) error {
	a := execAnswer{
		Target: o.Request.Label, Cluster: lastPart(o.Request.Cluster), Task: o.Request.Task, Container: o.Request.Container, Command: command,
		Output: strings.ToValidUTF8(string(o.Output), string(utf8.RuneError)), Cut: o.Cut, Seconds: o.Took.Seconds(),
	}
	if o.Known {
		a.Exit = &o.Exit
	}
	if o.Err != nil {
		text := problem(o.Err)
		a.Error = &text
	}
	b, err := json.Marshal(a)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", clean.JSON(b))
	return err
}

// WriteExecAnswers prints what several containers said: those that said the same
// together, the most first.
func WriteExecAnswers(w io.Writer, outcomes []exec.Outcome) error {
	for i, a := range exec.Fold(outcomes) {
		if i > 0 {
			fmt.Fprintln(w)
		}
		state := fmt.Sprintf("exit status %d", a.Exit)
		switch {
		case a.Err != "" && a.Output != "":
			state = "broken off: " + a.Err
		case a.Err != "":
			state = "no answer: " + a.Err
		case !a.Known:
			state = "exit status not known"
		}
		if a.Cut {
			state += ", only the beginning of the output"
		}
		if _, err := fmt.Fprintf(w, "== %d of %d: %s ==\n%s\n", len(a.From), len(outcomes), clean.Line(state), clean.Line(strings.Join(a.From, " "))); err != nil {
			return err
		}
		if a.Output == "" {
			continue
		}
		if _, err := io.WriteString(w, clean.Text(a.Output, clean.Options{KeepNewlines: true})+"\n"); err != nil {
			return err
		}
	}
	return nil
}
