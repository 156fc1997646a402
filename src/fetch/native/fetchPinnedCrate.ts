import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { diagnostic } from "../../base/diagnostic.ts";
import { digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { CrateBinary } from "../../derivation/nativePackage.ts";
import { cargoHome } from "../registry/cargoHome.ts";
import { locateCrates } from "../registry/locateCrates.ts";
import type { NativeContext } from "./provider.ts";

const cratesIo = "registry+https://github.com/rust-lang/crates.io-index";

/**
 * The path of a crate's `.crate` file in Cargo's download cache, its content verified. Where it is not there yet
 * Cargo fetches it, for a scratch package, so that the user's mirrors, proxies and credentials apply.
 *
 * Errors: `native-fetch` (Cargo cannot), `native-checksum`.
 */
export async function fetchPinnedCrate(crate: CrateBinary, context: NativeContext): Promise<Result<string>> {
  const home = cargoHome(context.env, context.directory);
  const right = (path: string) => digestOf(readFileSync(path)) === crate.checksum;
  const before = cached(home, crate).find(right);
  if (before !== undefined) return ok(before);
  const failure = await fetch(crate, context);
  const files = cached(home, crate);
  const after = files.find(right);
  if (after !== undefined) return ok(after);
  const wrong = files[0];
  return err(wrong === undefined ? notFetched(crate, failure) : wrongChecksum(crate, wrong));
}

function cached(home: string, crate: CrateBinary): string[] {
  const locked = { name: crate.crate, version: crate.version, checksum: crate.checksum, source: cratesIo };
  return locateCrates([locked], home, undefined).flatMap((files) => files.map((file) => file.path));
}

/** What Cargo said, if it failed. */
async function fetch(crate: CrateBinary, context: NativeContext): Promise<string | undefined> {
  await using scratch = await context.store.tempDir("native-fetch");
  const manifest = `${scratch.path}/Cargo.toml`;
  await mkdir(`${scratch.path}/src`);
  await writeFile(`${scratch.path}/src/lib.rs`, "");
  await writeFile(manifest, scratchManifest(crate));
  const args = ["fetch", "--manifest-path", manifest, ...(context.offline ? ["--offline"] : [])];
  const { execa } = await import("execa");
  const fetched = await execa("cargo", args, {
    cwd: context.directory,
    env: context.env,
    extendEnv: false,
    stdin: "ignore",
    reject: false,
  });
  return fetched.failed
    ? fetched.stderr || `cannot run \`cargo\`: ${fetched.originalMessage ?? fetched.shortMessage}`
    : undefined;
}

function scratchManifest(crate: CrateBinary): string {
  return `[package]
name = "scratch"
version = "0.0.0"
edition = "2021"

[dependencies]
${crate.crate} = "=${crate.version}"

[workspace]
`;
}

function notFetched(crate: CrateBinary, failure: string | undefined) {
  return diagnostic("native-fetch", `cannot fetch the crate \`${crate.crate}\` ${crate.version}`, {
    causes: [failure?.trim() ?? "Cargo has put no such file into its download cache"],
  });
}

function wrongChecksum(crate: CrateBinary, path: string) {
  return diagnostic(
    "native-checksum",
    `the crate \`${crate.crate}\` ${crate.version} has the wrong checksum`,
    {
      notes: [`expected ${crate.checksum}`, `found    ${digestOf(readFileSync(path))}`, `in \`${path}\``],
      help: [`rm ${path}`],
    },
  );
}
