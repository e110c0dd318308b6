// Package house holds the tests that look at the project as a whole: who may import
// whom, and how long a file may be.
package house

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

type pkg struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	var errs bytes.Buffer
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, errs.String())
	}
	var all []pkg
	d := json.NewDecoder(bytes.NewReader(out))
	for {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func under(path string, roots ...string) bool {
	for _, root := range roots {
		if path == root || strings.HasPrefix(path, root+"/") {
			return true
		}
	}
	return false
}

// breach says why from may not import to, or "".
func breach(from, to string) string {
	sdk := under(to, "github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go", "github.com/aws/session-manager-plugin")
	switch {
	case under(from, "ecsole/aws") && under(to, "ecsole/tui", "ecsole/views", "ecsole/cmd"):
		return "aws knows neither tui nor views"
	case under(from, "ecsole/tui") && under(to, "ecsole/aws", "ecsole/views", "ecsole/cmd"):
		return "tui knows neither aws nor views"
	case under(from, "ecsole/views") && under(to, "ecsole/cmd"):
		return "views does not know cmd"
	case sdk && !under(from, "ecsole/aws"):
		return "only aws imports the SDK"
	case under(from, "ecsole/lines") && under(to, "ecsole") && !under(to, "ecsole/lines"):
		return "lines is a leaf"
	case from == "ecsole/tui/screen" && under(to, "ecsole"):
		return "tui/screen is a leaf"
	case (from == "ecsole/views/config" || from == "ecsole/views/command") && under(to, "ecsole"):
		return "it imports nothing of ours"
	case under(to, "charm.land/lipgloss/v2") && under(from, "ecsole") && !under(from, "ecsole/tui"):
		return "colours live in tui/theme"
	}
	return ""
}

func TestImportDirection(t *testing.T) {
	all := packages(t)
	if len(all) < 10 {
		t.Fatalf("only %d packages seen", len(all))
	}
	for _, p := range all {
		for _, to := range p.Imports {
			if why := breach(p.ImportPath, to); why != "" {
				t.Errorf("%s imports %s: %s", p.ImportPath, to, why)
			}
		}
	}
}

func TestBreachesAreSeen(t *testing.T) {
	for from, to := range map[string]string{
		"ecsole/aws/ecs":      "ecsole/tui/clean",
		"ecsole/tui/table":    "ecsole/aws",
		"ecsole/views":        "github.com/aws/aws-sdk-go-v2/aws",
		"ecsole/lines":        "ecsole/aws",
		"ecsole/views/config": "ecsole/views",
	} {
		if breach(from, to) == "" {
			t.Errorf("%s may import %s", from, to)
		}
	}
}

func TestFilesStayShort(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		if n := bytes.Count(b, []byte("\n")); n > 400 {
			t.Errorf("%s has %d lines; 400 is the most", path, n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNoCatchAllPackages(t *testing.T) {
	for _, p := range packages(t) {
		switch p.ImportPath[strings.LastIndexByte(p.ImportPath, '/')+1:] {
		case "util", "utils", "common", "helpers", "types", "models":
			t.Errorf("%s says nothing by its name", p.ImportPath)
		}
	}
}

// A build for a system without support says so, and nothing else.
func TestOtherSystemsAreRefusedInWords(t *testing.T) {
	cmd := exec.Command("go", "build", "./aws/platform", "./aws/audit", "./aws/sim/hostshell")
	cmd.Env = append(os.Environ(), "GOOS=windows", "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "ecsole does not support this system") || strings.Contains(string(out), "undefined") {
		t.Errorf("%v:\n%s", err, out)
	}
}
