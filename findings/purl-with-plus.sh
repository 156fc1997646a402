#!/bin/sh
# One would expect: a package has one purl, so that what two tools write can be compared as text.
# What happens: in a version such as `2.0.15+zstd.1.5.7` the library for Python writes `+` as `%2B`, and those for JavaScript
# and Rust write it as it is, also of a purl that they have read as `%2B`. Each reads what the others write as the same version.
# Why it matters: crates that bring C sources have such versions (zstd-sys, openssl-src, wasi). Lists of components and of
# advisories by different tools do not meet just there, without an error; compare what was read, not the text.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/tools"
"$work/tools/bin/pip" install --quiet --disable-pip-version-check packageurl-python==0.17.6
mkdir -p "$work/app/src"
cd "$work/app"
npm install --silent --no-audit --no-fund --prefix . packageurl-js@2.0.1 >/dev/null
printf '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\npurl = "=0.1.6"\n' >Cargo.toml
cat >src/main.rs <<'END_OF_RUST'
fn main() {
    let purl: purl::GenericPurl<String> = std::env::args().nth(1).unwrap().parse().unwrap();
    println!("{} {purl}", purl.version().unwrap());
}
END_OF_RUST
seen=
for purl in 'pkg:cargo/zstd-sys@2.0.15+zstd.1.5.7' 'pkg:cargo/zstd-sys@2.0.15%2Bzstd.1.5.7'; do
  echo "of $purl:"
  python=$("$work/tools/bin/python" -c 'import packageurl, sys
purl = packageurl.PackageURL.from_string(sys.argv[1])
print(purl.version, purl)' "$purl")
  node=$(node -e 'const purl = require("packageurl-js").PackageURL.fromString(process.argv[1])
console.log(purl.version, String(purl))' "$purl")
  rust=$(cargo run --quiet -- "$purl")
  printf '  %-24s %s\n' 'packageurl-python 0.17.6' "$python" 'packageurl-js 2.0.1' "$node" 'purl 0.1.6 (Rust)' "$rust"
  seen="$seen$python;$node;$rust;"
done
version=2.0.15+zstd.1.5.7
plain="$version pkg:cargo/zstd-sys@$version"
each="$version pkg:cargo/zstd-sys@2.0.15%2Bzstd.1.5.7;$plain;$plain;"
[ "$seen" = "$each$each" ] || { echo "changed"; exit 1; }
