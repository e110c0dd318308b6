package config

import (
	"os"
	"path/filepath"

	"github.com/adrg/xdg"
)

// Paths says where the console keeps its files. With ECSOLE_CONFIG_DIR set, all of
// them are in that one directory.
type Paths struct {
	Config string // directory of config.yaml
	Data   string // journal, recordings, history, and what the user was told once: what must not be lost
	State  string // log file, saved tables and logs
}

// DefaultPaths follows the XDG base directories (on macOS their Library homes).
func DefaultPaths() Paths {
	if dir := os.Getenv("ECSOLE_CONFIG_DIR"); dir != "" {
		return Paths{Config: dir, Data: dir, State: dir}
	}
	return Paths{
		Config: filepath.Join(xdg.ConfigHome, "ecsole"),
		Data:   filepath.Join(xdg.DataHome, "ecsole"),
		State:  filepath.Join(xdg.StateHome, "ecsole"),
	}
}

// ConfigFile is the main configuration file.
func (p Paths) ConfigFile() string { return filepath.Join(p.Config, "config.yaml") }

// Journal is the audit journal.
func (p Paths) Journal() string { return filepath.Join(p.Data, "journal.jsonl") }

// Recordings is the directory of recorded shells.
func (p Paths) Recordings() string { return filepath.Join(p.Data, "recordings") }

// History is the file of past commands.
func (p Paths) History() string { return filepath.Join(p.Data, "history") }

// Told is the file that is there once the user has been told what a forward is.
func (p Paths) Told() string { return filepath.Join(p.Data, "forward-told") }

// Queries is the file of past queries to Logs Insights.
func (p Paths) Queries() string { return filepath.Join(p.Data, "queries.jsonl") }

// Log is the console's own log file.
func (p Paths) Log() string { return filepath.Join(p.State, "ecsole.log") }

// Crashes is the directory of reports on the console's own defects.
func (p Paths) Crashes() string { return filepath.Join(p.State, "crashes") }

// Saves is the directory that saved tables, texts and logs go to.
func (p Paths) Saves() string { return filepath.Join(p.State, "saves") }
