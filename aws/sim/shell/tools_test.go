package shell

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"ecsole/aws/sim/shell/machine"
)

// served are facts with services and a log that grows with the clock.
func served() machine.Facts {
	f := facts()
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("{\"status\":\"UP\"}\n")) })
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		b := make([]byte, 100)
		n, _ := r.Body.Read(b)
		w.Header().Set("X-Test", "yes")
		w.Write([]byte(r.Method + " " + string(b[:n]) + " " + r.Header.Get("X-In") + "\n"))
	})
	mux.HandleFunc("/fail", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/healthz", http.StatusFound) })
	f.Services = []machine.Service{
		{Port: 8080, PID: 1, HTTP: mux},
		{Host: "cache.internal", Port: 6379, Line: func(l string) (string, bool) { return "+" + strings.TrimSpace(l) + "\r\n", l != "QUIT" }},
	}
	f.Hosts = map[string]string{"cache.internal": "10.0.8.40"}
	return f
}

func TestTools(t *testing.T) {
	const words = "printf 'b 2\\na 10\\nc 1\\na 10\\n'"
	for name, tc := range map[string]struct{ src, want string }{
		"cat -n":        {"cat -n data/a.txt", "     1\talpha\n     2\tbeta\n     3\tgamma\n"},
		"cat -A":        {"printf 'a\\tb\\001\\n' | cat -A", "a^Ib^A$\n"},
		"grep":          {"grep -n a$ data/*.txt; grep -i beta -h data/*.txt; grep -c a data/a.txt; grep -v a data/a.txt; echo $?", "data/a.txt:1:alpha\ndata/a.txt:2:beta\ndata/a.txt:3:gamma\nbeta\nBeta two\n3\n1\n"},
		"grep -r":       {"grep -r gamma /app/data; grep -rl beta data; grep -q x data/a.txt || echo none", "/app/data/a.txt:gamma\ndata/a.txt\nnone\n"},
		"grep regex":    {`printf 'ab\nabab\nx+y\n' | grep -E '^(ab){2}$'; printf 'x+y\n' | grep 'x+'; echo foo.bar | grep -o '[a-z]*$'; printf 'ab\n' | grep 'a\(b\)'`, "abab\nx+y\nbar\nab\n"},
		"grep context":  {"seq 10 | grep -A1 -B1 5; seq 3 | grep -w 2; seq 3 | grep -x 1 -m1", "4\n5\n6\n2\n1\n"},
		"head tail":     {"seq 20 | head -3; seq 20 | tail -n 2; seq 5 | tail -n +4; seq 3 | head -n -1; echo hello | head -c 2", "1\n2\n3\n19\n20\n4\n5\n1\n2\nhe"},
		"wc":            {"wc -l data/a.txt; printf 'a b\\nc' | wc; printf 'größe' | wc -m", "3 data/a.txt\n      1       3       5\n5\n"},
		"sort":          {words + " | sort; " + words + " | sort -k2n | head -1; " + words + " | sort -u | wc -l; " + words + " | sort -r | head -1", "a 10\na 10\nb 2\nc 1\nc 1\n3\nc 1\n"},
		"uniq":          {words + " | sort | uniq -c; " + words + " | sort | uniq -d", "      2 a 10\n      1 b 2\n      1 c 1\na 10\n"},
		"cut":           {"echo a:b:c | cut -d: -f1,3; echo abcdef | cut -c2-4; cut -d: -f1 /etc/passwd | head -1", "a:c\nbcd\nroot\n"},
		"tr":            {"echo hello | tr a-y b-z; echo HELLO | tr '[:upper:]' '[:lower:]'; echo a1b2 | tr -d 0-9; echo aabbc | tr -s a-z; echo ab12 | tr -cd 0-9", "ifmmp\nhello\nab\nabc\n12"},
		"sed":           {`echo hello | sed 's/l/L/'; echo hello | sed 's/l/L/g'; seq 5 | sed -n '2,3p'; seq 3 | sed 2d; echo ab | sed -E 's/(a)(b)/\2\1/'; echo x | sed 's|x|a/b|'`, "heLlo\nheLLo\n2\n3\n1\n3\nba\na/b\n"},
		"sed more":      {`seq 4 | sed '$d'; seq 3 | sed '2a after'; seq 3 | sed -e 's/1/one/' -e '/3/d'; echo abc | sed 'y/abc/xyz/'; seq 5 | sed -n '/2/,/4/p' | tr '\n' ' '; echo aXb | sed 's/x/-/I'`, "1\n2\n3\n1\n2\nafter\n3\none\n2\nxyz\n2 3 4 a-b\n"},
		"sed -i":        {"cp data/a.txt /tmp/e; sed -i s/alpha/omega/ /tmp/e; head -1 /tmp/e", "omega\n"},
		"awk":           {`echo 'a b c' | awk '{print $2, $NF}'; seq 4 | awk '{s+=$1} END {print s, NR}'; awk -F: '/^root/ {print $6}' /etc/passwd; seq 5 | awk 'NR>1 && $1%2==0'`, "b c\n10 4\n/root\n2\n4\n"},
		"awk more":      {`printf 'a 1\nb 2\na 3\n' | awk '{n[$1]+=$2} END {for (k in n) printf "%s=%d\n", k, n[k]}'; echo x | awk '{if ($1=="x") print "yes"; else print "no"}'; echo 'a,b' | awk -F, -v OFS=- '{$1=$1; print toupper($2), length($0), substr($0,1,1)}'; awk 'BEGIN {for(i=0;i<3;i++) printf "%d ", i*2; print 7/2}'`, "a=4\nb=2\nyes\nB-3-a\n0 2 4 3.5\n"},
		"awk match":     {`printf 'GET /a 200\nGET /b 500\n' | awk '$3 ~ /^5/ {print $2}'; echo 'k=v' | awk '{split($0,p,"="); print p[2]; gsub(/k/,"K"); print}'`, "/b\nv\nK=v\n"},
		"tee":           {"echo t | tee /tmp/t1 /tmp/t2; cat /tmp/t1 /tmp/t2; echo u | tee -a /tmp/t1 > /dev/null; cat /tmp/t1", "t\nt\nt\nt\nu\n"},
		"small ones":    {"echo abc | rev; seq 3 | tac | tr '\\n' ' '; basename /a/b.txt .txt; dirname /a/b.txt; seq -s, 3; seq 2 2 6 | paste -s -d+; expr 2 + 3; printf 'a\\nb\\n' | nl", "cba\n3 2 1 b\n/a\n1,2,3\n2+4+6\n5\n     1\ta\n     2\tb\n"},
		"base64":        {"echo hello | base64; echo aGVsbG8K | base64 -d; head -c 100 /dev/zero | base64 -w 40 | head -1; echo '!!' | base64 -d", "aGVsbG8K\nhello\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nbase64: -: invalid input\n"},
		"digests":       {"echo hello | md5sum; echo hello | sha256sum | cut -c1-16; cd data; sha256sum a.txt b.txt > /tmp/sums; sha256sum -c /tmp/sums", "b1946ac92492d2347c6235b4d2611184  -\n5891b5b522d5df08\na.txt: OK\nb.txt: OK\n"},
		"dumps":         {"echo hi | xxd; echo hi | hexdump -C | head -1; echo hi | od -c | head -1; echo abc | xxd -p", "00000000: 6869 0a                                  hi.\n00000000  68 69 0a                                          |hi.|\n0000000   h   i  \\n\n6162630a\n"},
		"dd":            {"dd if=/dev/zero of=/tmp/d bs=1k count=5 2>/dev/null; wc -c < /tmp/d; printf abcdef | dd bs=1 skip=2 count=2 2>/dev/null; dd if=/app/data/a.txt of=/dev/null 2>&1 | head -1", "5120\ncd0+1 records in\n"},
		"dd seek":       {"printf 0123456789 > /tmp/s; printf XY | dd of=/tmp/s bs=1 seek=4 conv=notrunc status=none; cat /tmp/s", "0123XY6789"},
		"xargs":         {"printf 'a b\\nc' | xargs echo; printf 'a\\nb\\n' | xargs -I{} echo '<{}>'; seq 4 | xargs -n2 echo; printf 'a\\0b c\\0' | xargs -0 -n1 echo; echo | xargs -r echo no", "a b c\n<a>\n<b>\n1 2\n3 4\na\nb c\n"},
		"cp mv rm":      {"cp -r data /tmp/c; ls -1 /tmp/c; mv /tmp/c/a.txt /tmp/c/z; ls -1 /tmp/c; rm /tmp/c/z; rm -r /tmp/c; ls /tmp/c; rm /nope; rm -f /nope; cp data /tmp/x", "a.txt\nb.txt\nb.txt\nz\nls: cannot access '/tmp/c': No such file or directory\nrm: cannot remove '/nope': No such file or directory\ncp: -r not specified; omitting directory 'data'\n"},
		"mkdir":         {"mkdir /tmp/m; mkdir /tmp/m; mkdir -p /tmp/m/n/o; rmdir /tmp/m/n/o; ls /tmp/m; rmdir /tmp/m; touch /tmp/f; rmdir /tmp/f", "mkdir: cannot create directory '/tmp/m': File exists\nn\nrmdir: failed to remove '/tmp/m': Directory not empty\nrmdir: failed to remove '/tmp/f': Not a directory\n"},
		"links":         {"ln -s data/a.txt l; cat l | head -1; readlink l; readlink -f current; ln data/a.txt /tmp/hard; echo more >> /tmp/hard; tail -1 data/a.txt; rm l; ls -l current | sed 's/.*current/current/'", "alpha\ndata/a.txt\n/app/data\nmore\ncurrent -> /app/data\n"},
		"chmod":         {"touch /tmp/x; chmod 750 /tmp/x; stat -c '%a %A %n' /tmp/x; chmod u-w,o+r /tmp/x; stat -c %a /tmp/x; [ -x /tmp/x ] && echo x; chown app /tmp/x; stat -c %U /tmp/x; chown nosuch /tmp/x", "750 -rwxr-x--- /tmp/x\n554\nx\napp\nchown: invalid user: 'nosuch'\n"},
		"ls":            {"ls -1; ls -a data | cat; ls -1 nothing; ls -d data; ls -F | head -2", "config.yml\ncurrent\ndata\ngröße.txt\nserver\n.\n..\na.txt\nb.txt\nls: cannot access 'nothing': No such file or directory\ndata\nconfig.yml\ncurrent@\n"},
		"ls -l":         {"ls -l data; ls -lh data/a.txt | cut -d' ' -f5", "total 8\n-rw-r--r-- 1 root root 17 Nov  1 12:00 a.txt\n-rw-r--r-- 1 root root  9 Nov  1 12:00 b.txt\n17\n"},
		"find":          {"find data -name '*.txt' | sort; find /app -maxdepth 1 -type d; find data -size -1k; find data -type f -exec wc -c {} \\; ; find data -name a.txt -o -name b.txt | wc -l; find /app -name data -prune -o -type f -print | sort | head -1", "data/a.txt\ndata/b.txt\n/app\n/app/data\n17 data/a.txt\n9 data/b.txt\n2\n/app/config.yml\n"},
		"find delete":   {"mkdir -p /tmp/q/r; touch /tmp/q/r/x.log /tmp/q/y.log /tmp/q/z; find /tmp/q -name '*.log' -delete; find /tmp/q | sort", "/tmp/q\n/tmp/q/r\n/tmp/q/z\n"},
		"tar":           {"tar czf /tmp/a.tgz data; tar tzf /tmp/a.tgz; mkdir /tmp/o; tar xzf /tmp/a.tgz -C /tmp/o; cat /tmp/o/data/b.txt; tar cf - -C /app data | tar xf - -C /tmp; ls -1 /tmp/data; tar -c -f - data/a.txt | tar -t", "data/\ndata/a.txt\ndata/b.txt\nBeta two\na.txt\nb.txt\ndata/a.txt\n"},
		"tar escape":    {"mkdir -p /tmp/in; cd /tmp/in; tar xf /tmp/none; tar cf /tmp/t.tar ../../etc/passwd; tar tf /tmp/t.tar; tar xf /tmp/t.tar; find . -name passwd", "tar: /tmp/none: Cannot open: No such file or directory\n../../etc/passwd\n./etc/passwd\n"},
		"gzip":          {"echo z > /tmp/g; gzip /tmp/g; ls /tmp/g*; zcat /tmp/g.gz; gunzip /tmp/g.gz; cat /tmp/g; echo pipe | gzip -c | gunzip", "/tmp/g.gz\nz\nz\npipe\n"},
		"diff":          {"diff data/a.txt data/a.txt && echo same; diff -q data/a.txt data/b.txt; cmp data/a.txt data/b.txt; printf 'a\\nb\\n' > /tmp/1; printf 'b\\nc\\n' > /tmp/2; comm -12 /tmp/1 /tmp/2", "same\nFiles data/a.txt and data/b.txt differ\ndata/a.txt data/b.txt differ: byte 1, line 1\nb\n"},
		"env":           {"env | grep APP_ENV; printenv PORT; env X=1 sh -c 'echo $X'; env -i sh -c 'echo \"[$APP_ENV]\"'; env -u APP_ENV printenv APP_ENV; echo $?", "APP_ENV=production\n8080\n1\n[]\n1\n"},
		"identity":      {"id; whoami; hostname -s; hostname -i; uname -s; nproc; arch", "uid=0(root) gid=0(root) groups=0(root)\nroot\nip-10-0-3-17\n10.0.3.17\nLinux\n2\nx86_64\n"},
		"date":          {"date +%Y-%m-%dT%H:%M:%S; date -d '1 hour ago' +%H; date -d @0 +%F; date -Iseconds", "2026-11-01T14:00:00\n13\n1970-01-01\n2026-11-01T14:00:00+00:00\n"},
		"sleep timeout": {"sleep 0.01; timeout 0.05 sleep 10; echo $?; timeout 5 echo in time; sleep x", "124\nin time\nsleep: invalid time interval 'x'\n"},
		"proc":          {"head -1 /proc/meminfo; grep -c processor /proc/cpuinfo; cat /proc/1/comm; tr '\\0' ' ' < /proc/1/cmdline; echo; cat /proc/sys/kernel/pid_max; ls /proc | head -1; cat /sys/fs/cgroup/memory.max; echo 1 > /proc/uptime", "MemTotal:        1048576 kB\n2\nserver\n/app/server \n32768\n1\n1073741824\nscript: /proc/uptime: Permission denied\n"},
		"ps":            {"ps aux | head -2 | tail -1 | awk '{print $1, $2, $11}'; ps -ef | grep -c '[s]sm'; ps -o pid,comm | head -2", "root 1 /app/server\n3\nPID      COMM\n1        server\n"},
		"kill":          {"sleep 100 & kill $!; wait $!; echo $?; kill -0 1 && echo alive; kill 99999; kill -l | head -1; pgrep server; pidof server", "143\nalive\nscript: kill: (99999) - No such process\n 1) SIGHUP\n1\n1\n"},
		"free df":       {"free -m | head -2 | tail -1 | awk '{print $2}'; df -h / | tail -1 | awk '{print $1, $2, $6}'; du -s data; uptime | grep -o 'up *2:00'", "1024\noverlay 20G /\n12\tdata\nup  2:00\n"},
		"curl":          {"curl -s localhost:8080/healthz; curl -s -o /dev/null -w '%{http_code}\\n' http://127.0.0.1:8080/fail; curl -s -X PUT -d body -H 'X-In: in' http://localhost:8080/echo; curl -sL localhost:8080/moved; curl -fsS localhost:8080/fail; echo $?", "{\"status\":\"UP\"}\n500\nPUT body in\n{\"status\":\"UP\"}\ncurl: (22) The requested URL returned error: 500\n22\n"},
		"curl fails":    {"curl localhost:9; echo $?; curl -s http://example.com; echo $?; curl http://cache.internal:1; curl -i -s localhost:8080/echo | grep -c X-Test", "curl: (7) Failed to connect to localhost port 9 after 0 ms: Couldn't connect to server\n7\n6\ncurl: (7) Failed to connect to cache.internal port 1 after 0 ms: Couldn't connect to server\n1\n"},
		"wget":          {"wget -qO- localhost:8080/healthz; wget -q localhost:8080/healthz -O /tmp/w; cat /tmp/w; wget -q localhost:1/ || echo no", "{\"status\":\"UP\"}\n{\"status\":\"UP\"}\nwget: unable to connect to 'localhost:1/': Connection refused\nno\n"},
		"sockets":       {"ss -ltnp | tail -1 | awk '{print $4, $6}'; netstat -tln | tail -1 | awk '{print $4, $6}'", "0.0.0.0:8080 users:((\"server\",pid=1,fd=7))\n0.0.0.0:8080 LISTEN\n"},
		"nc":            {"printf 'PING\\nQUIT\\n' | nc cache.internal 6379; nc -z localhost 8080 && echo open; nc -z localhost 81 || echo shut; exec 3<>/dev/tcp/cache.internal/6379; echo HEY >&3; head -1 <&3", "+PING\r\n+QUIT\r\nopen\nnc: connect to localhost port 81 (tcp) failed: Connection refused\nshut\n+HEY\r\n"},
		"names":         {"getent hosts cache.internal; nslookup cache.internal | tail -1; nslookup nosuch.example | tail -1; ping -c1 localhost; getent passwd root", "10.0.8.40       cache.internal\nAddress: 10.0.8.40\n** server can't find nosuch.example: NXDOMAIN\nping: socket: Operation not permitted\nroot:x:0:0:root:/root:/bin/bash\n"},
		"stty pipe":     {"stty < /dev/null; echo | tty; tput cols", "stty: 'standard input': Inappropriate ioctl for device\nnot a tty\n80\n"},
		"yes head":      {"yes | head -2; yes no | head -1; seq 1000000 | tail -1; cat /dev/zero | head -c 3 | od -A n | head -1", "y\ny\nno\n1000000\n 00 00 00\n"},
		"file":          {"file data config.yml /bin/ls /app/current /dev/null; strings /bin/ls | head -1", "data: directory\nconfig.yml: ASCII text\n/bin/ls: ELF 64-bit LSB pie executable, x86-64, version 1 (SYSV), dynamically linked, stripped\n/app/current: symbolic link to /app/data\n/dev/null: character special\n"},
		"mktemp":        {"f=$(mktemp); [ -f $f ] && echo file; d=$(mktemp -d); [ -d $d ] && echo dir; truncate -s 5 $f; wc -c < $f; split -b 2 -d $f /tmp/part; ls -1 /tmp/part*", "file\ndir\n5\n/tmp/part00\n/tmp/part01\n/tmp/part02\n"},
		"own program":   {"/app/server; ls -la /app/server | cut -c1-10; /bin/ls -1 data; cp /bin/echo /tmp/myecho; /tmp/myecho hi", "server: listen tcp 0.0.0.0:8080: bind: address already in use\n-rwxr-xr-x\na.txt\nb.txt\nhi\n"},
		"bad options":   {"ls -Z; head -q -n x; sort -k x; mkdir; cut x", "ls: invalid option -- 'Z'\nhead: invalid number of lines: 'x'\nsort: invalid key 'x'\nmkdir: missing operand\ncut: you must specify a list of bytes, characters, or fields\n"},
		"devices":       {"echo x > /dev/full; echo gone > /dev/null; head -c 2 /dev/urandom | wc -c; echo out > /dev/stdout; echo err > /dev/stderr; cat /dev/stdin <<< in", "echo: write error: No space left on device\n2\nout\nerr\nin\n"},
		"column fold":   {"printf 'a bb\\nccc d\\n' | column -t; echo abcdef | fold -w 4", "a    bb\nccc  d\nabcd\nef\n"},
		"watch nohup":   {"nohup echo up; nice -n 5 echo nice; timeout 0.3 watch -n 0.1 echo tick | grep -c Every | awk '{print ($1>1)}'", "up\nnice\n1\n"},
		"interpreters":  {"printf '#!/usr/bin/python3\\n' > /tmp/p; chmod +x /tmp/p; /tmp/p; echo $?; printf '#!/usr/bin/env sh\\necho ok $0\\n' > /tmp/q; chmod +x /tmp/q; /tmp/q; printf 'a\\0b' > /tmp/r; chmod +x /tmp/r; /tmp/r", "/tmp/p: cannot execute: required file not found\n127\nok /tmp/q\n/tmp/r: cannot execute binary file: Exec format error\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got := scriptIn(t, New(served()), tc.src+"\n")
			if got != tc.want {
				t.Errorf("got  %q\nwant %q", got, tc.want)
			}
		})
	}
}

func TestLogsGrow(t *testing.T) {
	f := facts()
	from := time.Now().Add(-time.Minute)
	f.Now = time.Now
	f.Booted = from
	f.Files["/var/log/app.log"] = machine.File{From: from, Log: func(from, to time.Time) []byte {
		var out []byte
		for s := from.UnixMilli()/100 + 1; s <= to.UnixMilli()/100; s++ {
			out = append(out, time.UnixMilli(s*100).UTC().Format("15:04:05.0 request\n")...)
		}
		return out
	}}
	x := shellAt(t, New(f))
	if got := x.line("wc -l < /var/log/app.log"); len(strings.TrimSpace(got)) != 3 {
		t.Errorf("a minute of ten lines a second has %q lines", got)
	}
	x.typed("tail -f /var/log/app.log\r")
	for range 15 {
		x.sees(" request\r\n")
	}
	x.typed("\x03")
	x.sees(prompt)
	if got := x.line("> /var/log/app.log; echo mine >> /var/log/app.log; grep mine /var/log/app.log"); !strings.Contains(got, "mine\n") {
		t.Errorf("writing to the log: %q", got)
	}
}
