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

// Init opens the first screen and asks the terminal about its background.
func (m *Model) Init() tea.Cmd {
	return tea.Batch(tea.RequestBackgroundColor, m.push(m.o.Home()), m.clock())
}

// Update takes every message of the program.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return m, m.key(msg)
	case tea.PasteMsg:
		return m, m.paste(msg)
	case tea.MouseMsg:
		return m, m.mouseEvent(msg)
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		m.theme.SetDark(msg.IsDark())
	case tea.ColorProfileMsg:
		m.theme.SetProfile(msg.Profile)
	case tea.BlurMsg:
		m.blurred = true
		return m, m.tell(screen.Blurred{})
	case tea.FocusMsg:
		m.blurred = false
		return m, m.tell(screen.Focused{})
	case tick:
		return m, m.clock()
	case flashOver:
		m.flash.over(msg)
	case promptRest:
		if m.prompt != nil {
			return m, m.prompt.rested(msg)
		}
	case jobDone:
		return m, m.jobDone(msg)
	default:
		if cmd, ok := m.navigate(msg); ok {
			return m, cmd
		}
		return m, m.deliver(msg)
	}
	return m, nil
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
