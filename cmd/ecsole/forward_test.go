package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestPortLines(t *testing.T) {
	for in, want := range map[string]portLine{
		"80":                     {-1, "", 80},
		"8080:80":                {8080, "", 80},
		"0:80":                   {0, "", 80},
		":80":                    {0, "", 80},
		"db.internal:5432":       {-1, "db.internal", 5432},
		"10.0.0.7:5432":          {-1, "10.0.0.7", 5432},
		"1:db:5432":              {1, "db", 5432},
		"15432:db.internal:5432": {15432, "db.internal", 5432},
		"[fd00::1]:5432":         {-1, "fd00::1", 5432},
		"7:[fd00::1]:5432":       {7, "fd00::1", 5432},
	} {
		if got, err := parsePort(in); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "0", "x", "80:", "8080:0", "70000", "80:70000", "99999:80", "a:b:80", "1:2:80", "1::80", "[x]:80", "1:a:b:80", "http://x:80"} {
		if got, err := parsePort(in); err == nil {
			t.Errorf("%q is taken as %+v", in, got)
		}
	}
}

func TestCopyLines(t *testing.T) {
	const arn = "arn:aws:ecs:eu-central-1:111122223333:task/prod/0123456789abcdef0123456789abcdef"
	for _, c := range []struct {
		src, dst string
		want     copyLine
	}{
		{"prod/web:/etc/hosts", ".", copyLine{true, "prod/web", "/etc/hosts", "."}},
		{"a.txt", "web:", copyLine{}},
		{"./a:b", "web:/tmp/c:d", copyLine{false, "web", "/tmp/c:d", "./a:b"}},
		{arn + ":/tmp/x", "y", copyLine{true, arn, "/tmp/x", "y"}},
		{"/x", arn + ":y:z", copyLine{false, arn, "y:z", "/x"}},
		{arn, "y", copyLine{}},
		{"web:/a", "web:/b", copyLine{}},
		{"a", "b", copyLine{}},
		{":/a", "b", copyLine{}},
		{"web:/a", "-", copyLine{}},
	} {
		got, err := parseCopy(c.src, c.dst)
		if c.want == (copyLine{}) {
			if err == nil {
				t.Errorf("%s %s is taken as %+v", c.src, c.dst, got)
			}
		} else if err != nil || got != c.want {
			t.Errorf("%s %s: %+v, %v", c.src, c.dst, got, err)
		}
	}
}

// scriptFreePort puts a port that nobody listens on into the environment: freeport NAME.
func scriptFreePort(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: freeport NAME")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	_, port, _ := net.SplitHostPort(l.Addr().String())
	ts.Check(l.Close())
	ts.Setenv(args[0], port)
}

// scriptAnswers waits until an address answers by HTTP with a text: answers ADDRESS PATH
// TEXT.
func scriptAnswers(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: answers ADDRESS PATH TEXT")
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second}
	said := ""
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		resp, err := client.Get("http://" + args[0] + args[1])
		if err != nil {
			said = err.Error()
			continue
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if said = fmt.Sprint(string(b), err); strings.Contains(said, args[2]) {
			return
		}
	}
	ts.Fatalf("%s says %q", args[0], said)
}
