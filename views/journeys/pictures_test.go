package journeys

import (
	"encoding/xml"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var pictures = flag.String("pictures", "", "write the pictures of the README into this folder")

// rolling is a deployment under way, some of it done.
var rolling = regexp.MustCompile(`(rolling|back) [2-9]/`)

// TestPictures draws the README's pictures: screens of the console on the simulated
// account, in virtual time and of one seed, so that runs differ in little.
func TestPictures(t *testing.T) {
	for _, p := range []struct {
		name, title string
		shows       []string
		then        func(j *journey)
	}{
		{"services", "The services of a cluster, with sparklines, deployments and alerts", []string{"image-resizer", "CRIT 3", "%", "/"}, func(j *journey) {
			j.Sees("services(prod)[14]", "%", "CRIT 3")
			j.goTo("recommendations")
		}},
		{"logs", "The merged logs of a service's tasks", []string{"logs(prod/checkout)"}, func(j *journey) {
			j.goTo("checkout").Press("l").Sees("logs(prod/checkout)")
			j.pass(20 * time.Second)
		}},
	} {
		t.Run(p.name, func(t *testing.T) {
			run(t, setting{width: 118, height: 28, command: ":services prod"}, func(j *journey) {
				j.Sees("services(prod)[14]")
				for range 240 { // twenty minutes
					if j.pass(5 * time.Second); rolling.MatchString(j.Screen()) {
						break
					}
				}
				p.then(j)
				j.rest()
				picture := svg(j.Styled(), p.title)
				readable(t, picture, p.shows)
				if *pictures == "" {
					return
				}
				if err := os.WriteFile(filepath.Join(*pictures, p.name+".svg"), []byte(picture), 0o644); err != nil {
					t.Fatal(err)
				}
			})
		})
	}
}

// readable fails unless a picture is well-formed and has the texts in it.
func readable(t *testing.T, picture string, texts []string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(picture))
	var all strings.Builder
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if c, ok := token.(xml.CharData); ok {
			all.WriteString(strings.TrimSuffix(string(c), "\n"))
		}
	}
	for _, text := range texts {
		if !strings.Contains(all.String(), text) {
			t.Errorf("%q is not in the picture", text)
		}
	}
}

// The README shows pictures that are there.
func TestPicturesOfTheReadmeExist(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile(`!\[[^\]]+\]\(([^)]+)\)`).FindAllStringSubmatch(string(readme), -1)
	if len(shown) < 2 {
		t.Errorf("%d pictures in the README", len(shown))
	}
	for _, m := range shown {
		if _, err := os.Stat(filepath.Join("../..", m[1])); err != nil {
			t.Error(err)
		}
	}
}
