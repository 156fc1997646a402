#!/bin/sh
# One would expect: a GNU make that is too old for a jobserver in a named pipe ignores it, and works with one job.
# What happens: GNU make before 4.4 (Debian 12, Ubuntu 22.04) stops with an internal error at `--jobserver-auth=fifo:…`.
# Why it matters: who offers its jobs by a named pipe breaks each build script that calls `make` there.
set -eu
command -v make >/dev/null || apt-get install -y -qq make >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
version=$(make --version | head -n 1)
echo "$version"
mkfifo jobs
printf 'all:\n\t@echo built\n' >Makefile
status=0
MAKEFLAGS="-j2 --jobserver-auth=fifo:$work/jobs" timeout 10 make >log 2>&1 || status=$?
echo "exit $status: $(head -n 1 log)"
case $version in
  *" 4.0" | *" 4.1" | *" 4.2"* | *" 4.3") [ "$status" = 2 ] && grep -q 'invalid --jobserver-auth' log ;;
  *) [ "$status" = 0 ] && grep -q built log ;;
esac || { echo "changed"; exit 1; }
