package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/keymap"
	"ecsole/tui/screen"
	"ecsole/tui/textview"
	"ecsole/tui/theme"
)

// Model is the shell. It is a tea.Model; all of it runs on the event loop.
type Model struct {
	o     Options
	theme *theme.Theme
	keys  *keymap.Map

	width, height int
	blurred       bool // the terminal has not the focus
	mouse         bool
	compact       bool // header in one line
	noCrumbs      bool
	quitting      bool

	stack    []screen.Screen // the last one is on top
	overlays []*overlay
	returned surprise // the screen came back by itself
	prompt   *prompt
	history  history
	flash    flash
	messages *messages
	log      *textview.View // the messages screen, when it was last open
	jobs     jobs
	globals  []screen.Action
	drawn    drawn
}

// New makes the shell; Home is opened when the program starts.
func New(o Options) *Model {
	o = o.withDefaults()
	m := &Model{
		o: o, theme: o.Theme, keys: o.Keymap, mouse: o.Mouse, compact: o.Compact, noCrumbs: o.NoCrumb,
		history: newHistory(o.History), messages: &messages{},
	}
	m.globals = m.globalActions()
	return m
}

// Program is m on a terminal. It draws at most 120 times a second: at Bubble Tea's
// usual 60 a key would wait up to 17 ms for its frame.
func Program(m *Model, options ...tea.ProgramOption) *tea.Program {
	return tea.NewProgram(m, append([]tea.ProgramOption{tea.WithFPS(120)}, options...)...)
}

// Init opens the first screen and asks the terminal about its background.
func (m *Model) Init() tea.Cmd {
	return screen.Batch(tea.RequestBackgroundColor, m.push(m.o.Home()), m.clock())
}

// Update takes every message of the program, and at once whatever follows from it
// and is ready: nothing typed later can come in between.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	ready, rest := screen.Settle(m.update(msg))
	for turns := 0; len(ready) > 0; turns++ {
		next := ready[0]
		if turns >= maxTurns {
			rest = screen.Batch(rest, screen.Cmd(next))
			ready = ready[1:]
			continue
		}
		more, cmd := screen.Settle(m.update(next))
		ready, rest = append(ready[1:], more...), screen.Batch(rest, cmd)
	}
	return m, rest
}

// maxTurns bounds how many messages one message may bring forth at once; the rest
// come by way of the event loop.
const maxTurns = 64

func (m *Model) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return m.key(msg)
	case tea.PasteMsg:
		return m.paste(msg)
	case tea.MouseMsg:
		return m.mouseEvent(msg)
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		m.theme.SetDark(msg.IsDark())
	case tea.ColorProfileMsg:
		m.theme.SetProfile(msg.Profile)
	case tea.BlurMsg:
		m.blurred = true
		return m.tell(screen.Blurred{})
	case tea.FocusMsg:
		m.blurred = false
		return m.tell(screen.Focused{})
	case tick:
		return m.clock()
	case flashOver:
		m.flash.over(msg)
	case promptRest:
		if m.prompt != nil {
			return m.prompt.rested(msg)
		}
	case jobDone:
		return m.jobDone(msg)
	default:
		if cmd, ok := m.navigate(msg); ok {
			return cmd
		}
		return m.deliver(msg)
	}
	return nil
}

// navigate does what screens ask of the shell.
func (m *Model) navigate(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case screen.Push:
		return m.push(msg.Screen), true
	case screen.Pop:
		return m.pop(), true
	case screen.Replace:
		return m.replace(msg.Screen), true
	case screen.Reset:
		return m.reset(msg.Screen), true
	case screen.Quit:
		return m.quit(), true
	case screen.Help:
		return m.help(), true
	case screen.Flash:
		return m.say(msg), true
	case screen.Ask:
		return m.ask(msg), true
	case screen.Prompt:
		m.prompt = newPrompt(msg, m.top())
		return nil, true
	case screen.Copy:
		return m.copy(msg), true
	case screen.Start:
		return m.start(msg.Job), true
	}
	return nil, false
}

// tick is the shell's own clock: it only makes the header and the jobs line be
// drawn again.
type tick struct{}

func (m *Model) clock() tea.Cmd {
	every := time.Second
	if m.blurred {
		every = 5 * time.Second
	}
	return tea.Tick(every, func(time.Time) tea.Msg { return tick{} })
}
