import { dependenciesOf, inheritedVersion, packageOf } from "./dependenciesOf.ts";
import type { LockedCrate } from "./lockedCrate.ts";

const cratesIo = "registry+https://github.com/rust-lang/crates.io-index";

/** The `Cargo.lock` that Cargo would write for these manifests, were the crates all that is published. */
export function lockText(manifests: readonly string[], crates: readonly LockedCrate[]): string {
  const inherited = manifests.map(inheritedVersion).find((version) => version !== undefined);
  const own = manifests.flatMap((text) => {
    const found = packageOf(text);
    if (!found) return [];
    const version = found.version ?? inherited ?? "0.0.0";
    return [{ name: found.name, version, dependencies: dependenciesOf(text), checksum: undefined }];
  });
  const ownNames = new Set(own.map(({ name }) => name));
  const locked = new Map<string, LockedCrate>();
  const add = (name: string): void => {
    const crate = crates.find((each) => each.name === name);
    if (locked.has(name) || ownNames.has(name)) return;
    if (!crate) throw new Error(`no crate \`${name}\` is published`);
    locked.set(name, crate);
    for (const dependency of crate.dependencies) add(dependency);
  };
  for (const { dependencies } of own) for (const name of dependencies) add(name);
  const packages = [...own, ...locked.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return ["version = 4\n", ...packages.map(entry)].join("\n");
}

type Entry = Pick<LockedCrate, "name" | "version" | "dependencies"> & { checksum: string | undefined };

function entry({ name, version, checksum, dependencies }: Entry): string {
  const pinned = checksum === undefined ? "" : `source = "${cratesIo}"\nchecksum = "${checksum}"\n`;
  const list = dependencies.map((each) => ` "${each}",\n`).join("");
  const needs = list === "" ? "" : `dependencies = [\n${list}]\n`;
  return `[[package]]\nname = "${name}"\nversion = "${version}"\n${pinned}${needs}`;
}
