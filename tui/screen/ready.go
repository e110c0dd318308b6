package screen

import (
	"reflect"

	tea "charm.land/bubbletea/v2"
)

// Cmd makes a tea.Cmd of a message that is ready now. The shell acts on such a
// message at once, before the next key: what is typed after ':' or enter belongs
// to the prompt or the screen that the key opens, however fast it is typed.
//
//go:noinline
func Cmd(m tea.Msg) tea.Cmd { return func() tea.Msg { return m } }

// Batch is tea.Batch for Cmds of which some may be ready: Settle sees into it.
func Batch(cmds ...tea.Cmd) tea.Cmd {
	var some tea.BatchMsg
	for _, c := range cmds {
		if c != nil {
			some = append(some, c)
		}
	}
	switch len(some) {
	case 0:
		return nil
	case 1:
		return some[0]
	}
	return Cmd(some)
}

// ready is where the code of Cmd's closure is; a closure made elsewhere has another.
// Cmd is never inlined, so there is one.
var ready = reflect.ValueOf(Cmd(nil)).Pointer()

// Settle takes the messages out of a Cmd that are ready now, in their order; rest
// is what may take its time and must run outside the event loop, or nil.
func Settle(c tea.Cmd) (now []tea.Msg, rest tea.Cmd) {
	if c == nil {
		return nil, nil
	}
	if reflect.ValueOf(c).Pointer() != ready {
		return nil, c
	}
	batch, ok := c().(tea.BatchMsg)
	if !ok {
		return []tea.Msg{c()}, nil
	}
	var left []tea.Cmd
	for _, one := range batch {
		more, later := Settle(one)
		now, left = append(now, more...), append(left, later)
	}
	return now, Batch(left...)
}
