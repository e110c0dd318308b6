package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"
	"github.com/dustin/go-humanize"

	"ecsole/tui/screen"
)

// oscLimit is what terminals are known to take by OSC 52 at least: xterm's limit
// for one sequence is 100,000 bytes, of which base64 leaves three quarters.
const oscLimit = 74_000

// copy puts a text on the clipboard.
func (m *Model) copy(c screen.Copy) tea.Cmd {
	f := screen.Flash{Text: c.What + " copied"}
	if n := len(c.Text); n > 200 {
		f.Text += fmt.Sprintf(" (%s)", humanize.IBytes(uint64(n)))
		if n > oscLimit && m.o.CopyNative == nil {
			f.Level = screen.Warn
			f.Text += ": more than some terminals take"
		}
	}
	return screen.Batch(m.say(f), tea.SetClipboard(c.Text), func() tea.Msg {
		if m.o.Copied != nil { // first: the machine's clipboard may take its time
			m.o.Copied(c)
		}
		if m.o.CopyNative != nil {
			if err := m.o.CopyNative(c.Text); err != nil {
				return screen.Flash{Level: screen.Warn, Text: c.What + " copied, if the terminal takes it; this machine's clipboard: " + err.Error()}
			}
		}
		return nil
	})
}
