package views

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"ecsole/aws/ecs"
	"ecsole/lines/mask"
)

func TestHideValue(t *testing.T) {
	const gone = mask.Sign
	for _, c := range []struct{ name, value, want string }{
		{"DB_PASSWORD", "hunter2", gone},
		{"db.pass", "x", gone},
		{"COMPASS", "north", "north"},
		{"API_KEY", "k", gone},
		{"apiKey", "k", gone},
		{"KEYBOARD", "qwerty", "qwerty"},
		{"splunk-token", "11111111-2222-3333-4444-555555555555", gone},
		{"SECRET_ARN", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-AbCdEf", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-AbCdEf"},
		{"DATABASE_URL", "postgres://app:hunter2@db:5432/shop", "postgres://app:" + gone + "@db:5432/shop"},
		{"FOO", "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY12", gone},
		{"awslogs-group", "/ecs/Checkout-Production-V2", "/ecs/Checkout-Production-V2"},
		{"LOG_LEVEL", "info", "info"},
		{"DB_PASSWORD", "", ""},
	} {
		if got := hideValue(c.name, c.value); got != c.want {
			t.Errorf("%s=%s: %q, want %q", c.name, c.value, got, c.want)
		}
	}
}

func TestHideArgs(t *testing.T) {
	in := []string{"run", "--password=hunter2", "--token", "abc", "--verbose", "file", "-e", "API_KEY=k", "sh -c 'curl -H \"Authorization: Bearer abcdefghij\"'"}
	got := strings.Join(hideArgs(in), "|")
	want := strings.Join([]string{"run", "--password=" + mask.Sign, "--token", mask.Sign, "--verbose", "file", "-e", "API_KEY=" + mask.Sign, "sh -c 'curl -H \"Authorization: Bearer " + mask.Sign + "\"'"}, "|")
	if got != want {
		t.Errorf("\n%s\n%s", got, want)
	}
	if in[1] != "--password=hunter2" {
		t.Error("the definition itself was changed")
	}
}

const definitionAnswer = `{"family":"web","revision":12,"cpu":1.50,"containerDefinitions":[{"name":"app","image":"r/web@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
"environment":[{"value":"hunter2","name":"DB_PASSWORD"},{"name":"LOG_LEVEL","value":"info"}],
"command":["serve","--token","hunter3"],"secrets":[{"name":"K","valueFrom":"arn:aws:ssm:eu-central-1:1:parameter/k"}],
"logConfiguration":{"logDriver":"splunk","options":{"splunk-token":"hunter4","splunk-url":"https://u:hunter5@host"}},
"dockerLabels":{"auth":"hunter6","team":"shop"},"new\u001bField":{"deep":[null,true,{"environment":[{"name":"A","value":"ghp_0123456789012345678901234567890123456"}]}]}}],
"hostile":"\u009b2J","smile":"\ud83d\ude00"}`

func TestRawAnswersHideSecrets(t *testing.T) {
	for _, asJSON := range []bool{false, true} {
		d, err := rawDocument([]byte(definitionAnswer), rawForm{json: asJSON}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(d.Text, "hunter") || strings.Contains(d.Text, "ghp_") || d.Note != "6 values hidden" {
			t.Errorf("%s\n%s", d.Note, d.Text)
		}
		for _, kept := range []string{"LOG_LEVEL", "info", "parameter/k", "shop", "aaaaaaaaaaaaaaaa", "1.50", map[bool]string{false: `\U0001F600`, true: "😀"}[asJSON]} {
			if !strings.Contains(d.Text, kept) {
				t.Errorf("%q is missing:\n%s", kept, d.Text)
			}
		}
	}
}

func TestSecretsAreShownOnlyOnRecord(t *testing.T) {
	recorded := 0
	d, err := rawDocument([]byte(definitionAnswer), rawForm{bare: true}, func() error { recorded++; return nil })
	if err != nil || recorded != 1 || !strings.Contains(d.Text, "hunter2") || strings.Contains(d.Text, mask.Sign) {
		t.Errorf("%v, %d records:\n%s", err, recorded, d.Text)
	}
	full := errors.New("the disk is full")
	if d, err := rawDocument([]byte(definitionAnswer), rawForm{bare: true}, func() error { return full }); !errors.Is(err, full) || d.Text != "" {
		t.Errorf("%v: %q", err, d.Text)
	}
	none := func() error { t.Error("recorded, though nothing was hidden"); return nil }
	if _, err := rawDocument([]byte(`{"a":1}`), rawForm{bare: true}, none); err != nil {
		t.Error(err)
	}
}

func TestDescriptionsHideSecrets(t *testing.T) {
	text := Document{Sections: []Section{definitionOf(ecs.ContainerDefinition{
		Name: "app", LogDriver: "splunk", LogOptions: map[string]string{"splunk-token": "hunter2", "splunk-url": "https://host"},
		Command: []string{"run", "--password", "hunter3"}, HealthCheck: []string{"CMD-SHELL", "curl -u admin https://u:hunter4@host"},
		Env: []ecs.Tag{{Key: "DB_PASSWORD", Value: "hunter5"}},
	})}}.Text()
	if strings.Contains(text, "hunter") || !strings.Contains(text, "splunk-url=https://host") {
		t.Error(text)
	}
}

// FuzzRaw holds that a raw answer keeps all its values, in both forms.
func FuzzRaw(f *testing.F) {
	f.Add([]byte(definitionAnswer))
	f.Add([]byte(`{"a":[1,-2.5e3,"x: y","- z","#",null],"true":"true","":{"\u0000":"~"}}`))
	f.Add([]byte(`[" 0\n",{"a":["\n x","\ty\nz"]}]`))
	f.Add([]byte(`["multi\nline\n","tab\t","\u2028\u007f\u009b"]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var want any
		if json.Unmarshal(raw, &want) != nil {
			return
		}
		tree, err := parseJSON(raw)
		if err != nil {
			t.Fatal(err)
		}
		var got any
		if err := json.Unmarshal(appendJSON(nil, tree, "\n"), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("JSON: %v: %#v, want %#v", err, got, want)
		}
		text, err := yaml.Marshal(tree)
		if err != nil {
			t.Fatal(err)
		}
		var again yaml.Node
		if err := yaml.Unmarshal(text, &again); err != nil {
			t.Fatalf("YAML: %v\n%q", err, text)
		}
		if _, err := rawDocument(raw, rawForm{}, nil); err != nil {
			t.Fatal(err)
		}
	})
}
