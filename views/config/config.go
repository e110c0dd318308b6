// Package config is the user's configuration: its YAML form, defaults, validation
// and the places of files. It imports nothing of ours.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"time"

	"go.yaml.in/yaml/v3"
)

// Config is config.yaml. The zero value of a field means its default.
type Config struct {
	// RefreshRate is the clock of a list, in seconds; at least 2.
	RefreshRate int    `yaml:"refreshRate,omitempty"`
	ReadOnly    bool   `yaml:"readOnly,omitempty"`
	DefaultView string `yaml:"defaultView,omitempty"`
	Profile     string `yaml:"profile,omitempty"`
	Region      string `yaml:"region,omitempty"`
	UI          UI     `yaml:"ui,omitempty"`
	// Production marks accounts that want care.
	Production Production `yaml:"production,omitempty"`
	// Accounts gives account ids a name to show: "123456789012": shop-prod.
	Accounts map[string]string `yaml:"accounts,omitempty"`
	// Profiles holds settings of single profiles.
	Profiles map[string]Profile `yaml:"profiles,omitempty"`
	// Keys changes bindings: an action's name and its keys.
	Keys map[string][]string `yaml:"keys,omitempty"`
	// Aliases adds words to the command line: "api: services prod /api".
	Aliases map[string]string `yaml:"aliases,omitempty"`
	// Favorites are the clusters on the keys 1 to 9.
	Favorites []string `yaml:"favorites,omitempty"`
	Logs      Logs     `yaml:"logs,omitempty"`
	Exec      Exec     `yaml:"exec,omitempty"`
	Forward   Forward  `yaml:"forward,omitempty"`
	Copy      Copy     `yaml:"copy,omitempty"`
	// JournalPath moves the audit journal.
	JournalPath string `yaml:"journalPath,omitempty"`
	SaveDir     string `yaml:"saveDir,omitempty"`
}

// UI is how things look.
type UI struct {
	EnableMouse bool   `yaml:"enableMouse,omitempty"`
	Headless    bool   `yaml:"headless,omitempty"`
	Crumbsless  bool   `yaml:"crumbsless,omitempty"`
	Theme       string `yaml:"theme,omitempty"` // auto, dark, light, ansi
}

// Profile holds what is set for one AWS profile alone.
type Profile struct {
	ReadOnly   *bool `yaml:"readOnly,omitempty"`
	Production *bool `yaml:"production,omitempty"`
}

// Production says which profiles, aliases and accounts are production: those that
// match Match and do not match Except. Both are regular expressions, in any case.
type Production struct {
	Match  string `yaml:"match,omitempty"`
	Except string `yaml:"except,omitempty"`
}

// Logs configures the log view.
type Logs struct {
	BudgetMB  int  `yaml:"budgetMB,omitempty"`
	Tail      int  `yaml:"tail,omitempty"`      // lines read before following
	Wrap      bool `yaml:"wrap,omitempty"`      // wrap long lines at first
	ShowTime  bool `yaml:"showTime,omitempty"`  // timestamps at first
	LocalTime bool `yaml:"localTime,omitempty"` // local time instead of UTC
}

// Exec configures shells.
type Exec struct {
	Command string `yaml:"command,omitempty"` // instead of bash if there, else sh
	Escape  string `yaml:"escape,omitempty"`  // "~" or "^]"
	// Record says what becomes of each shell: "on" records it and warns where that
	// fails, "required" refuses a shell that cannot be recorded, "off" records none.
	Record         string `yaml:"record,omitempty"`
	RecordInput    bool   `yaml:"recordInput,omitempty"`    // also what is typed without an echo
	RecordMask     bool   `yaml:"recordMask,omitempty"`     // hide what looks like a secret
	RecordLimitMB  int    `yaml:"recordLimitMB,omitempty"`  // of one recording: 64; -1 is none
	RecordKeepDays int    `yaml:"recordKeepDays,omitempty"` // 90; -1 is for ever
}

// Forward configures forwarded ports.
type Forward struct {
	Allow   *bool  `yaml:"allow,omitempty"`   // false forbids them
	Address string `yaml:"address,omitempty"` // to listen on: 127.0.0.1
	Follow  bool   `yaml:"follow,omitempty"`  // proposed: move with the service to another task
}

// Allowed reports whether ports may be forwarded.
func (f Forward) Allowed() bool { return f.Allow == nil || *f.Allow }

// Copy configures copies of files to and from containers.
type Copy struct {
	LimitMB int `yaml:"limitMB,omitempty"` // above it is asked
}

// Limit is the size in bytes above which is asked.
func (c Copy) Limit() int64 { return int64(c.LimitMB) << 20 }

// Shipped defaults of the production mark.
const (
	ProductionMatch  = `(^|[^a-z])(prod|prd|production|live)([^a-z]|$)`
	ProductionExcept = `(non|pre)[^a-z]?(prod|prd)`
)

// Load reads the file at path; a file that is not there is the default. Unknown
// keys and values that make no sense are errors that name the line or the key.
func Load(path string) (Config, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return Parse(nil)
	}
	if err != nil {
		return Config{}, err
	}
	c, err := Parse(b)
	if err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// Parse reads a configuration from YAML.
func Parse(b []byte) (Config, error) {
	var c Config
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return Config{}, explain(b, err)
	}
	if err := c.fill(); err != nil {
		return Config{}, err
	}
	return c, nil
}

func (c *Config) fill() error {
	if c.RefreshRate == 0 {
		c.RefreshRate = 5
	}
	if c.RefreshRate < 2 {
		return fmt.Errorf("refreshRate: %d is less than 2 seconds", c.RefreshRate)
	}
	if c.DefaultView == "" {
		c.DefaultView = "clusters"
	}
	if c.Production.Match == "" {
		c.Production.Match = ProductionMatch
	}
	if c.Production.Except == "" {
		c.Production.Except = ProductionExcept
	}
	for key, p := range map[string]string{"match": c.Production.Match, "except": c.Production.Except} {
		if _, err := regexp.Compile("(?i)" + p); err != nil {
			return fmt.Errorf("production.%s: %w", key, err)
		}
	}
	switch c.UI.Theme {
	case "", "auto", "dark", "light", "ansi":
	default:
		return fmt.Errorf("ui.theme: %q is none of auto, dark, light, ansi", c.UI.Theme)
	}
	switch c.Exec.Record {
	case "":
		c.Exec.Record = "on"
	case "on", "off", "required":
	default:
		return fmt.Errorf("exec.record: %q is none of on, off, required", c.Exec.Record)
	}
	if c.Exec.RecordLimitMB < -1 || c.Exec.RecordKeepDays < -1 {
		return errors.New("exec: recordLimitMB and recordKeepDays are -1 or more")
	}
	if c.Forward.Address == "" {
		c.Forward.Address = "127.0.0.1"
	}
	if c.Forward.Address != "localhost" && net.ParseIP(c.Forward.Address) == nil {
		return fmt.Errorf("forward.address: %q is no IP address", c.Forward.Address)
	}
	if c.Copy.LimitMB == 0 {
		c.Copy.LimitMB = 100
	}
	if c.Copy.LimitMB < 0 {
		return errors.New("copy.limitMB cannot be negative")
	}
	if len(c.Favorites) > 9 {
		return fmt.Errorf("favorites: %d clusters, but there are nine keys", len(c.Favorites))
	}
	if c.Logs.BudgetMB == 0 {
		c.Logs.BudgetMB = 256
	}
	if c.Logs.BudgetMB < 0 || c.Logs.Tail < 0 {
		return errors.New("logs: budgetMB and tail cannot be negative")
	}
	if c.Logs.Tail == 0 {
		c.Logs.Tail = 100
	}
	return nil
}

// Refresh is the clock of a list.
func (c Config) Refresh() time.Duration { return time.Duration(c.RefreshRate) * time.Second }

// IsProduction reports whether a profile, alias or account is marked as production.
func (c Config) IsProduction(profile, alias, account string) bool {
	if p, ok := c.Profiles[profile]; ok && p.Production != nil {
		return *p.Production
	}
	match, err := regexp.Compile("(?i)" + c.Production.Match)
	if err != nil {
		return true // fail safe: an unreadable pattern must not hide production
	}
	except, err := regexp.Compile("(?i)" + c.Production.Except)
	for _, name := range []string{profile, alias, account} {
		if name != "" && match.MatchString(name) && (err != nil || c.Production.Except == "" || !except.MatchString(name)) {
			return true
		}
	}
	return false
}

// MayBeProduction is IsProduction where the account is not known yet: it may be any of
// those that the configuration names.
func (c Config) MayBeProduction(profile string) bool {
	if p, ok := c.Profiles[profile]; ok && p.Production != nil {
		return *p.Production
	}
	for account, alias := range c.Accounts {
		if c.IsProduction("", alias, account) {
			return true
		}
	}
	return c.IsProduction(profile, "", "")
}

// IsReadOnly reports whether a profile is to be opened read-only.
func (c Config) IsReadOnly(profile string) bool {
	if p, ok := c.Profiles[profile]; ok && p.ReadOnly != nil {
		return *p.ReadOnly
	}
	return c.ReadOnly
}
