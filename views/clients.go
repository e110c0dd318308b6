package views

import (
	"fmt"
	"strings"

	"ecsole/aws"
	"ecsole/aws/doctor"
	"ecsole/aws/ecs"
	"ecsole/aws/exec"
	"ecsole/aws/exec/forward"
	"ecsole/aws/findings"
	"ecsole/aws/logs"
	"ecsole/aws/metrics"
	"ecsole/lines"
	"ecsole/views/config"
)

// Clients reach one account in one region.
type Clients struct {
	Account  *aws.Account
	ECS      *ecs.Client
	Metrics  *metrics.Client
	Findings *findings.Watcher
	Alerts   *findings.Client
	Logs     *logs.Hub
	Exec     *exec.Sessions
	Forwards *forward.Forwards
	Doctor   *doctor.Client
	memo     *memo
	asked    string // the region that the account was opened with
	profiles func() ([]aws.Profile, error)
	aliases  map[string]string  // the configuration's names of accounts, by id
	shells   func() []shell     // of all accounts of this run; nil outside the console
	forwards func() []forwarded // likewise
	errands  *errands           // of this run; nil outside the console
}

// NewClients makes the clients of an account. They do no network until used, but
// for the watcher of findings, which begins to poll. Profiles lists the AWS
// configuration's profiles; budget is what the log lines of all accounts share (nil:
// one of its own, of the default size).
func NewClients(a *aws.Account, profiles func() ([]aws.Profile, error), budget *lines.Budget) Clients {
	return Clients{
		Account: a, ECS: ecs.New(a), Metrics: metrics.New(a), Findings: findings.Watch(a), Alerts: findings.New(a),
		Logs: logs.HubOf(a, budget), Exec: exec.Of(a), Doctor: doctor.New(a), Forwards: forward.Of(a), memo: newMemo(), profiles: profiles,
	}
}

// Naming gives the clients the configuration's names of accounts, by id.
func (c Clients) Naming(aliases map[string]string) Clients {
	c.aliases = aliases
	return c
}

// place is where something happens, as dialogs and jobs name it.
type place struct {
	profile, account, alias, region, endpoint string
	production                                bool
	// guarded places want their name typed before an act: production, and what may
	// turn out to be.
	guarded bool
}

func (c Clients) where(cfg config.Config) place {
	p := place{profile: c.Account.Profile(), region: c.Account.Region(), endpoint: c.Account.Endpoint()}
	if id, ok := c.Account.KnownIdentity(); ok {
		p.account = id.Account
		p.alias = cfg.Accounts[id.Account]
	}
	p.production = c.memo.isProduction(cfg, p)
	p.guarded = p.production || p.account == "" && cfg.MayBeProduction(p.profile)
	return p
}

// String names profile, account, alias and region.
func (p place) String() string {
	parts := []string{orDefault(p.account, "not known yet")}
	if p.alias != "" {
		parts[0] += " (" + p.alias + ")"
	}
	parts = append(parts, "region "+p.region, "profile "+orDefault(p.profile, "default"))
	if p.endpoint != "" {
		parts = append(parts, "endpoint "+p.endpoint)
	}
	return strings.Join(parts, " · ")
}

// short is the place in a few words, for the jobs line.
func (p place) short() string {
	return fmt.Sprintf("%s/%s", orDefault(p.alias, orDefault(p.profile, p.account)), p.region)
}

// banner is the place at the head of a shell, where a line has little room.
func (p place) banner() string {
	text := orDefault(p.alias, orDefault(p.account, p.profile)) + " " + p.region
	if p.production {
		text = "PRODUCTION " + text
	}
	return text
}

// token is what has to be typed in production.
func (p place) token() string { return orDefault(p.alias, orDefault(p.profile, p.account)) }

// Problem says in one line what went wrong and what to do.
func Problem(err error) string { return problem(err) }
