package ecs

import (
	"fmt"
	"strings"
)

// signal names those that end containers in practice (Linux numbers on amd64 and
// arm64, which ECS runs on).
func signal(n int) string {
	switch n {
	case 1:
		return "SIGHUP"
	case 2:
		return "SIGINT"
	case 3:
		return "SIGQUIT"
	case 4:
		return "SIGILL, illegal instruction: built for another CPU?"
	case 5:
		return "SIGTRAP"
	case 6:
		return "SIGABRT, the program aborted"
	case 7:
		return "SIGBUS, bad memory access"
	case 8:
		return "SIGFPE, arithmetic error"
	case 9:
		return "SIGKILL, killed"
	case 11:
		return "SIGSEGV, segmentation fault"
	case 13:
		return "SIGPIPE"
	case 14:
		return "SIGALRM"
	case 15:
		return "SIGTERM, asked to stop"
	case 24:
		return "SIGXCPU"
	case 25:
		return "SIGXFSZ"
	case 31:
		return "SIGSYS, forbidden system call"
	}
	return ""
}

// ExitWords says what an exit code means, "" where it means nothing in particular.
// 125 to 127 are the container runtime's and the shell's, 128+n is the end by signal
// n, the large ones are Windows status codes (shown by ECS as signed or unsigned).
func ExitWords(code int) string {
	switch uint32(code) {
	case 0:
		return "success"
	case 1:
		return "general error"
	case 2:
		return "error, or a wrong use of a command"
	case 125:
		return "the container runtime could not run it"
	case 126:
		return "the command cannot be executed"
	case 127:
		return "command not found"
	case 128:
		return "invalid exit code"
	case 255:
		return "error (exit code -1)"
	case 0xC0000005:
		return "access violation"
	case 0xC000013A:
		return "ended by Ctrl-C or a stop"
	case 0xC0000135, 0xC0000142:
		return "a DLL is missing or did not start"
	case 0xC0000409:
		return "stack buffer overrun"
	case 0xC00000FD:
		return "stack overflow"
	}
	if code > 128 && code < 128+65 {
		if s := signal(code - 128); s != "" {
			return s
		}
		return fmt.Sprintf("ended by signal %d", code-128)
	}
	return ""
}

// outOfMemory reports whether ECS says that the kernel killed a container for its
// memory ("OutOfMemoryError: Container killed due to memory usage").
func outOfMemory(reason string) bool {
	return strings.Contains(reason, "OutOfMemory") || strings.Contains(strings.ToLower(reason), "out of memory")
}

// ExitSummary says in a few words how a container ended: "exit 137, out of memory";
// "" while it runs. stopping tells that its task was being stopped, in which case a
// SIGKILL means that the stop timeout ran out.
func ExitSummary(c Container, stopping bool) string {
	if c.ExitCode == nil {
		if c.Reason != "" && c.LastStatus == "STOPPED" {
			return "did not start: " + oneLine(c.Reason)
		}
		return ""
	}
	code := *c.ExitCode
	words := ExitWords(code)
	switch {
	case outOfMemory(c.Reason):
		words = "out of memory"
	case code == 137 && stopping:
		words = "killed when the stop timeout ran out"
	case code == 137:
		words = "killed, often for its memory"
	case c.Reason != "":
		words = oneLine(c.Reason)
	}
	if code == 0 && c.Reason == "" {
		return "exit 0"
	}
	if words == "" {
		return fmt.Sprintf("exit %d", code)
	}
	return fmt.Sprintf("exit %d, %s", code, words)
}

// oneLine folds all white space; the text stays foreign and must be cleaned before
// it is shown.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// brief is oneLine with ARNs cut to the name in them, for lists: ECS's reasons name
// target groups and deployments in full.
func brief(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		at := strings.Index(w, "arn:")
		if at < 0 || strings.Count(w[at:], ":") < 5 {
			continue
		}
		end := at + len(strings.TrimRight(w[at:], ").,;]"))
		name := NameOf(w[at:end])
		if parts := strings.Split(w[at:end], "/"); len(parts) == 3 && strings.HasSuffix(parts[0], ":targetgroup") {
			name = parts[1]
		}
		words[i] = w[:at] + name + w[end:]
	}
	return strings.Join(words, " ")
}
