package aws

import "time"

// Problem is a call that failed, and when.
type Problem struct {
	Time  time.Time
	Error *Error
}

// Problems is a ring of the latest failed calls.
type Problems struct{}

// Recent lists the latest problems, the newest first.
func (p *Problems) Recent() []Problem { return nil }

// Count is the number of failed calls since the account was opened.
func (p *Problems) Count() int { return 0 }
