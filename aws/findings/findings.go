// Package findings reads what GuardDuty has found: the findings themselves, and an
// index that puts them beside clusters, services and tasks.
package findings

import (
	"context"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/guardduty"

	"ecsole/aws"
)

// Client reads the findings of one account in one region.
type Client struct {
	api *sdk.Client
}

// New makes a client on the account's chain. It does no network.
func New(a *aws.Account) *Client { return &Client{api: sdk.NewFromConfig(a.Config())} }

// Finding is one finding of GuardDuty. The resource is what was there when it was
// found: a task lives shorter than its finding.
type Finding struct {
	ID, ARN, Type, Title, Description string
	Severity                          float64 // 1 to 10
	Label                             string  // LOW, MEDIUM, HIGH, CRITICAL
	Detector, Region, Account         string
	ResourceType                      string // ECSCluster, Instance, …
	ClusterARN, ClusterName           string
	ServiceName, TaskARN              string
	TaskDefinition                    string // ARN
	Container, Image                  string
	InstanceID                        string
	TaskARNs                          []string // of an attack sequence: all the tasks it touches
	Process                           *Process // of a runtime finding
	Signals                           []Signal // of an attack sequence
	Count                             int
	First, Last, Created, Updated     time.Time
	Raw                               []byte // JSON of the finding
}

// Process is what a runtime finding saw running.
type Process struct {
	Name, Path, SHA256, User string
	PID                      int
	Started                  time.Time
	Lineage                  []string // paths, the parent first
}

// Signal is one step of an attack sequence.
type Signal struct {
	Type, Name  string
	Severity    float64
	Count       int
	First, Last time.Time
}

// Label names the band of a severity (GuardDuty: 1–3, 4–6, 7–8, 9–10).
func Label(severity float64) string {
	switch {
	case severity >= 9:
		return "CRITICAL"
	case severity >= 7:
		return "HIGH"
	case severity >= 4:
		return "MEDIUM"
	case severity >= 1:
		return "LOW"
	}
	return ""
}

// State is whether the region is watched at all.
type State struct {
	Enabled   bool      // a detector exists and is enabled
	Unknown   bool      // a detector exists, but what it does could not be read
	Detectors []string  // ids
	Runtime   string    // RUNTIME_MONITORING: ENABLED, DISABLED, "" where unknown
	Fargate   string    // ECS_FARGATE_AGENT_MANAGEMENT
	EC2       string    // EC2_AGENT_MANAGEMENT
	Frequency string    // how often updates are published: FIFTEEN_MINUTES, ONE_HOUR, SIX_HOURS
	Since     time.Time // the detector's creation
}

// State asks whether GuardDuty watches this region. No detector is an answer, not
// an error.
func (c *Client) State(ctx context.Context) (State, error) { return c.state(ctx) }

// All lists the findings that are not archived, of any severity, newest update
// first. A region without a detector has none.
func (c *Client) All(ctx context.Context) aws.Pages[Finding] { return c.all(ctx) }
