#!/bin/sh
# One would expect: a hook with `pass_filenames: false` and no filter, such as `cargo check`, runs before each commit.
# What happens: it is skipped where a commit only deletes files, in pre-commit and prek alike: a deleted file is none of those
# that a hook is chosen by, and a hook for no file does not run. `always_run: true` is what runs it.
# Why it matters: a deleted module is what breaks a build most surely, and it is committed with the word "Skipped"; CI, which runs
# over all files, refuses it.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/tools"
"$work/tools/bin/pip" install --quiet --disable-pip-version-check prek==0.5.11 pre-commit==4.7.0
export PATH="$work/tools/bin:$PATH" GIT_CONFIG_GLOBAL=/dev/null PREK_HOME="$work/prek" PRE_COMMIT_HOME="$work/pre-commit"
prek --version
pre-commit --version
cargo --version
mkdir -p "$work/app/src"
cd "$work/app"
git init --quiet
printf '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n' >Cargo.toml
echo 'mod part;' >src/lib.rs
touch src/part.rs
echo /target >.gitignore
hook() { echo "      - { id: $1, name: $1, language: system, entry: cargo check --quiet --offline, pass_filenames: false$2 }"; }
{
  printf 'repos:\n  - repo: local\n    hooks:\n'
  hook check ''
  hook always ', always_run: true'
} >.pre-commit-config.yaml
git add --all
seen=
for program in pre-commit prek; do
  git restore --quiet --staged --worktree . 2>/dev/null || true
  "$program" run >log 2>&1 || { cat log; exit 1; }
  git -c user.name=x -c user.email=x@example.org commit --quiet --allow-empty --message x
  git rm --quiet src/part.rs
  echo "$program, src/part.rs deleted:"
  "$program" run >log 2>&1 && status=0 || status=$?
  grep -E '^(check|always)\.' log
  seen="$seen$(sed -n 's/^\(check\|always\)\..*\(Skipped\|Passed\|Failed\)$/\1 \2/p' log | paste -sd, -),$status "
done
[ "$seen" = "check Skipped,always Failed,1 check Skipped,always Failed,1 " ] || { echo "changed: $seen"; exit 1; }
