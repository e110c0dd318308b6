package views

import (
	"ecsole/aws"
)

// problem says in one line what went wrong, and what to do where that is known.
func problem(err error) string {
	line := summary(err)
	if e := aws.AsError(err); e != nil && e.Hint != "" {
		line += " · " + e.Hint
	}
	return line
}

// summary says in one line what went wrong. That of a call begins with its class.
func summary(err error) string {
	e := aws.AsError(err)
	switch {
	case e == nil:
		return ""
	case e.Class == aws.Denied && e.Action != "":
		return "denied: " + e.Action
	case e.Op != "":
		return e.Class.String() + ": " + e.Error()
	}
	return e.Error()
}

// class is problem in one word, where a line below says more.
func class(err error) string {
	if e := aws.AsError(err); e != nil {
		return e.Class.String()
	}
	return ""
}

// terse is problem in as few words as a cell holds: "denied: ecs:ListTasks".
func terse(err error) string {
	e := aws.AsError(err)
	if e == nil {
		return ""
	}
	switch {
	case e.Class == aws.Denied && e.Action != "":
		return "denied: " + e.Action
	case e.Op != "" && e.Class == aws.Internal && e.Code != "":
		return e.Class.String() + ": " + e.Op + " " + e.Code
	case e.Op != "":
		return e.Class.String() + ": " + e.Op
	}
	return e.Class.String()
}
