package keymap

// Scope is where a binding is live. Bindings of one scope must not share a key.
type Scope int

const (
	Global Scope = 1 << iota // everywhere; a screen's own key comes first
	Nav                      // moving about in any screen
	Table                    // any list
	Row                      // acts on rows: which kinds offer them is the kinds' affair
	Text                     // describe, raw, help and other texts
	Logs                     // log views
	Replay                   // recordings of shells
	Query                    // Logs Insights: a text, and a table of what it found
	Any    = Nav | Table | Row | Text | Logs | Replay | Query
)

// Binding is one line of the table: an action's name and its default keys.
type Binding struct {
	Name  string
	Keys  []string // as tea.KeyPressMsg.String() spells them; the first is shown
	Scope Scope
	Help  string
}

// defaults is the one table of names and keys, with k9s letters. A letter may
// mean different things in Row, since a kind offers only some of them.
func defaults() []Binding {
	b := func(scope Scope, name, help string, keys ...string) Binding {
		return Binding{Name: name, Keys: keys, Scope: scope, Help: help}
	}
	return []Binding{
		b(Global, "command", "Type a command", ":"),
		b(Global, "help", "Show all keys", "?", "f1"),
		b(Global, "back", "Go back", "esc", "q"),
		b(Global, "quit", "Quit", "ctrl+c"),
		b(Global, "messages", "Show messages and errors", "!"),
		b(Global, "history.back", "Run the command before", "["),
		b(Global, "history.forward", "Run the command after", "]"),
		b(Global, "history.last", "Run the last command again", "-"),
		b(Global, "aliases", "List commands and aliases", "ctrl+a"),
		b(Global, "header", "Show or hide the header", "ctrl+e"),
		b(Global, "crumbs", "Show or hide the crumbs", "ctrl+g"),
		b(Global, "redraw", "Draw the screen afresh", "ctrl+l"),
		b(Global, "mouse", "Switch the mouse on or off", "alt+m"),

		b(Nav, "up", "Up", "k", "up"),
		b(Nav, "down", "Down", "j", "down"),
		b(Nav, "top", "To the top", "g", "home"),
		b(Nav, "bottom", "To the bottom", "G", "end"),
		b(Nav, "page.up", "Page up", "ctrl+b", "pgup"),
		b(Nav, "page.down", "Page down", "ctrl+f", "pgdown"),
		b(Nav, "left", "Left", "left"),
		b(Nav, "right", "Right", "right"),

		b(Table|Query, "enter", "Open the row", "enter"),
		b(Table, "mark", "Mark the row", "space"),
		b(Table, "mark.range", "Mark from the nearest mark to here", "ctrl+space"),
		b(Table, "mark.clear", "Clear all marks", `ctrl+\`),
		b(Table, "wide", "Show or hide wide columns", "ctrl+w"),
		b(Table, "faults", "Show only faulty rows", "ctrl+z"),
		b(Table, "sort.name", "Sort by name", "N"),
		b(Table, "sort.age", "Sort by age", "A"),
		b(Table, "sort.status", "Sort by status", "S"),
		b(Table|Query, "sort.previous", "Pick the column to the left", "shift+left"),
		b(Table|Query, "sort.next", "Pick the column to the right", "shift+right"),
		b(Table|Query, "sort.column", "Sort by the picked column", "O"),
		b(Table, "warp", "Go to the row's scope", "w"),
		b(Table, "scope.all", "All scopes", "0"),
		b(Table, "scope.1", "First favourite scope", "1"),
		b(Table, "scope.2", "Second favourite scope", "2"),
		b(Table, "scope.3", "Third favourite scope", "3"),
		b(Table, "scope.4", "Fourth favourite scope", "4"),
		b(Table, "scope.5", "Fifth favourite scope", "5"),
		b(Table, "scope.6", "Sixth favourite scope", "6"),
		b(Table, "scope.7", "Seventh favourite scope", "7"),
		b(Table, "scope.8", "Eighth favourite scope", "8"),
		b(Table, "scope.9", "Ninth favourite scope", "9"),
		b(Table|Logs|Query, "filter", "Filter", "/"),
		b(Table|Text|Logs|Query, "copy", "Copy", "c"),
		b(Table|Text|Logs|Query, "save", "Save to a file", "ctrl+s"),
		b(Table|Text|Logs, "refresh", "Refresh now", "ctrl+r"),

		b(Row, "describe", "Describe", "d"),
		b(Row, "raw", "Show the raw answer", "y"),
		b(Row, "edit", "Edit", "e"),
		b(Row, "delete", "Delete", "ctrl+d"),
		b(Row, "stop", "Stop", "ctrl+k"),
		b(Row, "logs", "Logs", "l"),
		b(Row|Logs, "logs.previous", "Logs of what ran before", "p"),
		b(Row, "shell", "Shell", "s"),
		b(Row, "shell.command", "Shell with another command", "alt+s"),
		b(Row, "command.run", "Run one command", "x"),
		b(Row, "replay", "Play the recording", "r"),
		b(Row, "doctor", "Examine why no shell opens", "D"),
		b(Row, "attach", "Attach", "a"),
		b(Row, "forward", "Forward a port", "F"),
		b(Row, "forwards", "Show forwards", "f"),
		b(Row, "transfer", "Copy files to or from a container", "t"),
		b(Row, "transfer.task", "Copy files to or from a container of a task", "ctrl+t"),
		b(Row, "owner", "Go to the owner", "J"),
		b(Row, "host", "Go to the host", "o"),
		b(Row, "used-by", "Who uses it", "u"),
		b(Row, "scale", "Scale", "s"),
		b(Row, "restart", "Restart", "r"),
		b(Row, "image", "Set the image", "i"),
		b(Row, "revisions", "Revisions", "z"),
		b(Row, "rollback", "Roll back", "ctrl+l"),
		b(Row, "findings", "Findings", "v"),
		b(Row, "toggle", "Switch between the states shown", "t"),

		b(Text, "text.left", "Scroll left", "h", "left"),
		b(Text, "text.right", "Scroll right", "l", "right"),
		b(Text|Replay, "search", "Search", "/"),
		b(Text|Logs|Replay, "search.next", "Next match", "n"),
		b(Text|Logs|Replay, "search.previous", "Previous match", "N"),
		b(Text|Logs, "wrap", "Wrap long lines", "w"),
		b(Text|Logs, "fullscreen", "Full screen", "f"),
		b(Text, "unmask", "Show or hide secrets", "M"),
		b(Text, "doctor.fix", "Copy a fix", "y"),
		b(Text, "auto-refresh", "Refresh by itself", "r"),
		b(Text, "section.next", "Next section", "tab"),
		b(Text, "section.previous", "Section before", "shift+tab"),

		b(Replay, "replay.play", "Play or pause", "space"),
		b(Replay, "replay.back", "5 seconds back", "left"),
		b(Replay, "replay.forward", "5 seconds forward", "right"),
		b(Replay, "replay.slower", "Slower", "<"),
		b(Replay, "replay.faster", "Faster", ">"),
		b(Replay, "replay.step", "To the next output", "."),
		b(Replay, "replay.pauses", "Cut long pauses short, or not", "p"),
		b(Replay, "replay.left", "Columns to the left", "h"),
		b(Replay, "replay.right", "Columns to the right", "l"),

		b(Logs, "log.tail", "The newest lines", "0"),
		b(Logs, "log.head", "The oldest lines", "1"),
		b(Logs, "log.1m", "The last minute", "2"),
		b(Logs, "log.5m", "The last 5 minutes", "3"),
		b(Logs, "log.15m", "The last 15 minutes", "4"),
		b(Logs, "log.30m", "The last 30 minutes", "5"),
		b(Logs, "log.1h", "The last hour", "6"),
		b(Logs, "log.follow", "Follow new lines", "s"),
		b(Logs, "log.timestamps", "Show timestamps", "t"),
		b(Logs, "log.ruler", "Draw a mark line", "m"),
		b(Logs, "log.clear", "Clear the view", "C"),
		b(Logs, "log.lock", "Keep the sideways position", "L"),
		b(Logs, "log.all", "All sources", "a"),
		b(Logs, "log.left", "Scroll left", "h"),
		b(Logs, "log.right", "Scroll right", "l"),
		b(Logs, "log.open", "Open the event whole", "enter"),
		b(Logs, "log.level", "All levels, warnings, errors", "e"),
		b(Logs, "log.exclude", "Leave lines out", "x"),
		b(Logs, "log.unfilter", "Take off the last filter", "backspace"),
		b(Logs, "log.filters", "Choose a filter to take off", "X"),
		b(Logs, "log.context", "Lines around matches", "o"),
		b(Logs, "log.fold", "Fold repeats and stack traces", "z"),
		b(Logs, "log.raw", "Lines as they were written", "r"),
		b(Logs, "log.colors", "Colours of the application", "A"),
		b(Logs, "log.unmask", "Show or hide secrets", "M"),
		b(Logs, "log.fields", "Fields as columns", "v"),
		b(Logs, "log.patterns", "Lines by pattern", "P"),
		b(Logs, "log.range", "Read a range of time", "R"),
		b(Logs, "log.jump", "Jump to a time", "@"),
		b(Logs, "log.older", "Far up, and older lines", "{"),
		b(Logs, "log.newer", "Far down", "}"),
		b(Logs, "log.histogram", "Histogram", "H"),
		b(Logs, "log.bar-left", "Histogram: bar before", "<"),
		b(Logs, "log.bar-right", "Histogram: next bar", ">"),
		b(Logs, "log.select", "Select lines", "space"),
		b(Logs, "log.live", "Live Tail", "T"),
		b(Logs, "log.link", "Copy the link to a line", "y"),
		b(Text, "log.copy-message", "Copy the message", "m"),
		b(Logs, "log.save-json", "Save as JSON lines", "S"),
		b(Logs, "log.query", "Logs Insights", "I"),
		b(Query, "insights.run", "Run the query", "ctrl+r", "r"),
		b(Query, "insights.stop", "Stop the query", "ctrl+x", "x"),
		b(Query, "insights.edit", "Edit the query", "e", "i"),
		b(Query, "insights.groups", "Choose the log groups", "ctrl+o", "L"),
		b(Query, "insights.range", "Choose the range of time", "ctrl+t", "R"),
		b(Query, "insights.history", "Queries asked before", "ctrl+p", "P"),
		b(Query, "insights.saved", "Queries saved in the account", "ctrl+y", "Q"),
		b(Query, "insights.chart", "Chart", "H"),
		b(Query, "insights.unmask", "Show or hide secrets", "M"),
		b(Logs, "log.pager", "Open in $PAGER", "V"),
		b(Logs, "log.editor", "Open in $EDITOR", "E"),
	}
}
