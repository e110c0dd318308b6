package views

import (
	"fmt"
	"strings"
	"time"

	"ecsole/aws"
	"ecsole/tui"
	"ecsole/tui/clean"
	"ecsole/tui/screen"
)

// header is what is always in sight: which account this is, with whose rights, and
// how it fares. It reads snapshots only.
func (a *App) header() tui.HeaderInfo {
	on := a.on
	p := on.where(a.cfg)
	id, known := on.Account.KnownIdentity()
	account := "…"
	if known {
		account = id.Account
		if p.alias != "" {
			account += " (" + p.alias + ")"
		}
	}
	rows := []tui.HeaderRow{
		{Label: "Profile:", Value: clean.Line(orDefault(p.profile, "default"))},
		{Label: "Account:", Value: clean.Line(account)},
		{Label: "Region:", Value: clean.Line(p.region)},
		{Label: "Identity:", Value: clean.Line(identityName(id))},
		credentialRow(on.Account.Credentials(), a.now()),
		rateRow(on.Account.Meter().Rate()),
	}
	h := tui.HeaderInfo{Rows: rows, WindowTitle: "ecsole " + orDefault(p.alias, orDefault(p.profile, p.account)) + " " + p.region}
	if p.production {
		h.Marks = append(h.Marks, tui.HeaderMark{Text: "PRODUCTION", Kind: tui.MarkProduction})
	}
	if on.Account.ReadOnly() {
		h.Marks = append(h.Marks, tui.HeaderMark{Text: "[read-only]", Kind: tui.MarkLocked})
	} else {
		h.Marks = append(h.Marks, tui.HeaderMark{Text: "[RW]", Kind: tui.MarkWrite})
	}
	if p.endpoint != "" {
		h.Marks = append(h.Marks, tui.HeaderMark{Text: "ENDPOINT " + clean.Line(p.endpoint) + " (not AWS)", Kind: tui.MarkForeign})
	}
	if a.o.Journal != nil && a.o.Journal.Incident() != "" {
		h.Marks = append(h.Marks, tui.HeaderMark{Text: "INCIDENT " + clean.Line(a.o.Journal.Incident()), Kind: tui.MarkWrite})
	}
	if text := a.live(); text != "" {
		h.Marks = append(h.Marks, tui.HeaderMark{Text: "⇄ " + text, Kind: tui.MarkNote})
	}
	h.Banner, h.BannerLevel = a.banner()
	return h
}

// identityName is the end of the ARN: user/ann, assumed-role/ops/ann.
func identityName(id aws.Identity) string {
	if id.ARN == "" {
		return "…"
	}
	parts := strings.SplitN(id.ARN, ":", 6)
	return parts[len(parts)-1]
}

func credentialRow(c aws.CredentialState, now time.Time) tui.HeaderRow {
	r := tui.HeaderRow{Label: "Creds:", Value: "…"}
	switch c.Kind {
	case aws.CredentialsValid:
		r.Value, r.Level = "valid", tui.Good
		if !c.Expires.IsZero() {
			r.Value = "valid " + short(c.Expires.Sub(now))
		}
	case aws.CredentialsExpiring:
		r.Value, r.Level = "expire in "+short(c.Expires.Sub(now)), tui.Warn
	case aws.CredentialsExpired:
		r.Value, r.Level = "expired", tui.Bad
	case aws.CredentialsMissing:
		r.Value, r.Level = "none", tui.Bad
	}
	if c.Source != "" && (c.Kind == aws.CredentialsValid || c.Kind == aws.CredentialsExpiring) {
		r.Value += " · " + clean.Line(c.Source)
	}
	return r
}

func rateRow(r aws.Rate) tui.HeaderRow {
	row := tui.HeaderRow{Label: "Calls:", Value: fmt.Sprintf("%.1f/s", r.PerSecond)}
	if r.Waiting > 0 {
		row.Value += fmt.Sprintf(", %d waiting", r.Waiting)
	}
	if r.Throttled > 0 {
		row.Value += fmt.Sprintf(", throttled %d× %s", r.Throttled, r.Refused)
		row.Level = tui.Warn
	}
	return row
}

// banner is what the user has to know before anything else.
func (a *App) banner() (string, screen.Level) {
	c := a.on.Account.Credentials()
	switch c.Kind {
	case aws.CredentialsExpired, aws.CredentialsMissing:
		text := "credentials are expired or were refused"
		if c.Kind == aws.CredentialsMissing {
			text = "no credentials found"
		}
		if c.Renew != "" {
			text += " · renew with: " + clean.Line(c.Renew)
		}
		return text + " · :ctx switches the account", screen.Error
	}
	if err := a.on.Account.JournalFault(); err != nil {
		return "the journal cannot be written, so every act is refused: " + clean.Line(err.Error()), screen.Error
	}
	if a.o.Problem != nil {
		return "the journal cannot be written, so every act is refused: " + clean.Line(a.o.Problem.Error()), screen.Warn
	}
	return "", screen.Info
}
