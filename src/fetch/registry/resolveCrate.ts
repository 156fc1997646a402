import { readFileSync } from "node:fs";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { parseLock } from "../../cargo/lock/parseLock.ts";
import type { Store } from "../../store/store.ts";
import { type LockedCrate, lockedPackages } from "../lockedPackage.ts";
import { type AskingCargo, askCargo } from "./askCargo.ts";
import { writePackage } from "./fetchCrates.ts";

/** The compiler that Cargo finds in the environment decides which versions can be compiled. */
type Asking = AskingCargo & { readonly offline: boolean };

/**
 * Has Cargo say what a registry has of a crate: a version with its checksum. Without `version` it is the newest that the
 * toolchain can compile (`resolver.incompatible-rust-versions`, Cargo 1.84), and no pre-release.
 *
 * Errors: `crate-unknown`, with the versions that there are; `cargo-missing`, `registry-auth`, `fetch-failed`, `interrupted`.
 *
 * @example
 * await resolveCrate({ name: "cargo-hakari" }, store, asking) // ok({ name: "cargo-hakari", version: "0.9.39", … })
 */
export async function resolveCrate(
  { name, version }: { readonly name: string; readonly version?: string | undefined },
  store: Store,
  { offline, ...asking }: Asking,
): Promise<Result<LockedCrate>> {
  await using scratch = await store.tempDir("resolve");
  const directory = scratch.path;
  const wanted = version === undefined ? "*" : `=${version.replace(/\+.*$/, "")}`;
  // Without features, which would only bring more crates to look at.
  const manifest = writePackage(directory, "gantry-resolve", {
    [name]: { version: wanted, "default-features": false },
  });
  const byCompiler = ["--config", 'resolver.incompatible-rust-versions="fallback"'];
  const asked = await askCargo(
    ["generate-lockfile", ...(offline ? ["--offline"] : []), ...byCompiler],
    manifest,
    { ...asking, wanted: `which versions of \`${name}\` there are` },
  );
  if (!asked.ok) {
    const { text, error } = asked.error;
    if (error.code === "interrupted") return err(error);
    // Of what it does not know offline, Cargo says that there is no such thing.
    if (offline) return err({ ...error, help: ["run once without --offline"] });
    return err(unknownCrate(text, name, version) ?? error);
  }
  const lock = parseLock("Cargo.lock", readFileSync(`${directory}/Cargo.lock`, "utf8"));
  if (!lock.ok) return lock;
  const found = lockedPackages(lock.value).find((one) => one.name === name);
  const { source, checksum } = found ?? {};
  if (!found || source === undefined || checksum === undefined)
    return err(diagnostic("crate-unknown", `no registry has the crate \`${name}\``));
  return ok({ name, version: found.version, source, checksum });
}

/** Wording of Cargo 1.95. */
function unknownCrate(text: string, name: string, version: string | undefined): Diagnostic | undefined {
  const known = /candidate versions found which didn't match: (.*)/.exec(text)?.[1];
  if (known !== undefined && version !== undefined) {
    return diagnostic("crate-unknown", `no registry has \`${name}\` ${version}`, {
      notes: [`the newest versions are ${known.replace(/, \.\.\.$/, "")}`],
    });
  }
  if (!/no matching package (?:named )?`[^`]+` found/.test(text)) return undefined;
  const meant = /perhaps you meant:\s*([\w-]+)/.exec(text)?.[1];
  return diagnostic("crate-unknown", `no registry has the crate \`${name}\``, {
    help: meant === undefined ? ["look for it: cargo search"] : [`did you mean \`${meant}\`?`],
  });
}
