#!/bin/sh
# One would expect: `strace -f` of all calls names each file that a build reads, once what is mapped counts as read.
# What happens: the interpreter of a script (`#!`), and the loader of a program (`PT_INTERP`), are opened by the system while it
# works on `execve`, which names the script alone: neither is in any call. The same goes for whatever watches or answers system
# calls: seccomp's notifications, ptrace, a preloaded library.
# Why it matters: inputs found that way lack the shell, perl or python that ran, and libc's loader: a cache that is keyed by them
# serves what another interpreter made, and a sandbox that offers them alone says "not found" of a script that is there.
set -eu
command -v strace >/dev/null || apt-get install -y -qq strace >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
strace --version | head -n 1
cp /bin/sh interpreter
loader=$(ldd interpreter | sed -n 's,^[[:space:]]*\(/[^ ]*ld[-.][^ ]*\) .*,\1,p')
[ -n "$loader" ] || { echo "no loader found"; exit 1; }
printf '#!%s/interpreter\nexec cat input\n' "$work" >script
chmod +x script
echo hello >input
strace --follow-forks --decode-fds=path --output=calls ./script
named() { if grep -q -F -e "$1" calls; then echo named; else echo "not named"; fi; }
seen="script: $(named ./script), input: $(named '"input"'), libc: $(named libc.so), interpreter: $(named "$work/interpreter"), $loader: $(named "$loader")"
echo "$seen"
[ "$seen" = "script: named, input: named, libc: named, interpreter: not named, $loader: not named" ] || { echo "changed"; exit 1; }
mv interpreter elsewhere
sh -c ./script 2>&1 || true
