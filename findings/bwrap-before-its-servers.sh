#!/bin/sh
# One would expect: when the command of `bwrap --unshare-pid` ends, so does all that it started, as with `unshare --pid --fork`
# and in containers: its namespace is gone.
# What happens: bubblewrap's own first process stays in there until the last one has ended, while `bwrap` gives the command's
# status and ends. With `--die-with-parent` or `--as-pid-1` the rest is killed.
# Why it matters: a server that a build leaves behind (sccache's, a test's) goes on in the sandbox of a build that is over, keeps
# its directories mounted and its pipes open, and writes to what was made already.
set -eu
command -v bwrap >/dev/null || apt-get install -y -qq bubblewrap >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bwrap --version
# Prints whether what the command left behind still holds the pipe when the command line has ended.
try() {
  rm -f "$work/pipe"
  mkfifo "$work/pipe"
  "$@" sh -c 'sleep 6 & exit 7' >"$work/pipe" &
  process=$!
  exec 3<"$work/pipe"
  status=0
  wait "$process" || status=$?
  if timeout 2 cat <&3; then answer=killed; else answer="goes on"; fi
  exec 3<&-
  seen="$seen$status $answer, "
  echo "$*: status $status, and the rest: $answer"
}
seen=
try unshare --user --pid --fork
try bwrap --unshare-pid --dev-bind / /
try bwrap --unshare-all --dev-bind / /
try bwrap --unshare-all --dev-bind / / --as-pid-1
try bwrap --unshare-all --dev-bind / / --die-with-parent
[ "$seen" = "7 killed, 7 goes on, 7 goes on, 7 killed, 7 killed, " ] || { echo "changed"; exit 1; }
