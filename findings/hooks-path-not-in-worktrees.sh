#!/bin/sh
# One would expect: with `core.hooksPath` set to `.git/hooks`, which is the default, nothing changes.
# What happens: in every linked worktree, whose `.git` is a file, git finds no hook there, says nothing, and commits.
# Why it matters: tools that install hooks set it so (git-hooks.nix, in its shell hook), and who works in worktrees has no
# hooks from then on; an absolute path, or none, has them everywhere.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git --version
export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x@example.org GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x@example.org
git init --quiet "$work/main"
cd "$work/main"
git commit --quiet --allow-empty --message first
printf '#!/bin/sh\nexit 1\n' >.git/hooks/pre-commit
chmod +x .git/hooks/pre-commit
git worktree add --quiet -b other "$work/other"
try() {
  git -C "$2" commit --quiet --allow-empty --message x && told=commits || told=refuses
  printf '%-24s %-16s %s\n' "$1" "${2##*/}" "$told"
  [ "$told" = "$3" ] || { echo "changed"; exit 1; }
}
try 'not set' "$work/main" refuses
try 'not set' "$work/other" refuses
git config core.hooksPath .git/hooks
try '.git/hooks' "$work/main" refuses
try '.git/hooks' "$work/other" commits
git config core.hooksPath "$work/main/.git/hooks"
try 'absolute' "$work/other" refuses
