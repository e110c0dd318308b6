package aws

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Profile is one entry of the AWS configuration.
type Profile struct {
	Name      string
	Region    string // "" where the profile names none
	AccountID string // where the profile tells it: sso_account_id, or the account of role_arn
	Kind      string // "sso", "role", "keys", "process", "web identity", "login", "" (nothing of its own)
}

// Profiles reads the names from the AWS config and credentials files, sorted; env is
// os.Getenv or a test's. A file that does not exist holds no profiles.
func Profiles(env func(string) string) ([]Profile, error) {
	home := env("HOME")
	if home == "" {
		home, _ = os.UserHomeDir()
	}
	byName := map[string]map[string]string{}
	for _, f := range []struct {
		path   string
		config bool
	}{
		{first(env("AWS_CONFIG_FILE"), filepath.Join(home, ".aws", "config")), true},
		{first(env("AWS_SHARED_CREDENTIALS_FILE"), filepath.Join(home, ".aws", "credentials")), false},
	} {
		text, err := os.ReadFile(f.path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for name, values := range parseProfiles(bytes.NewReader(text), f.config) {
			if byName[name] == nil {
				byName[name] = map[string]string{}
			}
			maps.Copy(byName[name], values) // credentials win over config, as in the SDK
		}
	}
	out := make([]Profile, 0, len(byName))
	for name, values := range byName {
		out = append(out, profileOf(name, values))
	}
	slices.SortFunc(out, func(a, b Profile) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

func profileOf(name string, v map[string]string) Profile {
	p := Profile{Name: name, Region: v["region"], AccountID: v["sso_account_id"]}
	switch {
	case v["role_arn"] != "" && v["web_identity_token_file"] != "":
		p.Kind = "web identity"
	case v["role_arn"] != "":
		p.Kind = "role"
	case v["aws_access_key_id"] != "":
		p.Kind = "keys"
	case v["sso_session"] != "" || v["sso_start_url"] != "":
		p.Kind = "sso"
	case v["login_session"] != "":
		p.Kind = "login"
	case v["credential_process"] != "":
		p.Kind = "process"
	}
	switch p.Kind {
	case "role", "web identity":
		p.AccountID = accountOfARN(v["role_arn"])
	case "login":
		p.AccountID = accountOfARN(v["login_session"])
	case "keys":
		p.AccountID = v["aws_account_id"]
	}
	if !accountID.MatchString(p.AccountID) {
		p.AccountID = ""
	}
	return p
}

var accountID = regexp.MustCompile(`^[0-9]{12}$`)

func accountOfARN(arn string) string {
	if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 && parts[0] == "arn" {
		return parts[4]
	}
	return ""
}

const maxConfigLine = 1 << 20

// parseProfiles reads the sections that are profiles: [default] and [profile NAME] in
// the config file, [NAME] in the credentials file. Indented lines belong to a nested
// setting and are left out, as are lines that are not settings.
func parseProfiles(r io.Reader, config bool) map[string]map[string]string {
	out := map[string]map[string]string{}
	var now map[string]string
	s := bufio.NewScanner(r)
	s.Buffer(nil, maxConfigLine)
	for s.Scan() {
		line := strings.TrimSuffix(strings.TrimPrefix(s.Text(), "\ufeff"), "\r")
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "", trimmed[0] == '#', trimmed[0] == ';':
		case trimmed[0] == '[':
			now = nil
			if name, ok := sectionName(trimmed, config); ok {
				if out[name] == nil {
					out[name] = map[string]string{}
				}
				now = out[name]
			}
		case now == nil, line[0] == ' ', line[0] == '\t':
		default:
			if key, value, ok := strings.Cut(trimmed, "="); ok {
				now[strings.ToLower(strings.TrimSpace(key))] = settingValue(value)
			}
		}
	}
	return out
}

// settingValue cuts off a comment, which needs a blank before it.
func settingValue(v string) string {
	for _, mark := range []string{" #", " ;", "\t#", "\t;"} {
		v, _, _ = strings.Cut(v, mark)
	}
	return strings.TrimSpace(v)
}

func sectionName(header string, config bool) (string, bool) {
	inside, _, ok := strings.Cut(header[1:], "]")
	if !ok {
		return "", false
	}
	inside = strings.TrimSpace(inside)
	kind, name, two := cutBlank(inside)
	switch {
	case two && kind == "profile":
		return unquote(name)
	case two: // sso-session, services
		return "", false
	case !config, inside == "default":
		return unquote(inside)
	}
	return "", false // the SDK ignores [NAME] in the config file
}

func cutBlank(s string) (before, after string, found bool) {
	i := strings.IndexAny(s, " \t")
	if i < 0 {
		return s, "", false
	}
	return s[:i], strings.TrimSpace(s[i:]), true
}

func unquote(name string) (string, bool) {
	for _, q := range []string{`"`, `'`} {
		if len(name) >= 2 && strings.HasPrefix(name, q) && strings.HasSuffix(name, q) {
			name = name[1 : len(name)-1]
			break
		}
	}
	return name, name != ""
}
