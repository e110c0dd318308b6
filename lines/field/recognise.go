package field

// Recognised is what a look at a line tells.
type Recognised struct {
	Level  Level
	Format Format
	// Body is where the message begins, after a time and a level at the front; 0
	// where there are none.
	Body int
	// Continued: the line looks like a part of the one before.
	Continued bool
	// Many: the text has line breaks inside.
	Many bool
}

// Recognise looks at one line.
func Recognise(text string) Recognised {
	return Recognised{}
}
