package world

import "time"

// Story is what is the matter with a service and its tasks.
type Story string

const (
	Steady     Story = "steady"
	BadDeploy  Story = "bad-deploy"       // a new revision crashes until the circuit breaker rolls it back
	Leak       Story = "leak"             // memory grows until the container is killed, exit 137
	Unhealthy  Story = "unhealthy-target" // tasks fail the load balancer's health checks and are replaced
	NoCapacity Story = "no-capacity"      // tasks find no container instance to run on
	Miner      Story = "miner"            // one task runs a crypto-miner; GuardDuty has found it
	ExecOff    Story = "exec-off"         // ECS Exec is not enabled
	AgentDown  Story = "agent-stopped"    // the exec agent of the tasks has stopped
	Failing    Story = "failing"          // a dependency times out: many 5xx, nothing restarts
	Rolling    Story = "rolling"          // is deployed again and again, and well
)

// App is what kind of program a service runs: the language of its logs, the
// processes in its containers, the shape of its load.
type App string

const (
	Web    App = "web"    // nginx: access log
	API    App = "api"    // Go: JSON lines
	Java   App = "java"   // Spring Boot: text with stack traces
	Node   App = "node"   // JSON lines (pino)
	Python App = "python" // text with tracebacks, gunicorn
	Worker App = "worker" // Python: takes jobs from a queue, serves nothing
	Cache  App = "cache"  // redis
	Daemon App = "daemon" // an agent on each instance
)

// Facts is what is true of one task from its start, so that its logs, metrics,
// findings and processes can be pure functions of (Seed, Facts, time) and agree.
type Facts struct {
	// RequestRate is the mean of requests (jobs, for a worker) per second.
	RequestRate float64
	// ErrorRate is the share of requests that fail, 0 to 1.
	ErrorRate float64
	// Latency is the median of a request's duration.
	Latency time.Duration
	// BaseCPU and BaseMemory are the usual use in per cent of the reservation.
	BaseCPU, BaseMemory float64
	// Container is the name of the application's own container.
	Container string

	Leak  *LeakFacts
	Crash *CrashFacts
	Miner *MinerFacts
	// Unhealthy is when the health check begins to fail; zero: never.
	Unhealthy time.Time
	// Dependency is what Failing tasks wait for in vain ("payments-db:5432").
	Dependency string
}

// LeakFacts: memory grows in a line from From per cent at Start to 100 at Full,
// when the kernel kills the container.
type LeakFacts struct {
	Start, Full time.Time
	From        float64
}

// CrashFacts: the container exits with Code at At, having logged Message. At is
// zero until the task runs.
type CrashFacts struct {
	At      time.Time
	Code    int
	Message string
}

// MinerFacts: a miner runs in the container since Since.
type MinerFacts struct {
	Since     time.Time
	Container string
	Process   string // "xmrig"
	Path      string // "/tmp/.x/xmrig"
	SHA256    string
	Pool      string // "pool.supportxmr.example:3333"
	PoolIP    string
	PID       int
}

// Incident is a story's trace that outlives its task: who looks at a finding later
// still learns which task it was.
type Incident struct {
	Story Story
	Task  *Task // as it was when the incident began
	Since time.Time
}
