#!/bin/sh
# One would expect, of cargo-audit: the way from the project to the crate is shown with each advisory, as the setting `show_tree`
# says ("default: true"); and `--ignore yanked` leaves out the look for yanked crates.
# What happens: without a table `[output]` in `audit.toml`, and so without the file, the tree is not shown; the table may not
# stand there without `quiet`. `--ignore` takes any word for an advisory's id: the index is opened all the same.
# Why it matters: the report names a crate, and not who brought it; a check offline warns of an index that nobody asked for.
# With an argument, that program is run and none is installed: building it takes many minutes.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
audit=${1:-}
if [ -z "$audit" ]; then
  cargo install --quiet --locked --root "$work/tool" cargo-audit@0.22.2
  audit=$work/tool/bin/cargo-audit
fi
export HOME="$work" CARGO_HOME="$work/home"
"$audit" --version
cd "$work"
mkdir -p database/crates/leaf .cargo
cat >Cargo.lock <<'END'
version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = ["leaf"]

[[package]]
name = "leaf"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "0000000000000000000000000000000000000000000000000000000000000000"
END
cat >database/crates/leaf/RUSTSEC-2026-0001.md <<'END'
```toml
[advisory]
id = "RUSTSEC-2026-0001"
package = "leaf"
date = "2026-01-02"

[versions]
patched = [">= 1.0.1"]
```

# leaf forgets what it was told

It does.
END
run() { "$audit" audit -n -d database "$@" 2>&1 || true; }
without=$(run --no-yanked)
echo "$without"
printf '[output]\nquiet = false\n' >.cargo/audit.toml
with=$(run --no-yanked)
echo "$with"
printf '[output]\nshow_tree = true\n' >.cargo/audit.toml
alone=$(run --no-yanked)
echo "$alone"
rm .cargo/audit.toml
ignored=$(run --ignore yanked)
echo "$ignored"
echo "$without" | grep -q 'Dependency tree' && { echo "changed"; exit 1; }
echo "$with" | grep -q 'Dependency tree' || { echo "changed"; exit 1; }
echo "$alone" | grep -q 'missing field `quiet`' || { echo "changed"; exit 1; }
echo "$ignored" | grep -q "couldn't open crates.io index" || { echo "changed"; exit 1; }
