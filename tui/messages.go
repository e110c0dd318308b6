package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/screen"
	"ecsole/tui/textview"
)

// messagesKept is how many messages of a session are kept.
const messagesKept = 500

// messages is what was said in this session. The messages screen reads it outside
// the event loop.
type messages struct {
	mu   sync.Mutex
	list []Message
}

func (m *messages) add(x Message) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.list) >= messagesKept {
		m.list = slices.Delete(m.list, 0, len(m.list)-messagesKept+1)
	}
	m.list = append(m.list, x)
}

func (m *messages) all() []Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.list)
}

// showMessages opens the screen with all messages and failed calls, the newest first.
func (m *Model) showMessages() tea.Cmd {
	if v, ok := m.top().(*textview.View); ok && v == m.log {
		return m.pop()
	}
	load := func(context.Context) (textview.Document, error) {
		return textview.Document{Text: messageText(append(m.messages.all(), m.o.Problems()...))}, nil
	}
	m.log = textview.New(textview.Options{
		Name: "messages", Load: load, Every: 2 * time.Second, Wrap: true, Empty: "Nothing was said in this session.",
		FileName: "messages.txt", Save: m.o.Save, Explain: m.o.Explain, Keymap: m.keys, Theme: m.theme, Now: m.o.Now,
	})
	return m.push(m.log)
}

// messageText lays messages out, newest first: time, level, class, operation and
// request id in columns, then what was said and what to do.
func messageText(list []Message) string {
	slices.SortStableFunc(list, func(a, b Message) int { return b.Time.Compare(a.Time) })
	class, op := 0, 0
	for _, x := range list {
		class, op = max(class, len(x.Class)), max(op, len(x.Op))
	}
	var b strings.Builder
	for _, x := range list {
		sign := [...]string{screen.Info: "›", screen.Warn: "!", screen.Error: "✗"}[min(max(x.Level, 0), screen.Error)]
		fmt.Fprintf(&b, "%s %s ", x.Time.UTC().Format("15:04:05Z"), sign)
		if class+op > 0 {
			fmt.Fprintf(&b, "%-*s  %-*s  ", class, x.Class, op, x.Op)
		}
		if x.Text != x.Class+": "+x.Op { // else it is said already
			b.WriteString(x.Text)
		}
		if x.RequestID != "" {
			fmt.Fprintf(&b, "\n            request %s", x.RequestID)
		}
		if x.Hint != "" {
			fmt.Fprintf(&b, "\n            → %s", x.Hint)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
