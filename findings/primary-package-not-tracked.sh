#!/bin/sh
# One would expect: code that asks for `CARGO_PRIMARY_PACKAGE` is compiled again when its value changes, as rustc
# writes every variable that `env!` and `option_env!` asked for into its dep-info, and Cargo compares them.
# What happens: the variable is set for the packages that were asked for alone, and Cargo compares nothing that it sets
# itself: `cargo build` and `cargo build -p app` leave each other's result, whichever came first.
# Why it matters: a unit that saw the variable is one of this selection alone; a shared cache must key it so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo --version
cd "$work"
mkdir -p app/src helper/src
printf '[workspace]\nmembers = ["app", "helper"]\nresolver = "2"\n' >Cargo.toml
printf '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nhelper = { path = "../helper" }\n' >app/Cargo.toml
printf '[package]\nname = "helper"\nversion = "0.1.0"\nedition = "2021"\n' >helper/Cargo.toml
echo 'pub const PRIMARY: Option<&str> = option_env!("CARGO_PRIMARY_PACKAGE");' >helper/src/lib.rs
echo 'fn main() { println!("{:?}", helper::PRIMARY) }' >app/src/main.rs
run() { cargo build --quiet "$@" && ./target/debug/app; }
all=$(run) && then_one=$(run -p app)
cargo clean --quiet
one=$(run -p app) && then_all=$(run)
echo "all: $all, then -p app: $then_one; -p app: $one, then all: $then_all"
[ "$all" = "$then_one" ] && [ "$one" = "$then_all" ] && [ "$all" != "$one" ] || { echo "changed"; exit 1; }
