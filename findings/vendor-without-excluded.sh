#!/bin/sh
# One would expect: `cargo vendor` copies a git dependency as Cargo checks it out, so that it compiles as before.
# What happens: it copies what the package would publish. What `exclude` or `include` of its manifest keep out of a registry
# is not there, nor anything else that `cargo package` leaves out; the checksums are those of the rest, so nothing is amiss.
# Why it matters: code that names such a file compiles from git and not from `vendor/`; a build script that takes another way
# without the file makes another program, silently. A vendored build is no check of the usual one.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CARGO_HOME="$work/home" GIT_CONFIG_GLOBAL=/dev/null
unset CARGO_TARGET_DIR
cargo --version
mkdir -p "$work/dep/src" "$work/app/src" "$work/app/.cargo"
cd "$work/dep"
git init --quiet
printf '[package]\nname = "dep"\nversion = "0.1.0"\nedition = "2021"\nexclude = ["/words.txt"]\n' >Cargo.toml
echo many >words.txt
echo 'pub const WORDS: &str = env!("WORDS");' >src/lib.rs
cat >build.rs <<'END_OF_BUILD'
fn main() {
    println!("cargo::rustc-env=WORDS={}", std::fs::read_to_string("words.txt").unwrap_or_else(|_| "none".into()).trim());
}
END_OF_BUILD
git add --all
git -c user.name=x -c user.email=x@example.org commit --quiet --message x
cd "$work/app"
printf '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\ndep = { git = "file://%s/dep" }\n' "$work" >Cargo.toml
echo 'fn main() { println!("{}", dep::WORDS); }' >src/main.rs
from_git=$(cargo run --quiet)
cargo vendor 2>/dev/null >.cargo/config.toml
ls -A vendor/dep
vendored=$(cargo run --quiet --offline)
echo "the program says, from git: $from_git; vendored: $vendored"
[ "$from_git $vendored" = "many none" ] || { echo "changed"; exit 1; }
