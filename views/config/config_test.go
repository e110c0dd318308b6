package config

import (
	"strings"
	"testing"
)

func TestProductionMark(t *testing.T) {
	c, err := Parse(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{
		"prod": true, "shop-prod": true, "PROD-eu": true, "prd1": true, "live": true, "eu_production_2": true,
		"nonprod": false, "non-prod": false, "pre-prod": false, "preprd": false,
		"product": false, "delivery": false, "alive": false, "staging": false, "": false,
	} {
		if got := c.IsProduction(name, "", ""); got != want {
			t.Errorf("profile %q: production %v, want %v", name, got, want)
		}
		if got := c.IsProduction("x", name, ""); got != want {
			t.Errorf("alias %q: production %v, want %v", name, got, want)
		}
	}
}

func TestProfileOverrides(t *testing.T) {
	c, err := Parse([]byte("readOnly: true\nprofiles:\n  dev: {readOnly: false}\n  core: {production: true}\n  prod-sandbox: {production: false}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if c.IsReadOnly("dev") || !c.IsReadOnly("other") {
		t.Error("read-only: a profile's own word must win")
	}
	if !c.IsProduction("core", "", "") || c.IsProduction("prod-sandbox", "", "") {
		t.Error("production: a profile's own word must win")
	}
}

func TestBadConfig(t *testing.T) {
	for in, want := range map[string]string{
		"refreshRate: 1":                   "refreshRate",
		"colour: blue":                     "colour",
		"production: {match: '('}":         "production.match",
		"ui: {theme: pink}":                "pink",
		"exec: {record: sometimes}":        "exec.record",
		"favorites: [a,b,c,d,e,f,g,h,i,j]": "nine",
		"forward: {address: here}":         "forward.address",
		"copy: {limitMB: -1}":              "copy.limitMB",
		"logs: {tail: -1}":                 "logs",
	} {
		if _, err := Parse([]byte(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one that names %q", in, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("refreshRate: 5\nkeys: {describe: [d]}\n"))
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := Parse(b)
		if err == nil && c.RefreshRate < 2 {
			t.Errorf("accepted a refresh rate of %d", c.RefreshRate)
		}
	})
}

func TestAnUnknownAccountMayBeProduction(t *testing.T) {
	c, err := Parse([]byte("accounts: {\"111122223333\": shop-prod, \"444455556666\": sandbox}\nprofiles: {safe: {production: false}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	for profile, want := range map[string]bool{"core": true, "safe": false, "x-prod": true} {
		if got := c.MayBeProduction(profile); got != want {
			t.Errorf("%s: %v", profile, got)
		}
	}
	none, _ := Parse(nil)
	if none.MayBeProduction("core") || !none.MayBeProduction("core-prod") {
		t.Error("without accounts the profile decides")
	}
}
