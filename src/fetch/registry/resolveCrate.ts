import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { stringify } from "smol-toml";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { parseLock } from "../../cargo/lock/parseLock.ts";
import type { Store } from "../../store/store.ts";
import { type LockedCrate, lockedPackages } from "../lockedPackage.ts";
import { stopped } from "../progress.ts";
import { explainFetchFailure } from "./fetchCrates.ts";

type Asking = {
  /** Where Cargo runs: a directory of the user's, whose settings count. */
  readonly workspaceDir: string;
  /** The user's own environment; the compiler that Cargo finds in it decides which versions can be compiled. */
  readonly env: NodeJS.ProcessEnv;
  readonly offline: boolean;
  readonly signal: AbortSignal;
};

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
  { workspaceDir, env, offline, signal }: Asking,
): Promise<Result<LockedCrate>> {
  await using scratch = await store.tempDir("resolve");
  const directory = scratch.path;
  writePackage(directory, { name, version });
  const { execa } = await import("execa");
  const cargo = await execa(
    "cargo",
    [
      "generate-lockfile",
      "--manifest-path",
      `${directory}/Cargo.toml`,
      ...(offline ? ["--offline"] : []),
      "--config",
      'resolver.incompatible-rust-versions="fallback"',
    ],
    {
      cwd: workspaceDir,
      env: { ...env, CARGO_TERM_COLOR: "never" },
      extendEnv: false,
      stdin: "ignore",
      reject: false,
      cancelSignal: signal,
    },
  );
  if (cargo.isCanceled || cargo.signal === "SIGINT") return err(stopped());
  if (cargo.exitCode !== 0) {
    const text = cargo.stderr ?? "";
    // Of what it does not know offline, Cargo says that there is no such thing.
    const unknown = offline ? undefined : unknownCrate(text, name, version);
    return err(unknown ?? failed(text, { name, env, offline }));
  }
  const lock = parseLock("Cargo.lock", readFileSync(`${directory}/Cargo.lock`, "utf8"));
  if (!lock.ok) return lock;
  const found = lockedPackages(lock.value).find((one) => one.name === name);
  const { source, checksum } = found ?? {};
  if (!found || source === undefined || checksum === undefined)
    return err(diagnostic("crate-unknown", `no registry has the crate \`${name}\``));
  return ok({ name, version: found.version, source, checksum });
}

/** Of the edition that decides by `rust-version`; without features, which would only bring more crates to look at. */
function writePackage(directory: string, { name, version }: { name: string; version?: string | undefined }) {
  const wanted = version === undefined ? "*" : `=${version.replace(/\+.*$/, "")}`;
  mkdirSync(`${directory}/src`);
  writeFileSync(`${directory}/src/lib.rs`, "");
  writeFileSync(
    `${directory}/Cargo.toml`,
    stringify({
      package: { name: "gantry-resolve", version: "0.0.0", edition: "2021" },
      dependencies: { [name]: { version: wanted, "default-features": false } },
      workspace: {},
    }),
  );
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

function failed(
  text: string,
  {
    name,
    env,
    offline,
  }: { readonly name: string; readonly env: NodeJS.ProcessEnv; readonly offline: boolean },
): Diagnostic {
  const explained = explainFetchFailure(text.split("\n"), env);
  return diagnostic(explained.code, `cannot find out which versions of \`${name}\` there are`, {
    causes: explained.causes,
    help: offline
      ? ["run once without --offline"]
      : explained.help.filter((line) => !/fetch --locked/.test(line)),
  });
}
