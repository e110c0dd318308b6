package shell

import (
	"strings"
	"testing"
)

func TestLanguage(t *testing.T) {
	for name, tc := range map[string]struct{ src, want string }{
		"echo":            {`echo hello   world`, "hello world\n"},
		"variables":       {`a=1; b="$a and ${c:-three}"; echo $b`, "1 and three\n"},
		"single quotes":   {`echo '$a "x"'`, "$a \"x\"\n"},
		"status":          {`false; echo $?; true; echo $?`, "1\n0\n"},
		"and or":          {`true && echo a || echo b; false && echo a || echo b`, "a\nb\n"},
		"if":              {`if [ 1 -eq 2 ]; then echo a; elif [ x = x ]; then echo b; else echo c; fi`, "b\n"},
		"for":             {`for i in a b "c d"; do echo "<$i>"; done`, "<a>\n<b>\n<c d>\n"},
		"c for":           {`for ((i=0;i<3;i++)); do echo $i; done`, "0\n1\n2\n"},
		"while":           {`i=0; while [ $i -lt 3 ]; do echo $i; i=$((i+1)); done`, "0\n1\n2\n"},
		"until":           {`i=3; until [ $i -eq 0 ]; do i=$((i-1)); done; echo $i`, "0\n"},
		"break continue":  {`for i in 1 2 3 4; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done`, "1\n3\n"},
		"break two":       {`for i in 1 2; do for j in 1 2; do echo $i$j; break 2; done; done; echo end`, "11\nend\n"},
		"case":            {`for x in apple banana 7; do case $x in a*) echo A;; [0-9]) echo N;; *) echo other;; esac; done`, "A\nother\nN\n"},
		"case through":    {`case a in a) echo 1;& b) echo 2;; c) echo 3;; esac`, "1\n2\n"},
		"function":        {`f() { local v=in; echo "$v $1 $#"; return 3; }; v=out; f x y; echo $? $v`, "in x 2\n3 out\n"},
		"recursion":       {`f() { [ $1 -le 1 ] && echo 1 && return; echo $(( $1 * $(f $(($1-1))) )); }; f 5`, "120\n"},
		"subshell":        {`a=1; (a=2; echo $a; exit 7); echo $? $a`, "2\n7 1\n"},
		"block redirect":  {`{ echo a; echo b >&2; } 2>&1 > /tmp/o; cat /tmp/o`, "b\na\n"},
		"command subst":   {"x=$(echo a; echo b); echo \"$x\"; echo `echo old`", "a\nb\nold\n"},
		"file subst":      {`echo "$(</app/data/b.txt)"`, "Beta two\n"},
		"arith":           {`echo $((2**10 + 7 % 3)) $((0x1f)); ((a=5)); let b=a*2; echo $a $b`, "1025 31\n5 10\n"},
		"pipe":            {`printf 'b\na\n' | while read -r l; do echo "[$l]"; done`, "[b]\n[a]\n"},
		"pipe status":     {`true | false; echo $?; set -o pipefail; false | true; echo $?`, "1\n1\n"},
		"negated":         {`! false; echo $?`, "0\n"},
		"heredoc":         {"cat <<EOF\nx $((1+1))\nEOF\ncat <<'EOF'\n$x\nEOF\n", "x 2\n$x\n"},
		"herestring":      {`cat <<< "one two"`, "one two\n"},
		"glob":            {`cd /app/data; echo *.txt; echo /app/da*/a*; echo nothing*`, "a.txt b.txt\n/app/data/a.txt\nnothing*\n"},
		"braces":          {`echo {a,b}{1..3}`, "a1 a2 a3 b1 b2 b3\n"},
		"param ops":       {`f=/a/b/c.tar.gz; echo ${f##*/} ${f%.*} ${f%%.*} ${#f} ${f/b/X} ${f:3:3}`, "c.tar.gz /a/b/c.tar /a/b/c 13 /a/X/c.tar.gz b/c\n"},
		"case ops":        {`x=abc; echo ${x^} ${x^^} ${x:-y} ${z:=w} $z`, "Abc ABC abc w w\n"},
		"arrays":          {`a=(x y z); a[5]=q; a+=(r); echo ${a[1]} ${#a[@]} "${a[@]}"`, "y 7 x y z   q r\n"},
		"map":             {`declare -A m; m[k]=v; m[j]=w; echo ${m[k]} ${m[j]} ${!m[@]}`, "v w j k\n"},
		"test brackets":   {`[[ abc == a* && ! -e /nope && 3 -gt 2 ]] && echo yes; [[ a1 =~ ([a-z])([0-9]) ]] && echo ${BASH_REMATCH[2]}`, "yes\n1\n"},
		"test files":      {`[ -d /app ] && [ -f /app/config.yml ] && [ ! -e /x ] && [ -L /app/current ] && echo ok`, "ok\n"},
		"exec redirect":   {`exec 3>/tmp/three; echo x >&3; exec 3>&-; cat /tmp/three`, "x\n"},
		"read fields":     {`read a b <<< "1 2 3"; echo "$b|$a"`, "2 3|1\n"},
		"shift params":    {`set -- a b c; shift; echo $1 $# "$@"`, "b 2 b c\n"},
		"eval":            {`x='echo $y'; y=5; eval $x`, "5\n"},
		"source":          {`echo 'v=7; f() { echo f$v; }' > /tmp/lib; . /tmp/lib; f`, "f7\n"},
		"trap exit":       {`trap 'echo bye' EXIT; echo hi`, "hi\nbye\n"},
		"errexit":         {`set -e; echo a; false; echo b`, "a\n"},
		"errexit if":      {`set -e; if false; then :; fi; false || true; echo b`, "b\n"},
		"nounset":         {`set -u; echo ${a-none}; echo $b; echo never`, "none\nscript: b: unbound variable\n"},
		"background":      {`echo a > /tmp/bg & wait; cat /tmp/bg`, "a\n"},
		"wait status":     {`(exit 4) & wait $!; echo $?`, "4\n"},
		"export":          {`A=1; export B=2; C=3 bash -c 'echo "$A|$B|$C"'; echo "$C"`, "|2|3\n\n"},
		"sh -c args":      {`sh -c 'echo $0 $1 $#' zero one two`, "zero one 2\n"},
		"script file":     {"printf '#!/bin/sh\\necho run $1\\n' > /tmp/s; chmod +x /tmp/s; /tmp/s me", "run me\n"},
		"process subst":   {`while read l; do echo "<$l>"; done < <(echo a; echo b)`, "<a>\n<b>\n"},
		"xtrace":          {`set -x; echo a`, "+ echo a\na\n"},
		"not found":       {`nosuch; echo $?`, "script: nosuch: command not found\n127\n"},
		"no permission":   {`echo x > /tmp/x; /tmp/x; echo $?; /tmp; echo $?`, "script: /tmp/x: Permission denied\n126\nscript: /tmp: Is a directory\n126\n"},
		"redirect errors": {`cat < /nope; echo $?; echo a > /app; echo $?`, "script: /nope: No such file or directory\n1\nscript: /app: Is a directory\n1\n"},
		"syntax error":    {`echo a; if`, ""},
		"getopts":         {`while getopts "ab:" o -a -b val rest; do echo $o $OPTARG; done`, "a\nb val\n"},
		"tilde":           {`echo ~ ~/x ~root ~daemon ~nobodyknows`, "/root /root/x /root /daemon ~nobodyknows\n"},
		"printf":          {`printf '%s-%03d|%5.1f|%x\n' a 7 3.14159 255 b 8 2 16; printf '%b' 'a\tb\n'`, "a-007|  3.1|ff\nb-008|  2.0|10\na\tb\n"},
		"echo -e":         {`echo -e 'a\tb\x41\0101'; echo -n x; echo`, "a\tbAA\nx\n"},
		"time":            {`time true 2>/dev/null`, ""},
		"select command":  {`command -v ls; type cd; command -v nosuch; echo $?`, "/usr/bin/ls\ncd is a shell builtin\n1\n"},
		"nested quotes":   {`echo "a $(echo "b $(echo 'c')")"`, "a b c\n"},
		"heredoc pipe":    {"cat <<E | while read x; do echo $x!; done\n1\n2\nE\n", "1!\n2!\n"},
		"local scope":     {`f() { local a=1; g; echo $a; }; g() { a=2; }; a=0; f; echo $a`, "2\n0\n"},
		"readonly":        {`readonly r=1; r=2; echo $r`, "script: r: readonly variable\n1\n"},
		"unset":           {`a=1; unset a; echo "<$a>"`, "<>\n"},
		"umask":           {`umask; ulimit -n`, "0022\n65535\n"},
		"dirs":            {`pushd /tmp > /dev/null; pwd; popd > /dev/null; pwd; cd -; cd /nope`, "/tmp\n/app\n/tmp\nscript: cd: /nope: No such file or directory\n"},
		"mapfile":         {`mapfile -t l < /app/data/a.txt; echo ${#l[@]} ${l[2]}`, "3 gamma\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got := script(t, tc.src)
			switch name {
			case "syntax error":
				if !strings.Contains(got, "syntax error") {
					t.Errorf("got %q", got)
				}
			case "time":
				if !strings.Contains(got, "real") {
					t.Errorf("got %q", got)
				}
			default:
				if got != tc.want {
					t.Errorf("got  %q\nwant %q", got, tc.want)
				}
			}
		})
	}
}
