package replay

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecsole/tui/clean"
	"ecsole/tui/keymap"
	"ecsole/tui/screen"
	"ecsole/tui/theme"
)

// Options say what is played.
type Options struct {
	Scope string // in the title: "checkout/3f2a91c0:app"
	// Load reads the recording, outside the event loop.
	Load    func(context.Context) (Recording, error)
	Context context.Context
	At      time.Duration // where to begin
	Speed   float64       // at first; 0 is as it was
	// Leave, where there is one, answers the back key.
	Leave   func() tea.Cmd
	Explain func(error) screen.Problem
	Keymap  *keymap.Map
	Theme   *theme.Theme
	Now     func() time.Time
}

const (
	frameEvery = 50 * time.Millisecond
	// pause is what is left of a longer one while pauses are cut short.
	pause       = 2 * time.Second
	loadTimeout = time.Minute
	findTimeout = 5 * time.Minute
)

// speeds are those that one can choose.
func speeds() []float64 { return []float64{0.25, 0.5, 1, 2, 4, 8, 16, 32, 64} }

// View is the screen that plays a recording.
type View struct {
	o    Options
	work *screen.Work

	mu     sync.Mutex // of player, which plays outside the event loop
	player *player

	rec     Recording
	loaded  bool
	failed  bool
	problem screen.Problem
	frame   frame
	at      time.Duration
	playing bool
	speed   int // of speeds
	short   bool
	ticked  time.Time // when at was moved on last
	clock   int
	hidden  bool

	pattern   *regexp.Regexp
	searched  string
	searching bool
	hits      []time.Duration
	history   []string

	top, left int // first row and column shown, where not all fit
	panned    bool
	width     int
	rows      int
}

// New makes the screen.
func New(o Options) *View {
	if o.Context == nil {
		o.Context = context.Background()
	}
	if o.Explain == nil {
		o.Explain = func(err error) screen.Problem { return screen.Problem{Text: err.Error()} }
	}
	if o.Keymap == nil {
		o.Keymap = keymap.Default()
	}
	if o.Theme == nil {
		o.Theme = theme.New(theme.Options{})
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	v := &View{o: o, work: screen.NewWork(o.Context), at: max(o.At, 0), playing: true, short: true}
	for i, s := range speeds() {
		if s <= max(o.Speed, 0.25) || o.Speed == 0 && s <= 1 {
			v.speed = i
		}
	}
	return v
}

// Init begins to read the recording.
func (v *View) Init() tea.Cmd {
	return screen.Do(v.work.Lane("load"), loadTimeout, v.o.Load)
}

// WorkID makes answers find the screen.
func (v *View) WorkID() screen.ID { return v.work.ID() }

// Close gives up what is under way.
func (v *View) Close() { v.work.Close() }

// Crumb is the screen's name.
func (v *View) Crumb() string { return "replay" }

// found is what a search has found.
type found struct {
	pattern *regexp.Regexp
	hits    []time.Duration
}

// Update takes answers and clocks.
func (v *View) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case screen.Result[Recording]:
		if screen.Current(v.work, msg) {
			return v.take(msg)
		}
	case screen.Result[frame]:
		if screen.Current(v.work, msg) {
			return v.show(msg)
		}
	case screen.Result[found]:
		if screen.Current(v.work, msg) {
			return v.found(msg)
		}
	case screen.Tick:
		if msg.Name == v.clockName() && v.playing && !v.hidden {
			return v.play()
		}
	case screen.Hidden:
		v.hidden = true
	case screen.Shown:
		v.hidden = false
		v.ticked = v.o.Now()
		return v.next()
	}
	return nil
}

// take begins with what was read.
func (v *View) take(r screen.Result[Recording]) tea.Cmd {
	if r.Err != nil {
		v.failed, v.problem = true, v.o.Explain(r.Err)
		return nil
	}
	v.loaded, v.rec = true, r.Value
	v.player = newPlayer(r.Value)
	return v.seek(v.at)
}

// seek shows a moment.
func (v *View) seek(to time.Duration) tea.Cmd {
	if !v.loaded {
		return nil
	}
	v.at = min(max(to, 0), v.rec.Length)
	v.ticked = v.o.Now()
	at, pattern, mark := v.at, v.pattern, theme.PenOf(v.o.Theme.Search.MatchHere).Paint
	return screen.Do(v.work.Lane("play"), loadTimeout, func(ctx context.Context) (frame, error) {
		v.mu.Lock()
		defer v.mu.Unlock()
		if err := v.player.seek(ctx, at); err != nil {
			return frame{}, err
		}
		return v.player.frame(pattern, mark), nil
	})
}

// show takes a moment's screen, and sets the clock for the next.
func (v *View) show(r screen.Result[frame]) tea.Cmd {
	if r.Err != nil {
		v.playing = false
		return screen.Cmd(screen.Flash{Level: screen.Error, Err: r.Err})
	}
	v.frame = r.Value
	if v.at >= v.rec.Length {
		v.playing = false
	}
	return v.next()
}

// clockName tells the newest clock from those before it.
func (v *View) clockName() string { return "frame " + strconv.Itoa(v.clock) }

func (v *View) next() tea.Cmd {
	if !v.playing || v.hidden || !v.loaded {
		return nil
	}
	v.clock++
	return v.work.Tick(v.clockName(), frameEvery)
}

// play moves on by what time has passed; a long pause is cut short.
func (v *View) play() tea.Cmd {
	to := v.at + time.Duration(float64(v.o.Now().Sub(v.ticked))*v.rate())
	if gap := v.frame.following - to; v.short && gap > pause {
		to = v.frame.following - pause
	}
	return v.seek(to)
}

func (v *View) rate() float64 { return speeds()[v.speed] }

// Back ends the search, then leaves.
func (v *View) Back() (bool, tea.Cmd) {
	switch {
	case v.searched != "":
		v.work.Lane("find").Cancel()
		v.searched, v.pattern, v.hits, v.searching = "", nil, nil, false
		return true, v.seek(v.at)
	case v.o.Leave != nil:
		return true, v.o.Leave()
	}
	return false, nil
}

// ask opens the search line.
func (v *View) ask() tea.Cmd {
	return screen.Cmd(screen.Prompt{
		Kind: screen.PromptSearch, Placeholder: "text that appears on the screen, or a regular expression; n N next, previous",
		History: func() []string { return v.history },
		Done:    v.search,
	})
}

// search looks for every moment at which a text appears.
func (v *View) search(text string) tea.Cmd {
	if text == "" || !v.loaded {
		return nil
	}
	v.history = append(v.history, text)
	v.searched, v.hits, v.searching = text, nil, true
	rec, pattern := v.rec, compiled(text)
	return screen.Do(v.work.Lane("find"), findTimeout, func(ctx context.Context) (found, error) {
		hits, err := find(ctx, rec, pattern)
		return found{pattern, hits}, err
	})
}

// compiled is a pattern as a regular expression, or letter by letter where it is none.
// In lower case it finds any case.
func compiled(text string) *regexp.Regexp {
	flags := "(?m)" // lines of the screen
	if text == strings.ToLower(text) {
		flags = "(?mi)"
	}
	if re, err := regexp.Compile(flags + text); err == nil {
		return re
	}
	return regexp.MustCompile(flags + regexp.QuoteMeta(text))
}

// found goes to the first find from here on.
func (v *View) found(r screen.Result[found]) tea.Cmd {
	v.searching = false
	if r.Err != nil {
		return screen.Cmd(screen.Flash{Level: screen.Error, Text: "the search was not finished", Err: r.Err})
	}
	v.pattern, v.hits = r.Value.pattern, r.Value.hits
	if len(v.hits) == 0 {
		return screen.Batch(v.seek(v.at), screen.Cmd(screen.Flash{Level: screen.Warn, Text: strconv.Quote(clean.Line(v.searched)) + " appears nowhere in this recording"}))
	}
	for _, at := range v.hits {
		if at >= v.at {
			return v.stop(at)
		}
	}
	return v.stop(v.hits[0])
}

// stop shows a moment and stays there.
func (v *View) stop(at time.Duration) tea.Cmd {
	v.playing, v.panned = false, false
	return v.seek(at)
}

// step goes to the next find in a direction.
func (v *View) step(by int) tea.Cmd {
	to := time.Duration(-1)
	for _, at := range v.hits {
		if by > 0 && at > v.at {
			to = at
			break
		}
		if by < 0 && at < v.at {
			to = at
		}
	}
	if to < 0 {
		return screen.Cmd(screen.Flash{Level: screen.Warn, Text: "there is no match to go to in this direction"})
	}
	return v.stop(to)
}
