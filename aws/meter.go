package aws

import "time"

// Meter counts the calls of one account.
type Meter struct{}

// OpStat is what one operation did so far.
type OpStat struct {
	Op        string        // "ecs:DescribeServices"
	Calls     int           // as the console made them
	Attempts  int           // as AWS saw them: Attempts - Calls is the number of retries
	Errors    int           // calls that failed in the end
	Throttles int           // attempts that AWS refused for their number
	Waiting   int           // attempts that wait for their turn right now
	P50, P95  time.Duration // of the latest attempts, without waiting for their turn
	Max       time.Duration
	CostUSD   float64 // an estimate
}

// Rate is the account's traffic in short.
type Rate struct {
	PerSecond float64 // attempts a second over the last ten seconds
	Throttled int     // refused attempts in the last minute
	Waiting   int     // attempts waiting for their turn right now
	CostUSD   float64 // estimated cost since the account was opened
}

// Stats lists the operations called so far, by name.
func (m *Meter) Stats() []OpStat { return nil }

// Rate is the traffic right now.
func (m *Meter) Rate() Rate { return Rate{} }

// Hosts lists the hosts contacted so far, sorted.
func (m *Meter) Hosts() []string { return nil }
