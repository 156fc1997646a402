import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Lock } from "../../cargo/lock.ts";
import { parseLock } from "../../cargo/parseLock.ts";
import { redact } from "../../cargo/redact.ts";
import type { LocalPackage } from "./localPackage.ts";
import type { Replacement } from "./replacement.ts";

export type Resolving = {
  /** Where the lock and the manifest of the workspace are. */
  readonly root: string;
  /** `+nightly`, or nothing. */
  readonly toolchain: readonly string[];
  /** What hands the overrides to Cargo; nothing where a file in `root` does. */
  readonly flags: readonly string[];
  readonly offline: boolean;
};

/**
 * Has Cargo write the overrides into the lock in `root`, and nothing else: what is locked stays locked. A
 * package whose locked version differs from the local one is released, for else Cargo keeps to the locked one
 * and warns that the patch was not used (Cargo 1.95).
 *
 * The value is the overrides that Cargo did not take even so: no requirement accepts their version.
 *
 * Errors: `override-resolve`, with Cargo's own words.
 */
export async function resolvePatched(
  at: Resolving,
  replacements: readonly Replacement[],
): Promise<Result<readonly Replacement[]>> {
  const kept = await update(at, ["--workspace"]);
  if (!kept.ok) return kept;
  const refused = replacements.filter(({ local }) => isUnused(kept.value, local));
  if (refused.length === 0) return ok([]);
  const specs = refused.map(({ locked }) => `${locked.name}@${locked.version}`);
  const released = await update(at, specs);
  if (!released.ok) return released;
  return ok(refused.filter(({ local }) => isUnused(released.value, local)));
}

function isUnused(lock: Lock, { name, version }: LocalPackage): boolean {
  return lock.unusedPatches.some((one) => one.name === name && one.version === version);
}

async function update(at: Resolving, what: readonly string[]): Promise<Result<Lock>> {
  const offline = at.offline ? ["--offline"] : [];
  const args = [...at.toolchain, ...at.flags, "update", "--quiet", ...offline, ...what];
  const { execa } = await import("execa");
  const ran = await execa("cargo", args, { cwd: at.root, reject: false, stdin: "ignore" });
  if (ran.exitCode !== 0) return err(unresolved(ran.stderr || (ran.message ?? "")));
  return parseLock("Cargo.lock", readFileSync(join(at.root, "Cargo.lock"), "utf8"));
}

function unresolved(said: string): Diagnostic {
  return diagnostic("override-resolve", "Cargo cannot resolve the dependencies with these overrides", {
    notes: ["`Cargo.lock` is as it was"],
    causes: [redact(said.replace(/^error: /, ""))],
  });
}
