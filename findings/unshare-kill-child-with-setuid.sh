#!/bin/sh
# One would expect: `unshare --pid --kill-child` ends everything in the namespace when `unshare` itself is killed, as its
# manual promises, whatever user its `--setuid` or a `setpriv --reuid` behind it makes of that.
# What happens: with either of them nothing is killed. The signal is asked for first, and the system forgets it where the user or
# group changes (prctl(2), PR_SET_PDEATHSIG); `setpriv --pdeathsig keep` sets it again. Users that a namespace maps are no change.
# Why it matters: a sandbox that root starts, and that drops root in its last step, goes on building when its builder was killed.
# Needs root, and util-linux with any packages it needs.
set -eu
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 1; }
command -v setpriv >/dev/null || apt-get install -y -qq util-linux >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unshare --version
# Kills `unshare` when its program has started, and prints whether that still holds the pipe afterwards.
try() {
  rm -f "$work/pipe"
  mkfifo "$work/pipe"
  unshare --pid --fork --kill-child "$@" sh -c 'echo started; exec sleep 6' >"$work/pipe" &
  process=$!
  exec 3<"$work/pipe"
  read -r _ <&3
  kill -KILL "$process"
  if timeout 2 cat <&3; then answer=killed; else answer="goes on"; fi
  exec 3<&-
  seen="$seen$answer, "
  echo "--kill-child $*: $answer"
}
seen=
try
try --setgid 65534 --setuid 65534
try setpriv --regid 65534 --reuid 65534 --clear-groups
try setpriv --regid 65534 --reuid 65534 --clear-groups --pdeathsig keep
try --user --map-user=65534 --map-group=65534
[ "$seen" = "killed, goes on, goes on, killed, killed, " ] || { echo "changed"; exit 1; }
