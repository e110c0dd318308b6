package views

import (
	"testing"

	"ecsole/views/config"
)

func TestProductionIsRememberedForOnePlaceOnly(t *testing.T) {
	m, yes, no := newMemo(), true, false
	cfg := config.Config{Production: config.Production{Match: "prod", Except: "^non"}, Profiles: map[string]config.Profile{"no": {Production: &no}, "yes": {Production: &yes}}}
	for range 2 {
		for p, want := range map[place]bool{
			{profile: "prod"}: true, {profile: "dev"}: false, {profile: "dev", alias: "prod"}: true,
			{profile: "no", alias: "prod"}: false, {profile: "yes"}: true, {}: false,
		} {
			if got := m.isProduction(cfg, p); got != want {
				t.Errorf("%+v: %v", p, got)
			}
		}
	}
	cfg.Production.Match = "dev"
	if !m.isProduction(cfg, place{profile: "dev"}) {
		t.Error("another pattern, the answer of the one before")
	}
}
