package tools

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path"
	"sort"
	"strconv"
	"strings"
	"time"

	"ecsole/aws/sim/shell/disk"
	"ecsole/aws/sim/shell/machine"
	"ecsole/aws/sim/shell/proc"
)

func netTools() map[string]proc.Tool {
	return map[string]proc.Tool{
		"curl": curl, "wget": wget, "netstat": sockets, "ss": sockets, "ping": ping, "nc": nc, "telnet": nc, "nslookup": nslookup, "dig": nslookup,
		"host": nslookup, "ip": ip, "ifconfig": ip, "traceroute": ping, "redis-cli": redisCLI,
	}
}

// client speaks HTTP to simulated services only.
func client(p *proc.Proc, follow bool) *http.Client {
	t := &http.Transport{
		DisableKeepAlives: true, // each request has a connection of its own, which ends with it
		DialContext: func(ctx context.Context, _, addr string) (net.Conn, error) {
			host, port, err := net.SplitHostPort(addr)
			if err != nil {
				return nil, err
			}
			n, _ := strconv.Atoi(port)
			return p.Facts.Dial(p.Ctx, host, n)
		},
	}
	c := &http.Client{Transport: t, Timeout: 2 * time.Minute}
	if !follow {
		c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	return c
}

type request struct {
	method, url, body, agent string
	headers                  []string
	follow                   bool
}

func (r request) send(p *proc.Proc) (*http.Response, error) {
	if !strings.Contains(r.url, "://") {
		r.url = "http://" + r.url
	}
	var body io.Reader
	if r.body != "" {
		body = strings.NewReader(r.body)
		if r.method == "" {
			r.method = "POST"
		}
	}
	if r.method == "" {
		r.method = "GET"
	}
	req, err := http.NewRequestWithContext(p.Ctx, r.method, r.url, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", r.agent)
	for _, h := range r.headers {
		k, v, _ := strings.Cut(h, ":")
		req.Header.Set(strings.TrimSpace(k), strings.TrimSpace(v))
	}
	return client(p, r.follow).Do(req)
}

func curl(p *proc.Proc) int {
	f, err := proc.Parse(p.Args, "sSfLkivIo:X:H:d:w:m:O4u:A:e:b:", map[string]string{"silent": "s", "show-error": "S", "fail": "f", "location": "L",
		"insecure": "k", "include": "i", "verbose": "v", "head": "I", "output": "o", "request": "X", "header": "H", "data": "d", "write-out": "w",
		"max-time": "m", "connect-timeout": "m", "user": "u", "user-agent": "A", "data-raw": "d"})
	if err != nil {
		p.Errorf("%v", err)
		return 2
	}
	if len(f.Args) == 0 {
		fmt.Fprintln(p.Err, "curl: try 'curl --help' or 'curl --manual' for more information")
		return 2
	}
	r := request{url: f.Args[0], method: f.Get("X"), body: f.Get("d"), agent: "curl/8.5.0", follow: f.Has("L")}
	for i, a := range p.Args {
		if (a == "-H" || a == "--header") && i+1 < len(p.Args) {
			r.headers = append(r.headers, p.Args[i+1])
		}
	}
	if f.Has("I") {
		r.method = "HEAD"
	}
	from := time.Now()
	resp, err := r.send(p)
	if err != nil {
		return curlError(p, f, r.url, err)
	}
	defer resp.Body.Close()
	if f.Has("v") {
		u := resp.Request.URL
		fmt.Fprintf(p.Err, "* Connected to %s\n> %s %s HTTP/1.1\n> Host: %s\n> User-Agent: %s\n> Accept: */*\n>\n", u.Host, resp.Request.Method, u.RequestURI(), u.Host, r.agent)
		writeHeaders(p.Err, "< ", resp)
	}
	if f.Has("f") && resp.StatusCode >= 400 {
		if !f.Has("s") || f.Has("S") {
			fmt.Fprintf(p.Err, "curl: (22) The requested URL returned error: %d\n", resp.StatusCode)
		}
		return 22
	}
	out := p.Out
	if name := f.Get("o"); f.Has("o") || f.Has("O") {
		if f.Has("O") {
			name = path.Base(resp.Request.URL.Path)
		}
		w, err := p.Create(name, disk.Trunc)
		if err != nil {
			fmt.Fprintf(p.Err, "curl: (23) Failure writing output to destination\n")
			return 23
		}
		defer w.Close()
		out = w
	}
	if f.Has("i") || f.Has("I") {
		writeHeaders(out, "", resp)
	}
	n, err := io.Copy(out, resp.Body)
	if f.Has("w") {
		text, _ := unescape(f.Get("w"))
		p.Printf("%s", strings.NewReplacer("%{http_code}", strconv.Itoa(resp.StatusCode), "%{response_code}", strconv.Itoa(resp.StatusCode),
			"%{size_download}", fmt.Sprint(n), "%{time_total}", fmt.Sprintf("%.6f", time.Since(from).Seconds()), "%{url_effective}", resp.Request.URL.String()).Replace(text))
	}
	return b2i(err != nil && hush(err) != nil)
}

func writeHeaders(w io.Writer, prefix string, resp *http.Response) {
	fmt.Fprintf(w, "%s%s %s\r\n", prefix, resp.Proto, resp.Status)
	var names []string
	for k := range resp.Header {
		names = append(names, k)
	}
	sort.Strings(names)
	for _, k := range names {
		for _, v := range resp.Header[k] {
			fmt.Fprintf(w, "%s%s: %s\r\n", prefix, k, v)
		}
	}
	fmt.Fprintf(w, "%s\r\n", prefix)
}

// curlError says what went wrong in curl's words.
func curlError(p *proc.Proc, f proc.Flags, target string, err error) int {
	if p.Ctx.Err() != nil {
		return 130
	}
	host, port := target, "80"
	if !strings.Contains(target, "://") {
		target = "http://" + target
	}
	if u, perr := url.Parse(target); perr == nil {
		host = u.Hostname()
		if port = u.Port(); port == "" {
			port = map[string]string{"https": "443"}[u.Scheme]
			if port == "" {
				port = "80"
			}
		}
	}
	code, text := 7, fmt.Sprintf("Failed to connect to %s port %s after 0 ms: Couldn't connect to server", host, port)
	switch {
	case strings.Contains(err.Error(), machine.ErrNoHost.Error()):
		code, text = 6, "Could not resolve host: "+host
	case strings.Contains(err.Error(), "unsupported protocol"):
		code, text = 1, "Protocol not supported or disabled in libcurl"
	case !strings.Contains(err.Error(), machine.ErrRefused.Error()):
		code, text = 56, "Recv failure: Connection reset by peer"
	}
	if !f.Has("s") || f.Has("S") {
		fmt.Fprintf(p.Err, "curl: (%d) %s\n", code, text)
	}
	return code
}

func wget(p *proc.Proc) int {
	f, ok := p.Flags("qO:ScT:t:", map[string]string{"quiet": "q", "output-document": "O", "spider": "c", "timeout": "T", "tries": "t"})
	if !ok || len(f.Args) == 0 {
		p.Errorf("missing URL")
		return 1
	}
	r := request{url: f.Args[0], agent: "Wget/1.21.3", follow: true}
	resp, err := r.send(p)
	if err != nil {
		if p.Ctx.Err() != nil {
			return 130
		}
		p.Errorf("unable to connect to '%s': Connection refused", f.Args[0])
		return 4
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 400 {
		p.Errorf("server returned error: %s %s", resp.Proto, resp.Status)
		return 8
	}
	name := f.Get("O")
	if name == "" {
		if name = path.Base(resp.Request.URL.Path); name == "/" || name == "." {
			name = "index.html"
		}
	}
	if f.Has("c") {
		return 0
	}
	out := p.Out
	if name != "-" {
		w, err := p.Create(name, disk.Trunc)
		if err != nil {
			return p.Fail(name, err)
		}
		defer w.Close()
		out = w
	}
	n, err := io.Copy(out, resp.Body)
	if err != nil {
		return 1
	}
	if !f.Has("q") && name != "-" {
		fmt.Fprintf(p.Err, "'%s' saved [%d]\n", name, n)
	}
	return 0
}

func nslookup(p *proc.Proc) int {
	name := ""
	for _, a := range p.Args[1:] {
		if !strings.HasPrefix(a, "-") && !strings.HasPrefix(a, "+") && !strings.HasPrefix(a, "@") && name == "" {
			name = a
		}
	}
	if name == "" {
		return p.Errorf("missing name")
	}
	ip, ok := p.Facts.Resolve(name)
	switch {
	case p.Name() == "dig" && ok:
		p.Printf("%s.\t\t60\tIN\tA\t%s\n", strings.TrimSuffix(name, "."), ip)
	case p.Name() == "dig":
		p.Printf(";; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN\n")
	case ok:
		p.Printf("Server:\t\t10.0.0.2\nAddress:\t10.0.0.2#53\n\nNon-authoritative answer:\nName:\t%s\nAddress: %s\n", name, ip)
	default:
		p.Printf("Server:\t\t10.0.0.2\nAddress:\t10.0.0.2#53\n\n** server can't find %s: NXDOMAIN\n", name)
		return 1
	}
	return 0
}

// ip shows the one network interface.
func ip(p *proc.Proc) int {
	if p.Name() == "ip" && len(p.Args) > 1 && strings.HasPrefix("route", p.Args[1]) && p.Args[1][0] == 'r' {
		p.Printf("default via 10.0.0.1 dev eth1\n10.0.0.0/20 dev eth1 proto kernel scope link src %s\n169.254.170.2 via 169.254.172.1 dev eth0\n", p.Facts.IP)
		return 0
	}
	if p.Name() == "ifconfig" {
		p.Printf("eth1: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 9001\n        inet %s  netmask 255.255.240.0  broadcast 10.0.15.255\n\nlo: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536\n        inet 127.0.0.1  netmask 255.0.0.0\n", p.Facts.IP)
		return 0
	}
	p.Printf("1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000\n    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n"+
		"3: eth1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 9001 qdisc mq state UP group default qlen 1000\n    inet %s/20 scope global eth1\n       valid_lft forever preferred_lft forever\n", p.Facts.IP)
	return 0
}
