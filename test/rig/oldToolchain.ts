import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { findToolchain, hostTriple } from "../../src/fetch/toolchain/findToolchain.ts";
import { valueOfResult } from "./valueOfResult.ts";

/**
 * Makes a rustup home whose only toolchain is the installed one but for its Cargo, which does not know
 * `--unit-graph`, as Cargo before 1.45.
 */
export function oldToolchain(rustup: string): void {
  const from = valueOfResult(findToolchain({ components: [], targets: [] }, process.env));
  const to = join(rustup, `toolchains/old-${hostTriple()}`);
  const libraries = readdirSync(join(from, "lib")).filter((name) => name.includes(".so"));
  for (const path of ["bin/rustc", ...libraries.map((name) => `lib/${name}`), `lib/rustlib/${hostTriple()}`])
    linkAll(join(from, path), join(to, path));
  linkAll(join(from, "bin/cargo"), join(to, "libexec/cargo-itself"));
  writeFileSync(join(to, "bin/cargo"), cargo);
  chmodSync(join(to, "bin/cargo"), 0o755);
  writeFileSync(join(rustup, "settings.toml"), `version = "12"\ndefault_toolchain = "old-${hostTriple()}"\n`);
}

const cargo = `#!/bin/sh
for word in "$@"; do
  case $word in --unit-graph)
    echo "error: Found argument '--unit-graph' which wasn't expected, or isn't valid in this context" >&2
    exit 1
  esac
done
exec "\${0%/*}/../libexec/cargo-itself" "$@"
`;

function linkAll(from: string, to: string): void {
  if (statSync(from).isDirectory()) {
    for (const name of readdirSync(from)) linkAll(join(from, name), join(to, name));
    return;
  }
  mkdirSync(dirname(to), { recursive: true });
  try {
    linkSync(realpathSync(from), to);
  } catch {
    // On another file system.
    copyFileSync(from, to);
  }
}
