#!/bin/sh
# One would expect: a `rev` pins a hook that is written in Rust, with the dependencies that its `Cargo.lock` names.
# What happens: for `language: rust` pre-commit calls `cargo install --path .`, which passes over the lock, and compiles the newest
# dependencies of the day on which the machine first ran the hook. prek goes by the lock.
# Why it matters: two developers with one configuration run different programs; a formatter of another version formats otherwise,
# and one whose newest dependency needs a newer compiler does not build at all.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/tools"
"$work/tools/bin/pip" install --quiet --disable-pip-version-check prek==0.5.11 pre-commit==4.7.0
export PATH="$work/tools/bin:$PATH" GIT_CONFIG_GLOBAL=/dev/null PREK_HOME="$work/prek" PRE_COMMIT_HOME="$work/pre-commit"
unset CARGO_TARGET_DIR
prek --version
pre-commit --version
cargo --version
# The hook tells where the code of its dependency is that panics, and with it the version.
mkdir -p "$work/hook/src" "$work/app"
cd "$work/hook"
git init --quiet
printf '[package]\nname = "hook"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nsmallvec = "1"\n' >Cargo.toml
cat >src/main.rs <<'END_OF_HOOK'
fn main() {
    std::panic::set_hook(Box::new(|panic| println!("{}", panic.location().unwrap().file())));
    let mut bytes: smallvec::SmallVec<[u8; 4]> = smallvec::SmallVec::new();
    let _ = std::panic::catch_unwind(move || bytes.insert(9, 1));
}
END_OF_HOOK
cat >.pre-commit-hooks.yaml <<'END_OF_HOOKS'
- { id: hook, name: hook, language: rust, entry: hook, pass_filenames: false, always_run: true, verbose: true }
END_OF_HOOKS
cargo generate-lockfile --quiet
cargo update --quiet smallvec --precise 1.11.0
git add --all
git -c user.name=x -c user.email=x@example.org commit --quiet --message x
revision=$(git rev-parse HEAD)
cd "$work/app"
git init --quiet
printf 'repos:\n  - { repo: "%s/hook", rev: %s, hooks: [{ id: hook }] }\n' "$work" "$revision" >.pre-commit-config.yaml
git add --all
used() { "$1" run --all-files 2>&1 | grep -o 'smallvec-[0-9.]*' | head -n 1; }
ours=$(used pre-commit)
other=$(used prek)
echo "Cargo.lock: smallvec-1.11.0; pre-commit: $ours; prek: $other"
if [ "$other" != smallvec-1.11.0 ] || [ "$ours" = smallvec-1.11.0 ] || [ -z "$ours" ]; then echo "changed"; exit 1; fi
