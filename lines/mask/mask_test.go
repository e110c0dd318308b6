package mask

import (
	"strings"
	"testing"
)

func TestSecretsAreHidden(t *testing.T) {
	m := New()
	if m == nil {
		t.Fatal("no masker")
	}
	jwt := "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"
	for text, secret := range map[string]string{
		"key AKIAIOSFODNN7EXAMPLE used":                                               "IOSFODNN7EXAMPLE",
		`"AccessKeyId":"ASIAQWERTYUIOPASDFGH"`:                                        "QWERTYUIOPASDFGH",
		`{"SecretAccessKey":"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}`:              "wJalrXUtnFEMI",
		`aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY`:                      "wJalrXUtnFEMI",
		"Authorization: Bearer abc.def-123456":                                        "abc.def-123456",
		"authorization: basic dXNlcjpwYXNz":                                           "dXNlcjpwYXNz",
		"connecting to postgres://app:hunter2@db:5432/x":                              "hunter2",
		"got token " + jwt:                                                            "dozjgNryP4J3",
		`{"user":"a","password":"p@ss w0rd"}`:                                         "p@ss w0rd",
		`{\"password\":\"inner\"}`:                                                    "inner",
		"login password=hunter2 ok":                                                   "hunter2",
		"password: hunter22":                                                          "hunter22",
		"GET /cb?access_token=zyx987&state=1":                                         "zyx987",
		"-----BEGIN RSA PRIVATE KEY-----\nMIIabc\nqwe\n-----END RSA PRIVATE KEY-----": "MIIabc",
		strings.Repeat("Ab3/", 16):                                                    "Ab3/",
		"push with ghp_abcdefghijklmnopqrstuvwx0123456":                               "abcdefghijkl",
	} {
		got := string(m.Line([]byte(text)))
		if strings.Contains(got, secret) || !strings.Contains(got, Sign) {
			t.Errorf("%q is shown as %q", text, got)
		}
	}
}

func TestOtherTextStays(t *testing.T) {
	m := New()
	for _, text := range []string{
		"", "GET /health 200", "visit https://example.com/a:b", "token expired", "the secret of success", "password reset mail sent",
		"tokens=", "user@host: ok", "basic health check passed for service",
		"3f2a9c1e-1111-2222-3333-444455556666",
	} {
		if got := string(m.Line([]byte(text))); got != text {
			t.Errorf("%q is shown as %q", text, got)
		}
	}
}

func TestMaskingTwiceChangesNothing(t *testing.T) {
	m := New()
	once := string(m.Line([]byte("postgres://u:pw@h password=x AKIAIOSFODNN7EXAMPLE")))
	if twice := string(m.Line([]byte(once))); twice != once {
		t.Errorf("%q becomes %q", once, twice)
	}
}

func FuzzLine(f *testing.F) {
	f.Add("postgres://u:pw@h password=x AKIAIOSFODNN7EXAMPLE")
	f.Add(`{"token":"a\"b"}`)
	m := New()
	f.Fuzz(func(t *testing.T, s string) {
		in := []byte(s)
		m.Line(in)
		if string(in) != s {
			t.Fatal("the line was changed in place")
		}
	})
}

func BenchmarkPlainLine(b *testing.B) {
	m := New()
	line := []byte(`2026-11-22T14:05:00Z INFO request completed user session order payment checkout cart item upstream response status cache miss hit database query connection pool worker queue message retry backoff`)
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		m.Line(line)
	}
}
