import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { type Diagnostic, diagnostic, together } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Lock } from "../../cargo/lock/lock.ts";
import { parseLock } from "../../cargo/lock/parseLock.ts";
import { redact } from "../../cargo/redact.ts";
import { patchTable } from "../../cargo/sourceId.ts";
import type { LocalPackage, Replacement } from "./localOverride.ts";

/** How Cargo is to resolve. */
type Resolution = {
  /** Where the lock and the manifest of the workspace are. */
  readonly root: string;
  /** `+nightly`, or nothing. */
  readonly toolchain: readonly string[];
  /** What hands the local packages to Cargo; nothing where a file in `root` does. */
  readonly flags: readonly string[];
  readonly offline: boolean;
};

/**
 * Has Cargo write the local packages into the lock in `root`, and nothing else: what is locked stays locked. A
 * package whose locked version differs from the local one is released: otherwise Cargo keeps to the locked one
 * and warns that the patch was not used (Cargo 1.95).
 *
 * The value is what Cargo refused even so: no requirement accepts the local version.
 *
 * Errors: `override-resolve`, with Cargo's own words; those of `parseLock`.
 */
export async function resolveLocally(
  resolution: Resolution,
  replacements: readonly Replacement[],
): Promise<Result<readonly Replacement[]>> {
  const strict = await updateLock(resolution, ["--workspace"]);
  if (!strict.ok) return strict;
  const unused = replacements.filter(({ local }) => isUnused(strict.value, local));
  if (unused.length === 0) return ok([]);
  const specs = unused.map(({ locked }) => `${locked.name}@${locked.version}`);
  const loose = await updateLock(resolution, specs);
  if (!loose.ok) return loose;
  return ok(unused.filter(({ local }) => isUnused(loose.value, local)));
}

function isUnused(lock: Lock, { name, version }: LocalPackage): boolean {
  return lock.unusedPatches.some((patch) => patch.name === name && patch.version === version);
}

/** Runs `cargo update` with the words, and reads the lock that it wrote. */
async function updateLock(resolution: Resolution, words: readonly string[]): Promise<Result<Lock>> {
  const { root, toolchain, flags } = resolution;
  const offline = resolution.offline ? ["--offline"] : [];
  const { execa } = await import("execa");
  const { exitCode, stderr, message } = await execa(
    "cargo",
    [...toolchain, ...flags, "update", "--quiet", ...offline, ...words],
    { cwd: root, reject: false, stdin: "ignore" },
  );
  if (exitCode !== 0) return err(unresolved(stderr || (message ?? "")));
  return parseLock("Cargo.lock", readFileSync(join(root, "Cargo.lock"), "utf8"));
}

function unresolved(cause: string): Diagnostic {
  return diagnostic("override-resolve", "Cargo cannot resolve the dependencies with these overrides", {
    notes: ["`Cargo.lock` is as it was"],
    causes: [redact(cause.replace(/^error: /, ""))],
  });
}

/**
 * Says that nobody accepts the local versions. Cargo would build with the locked ones and warn.
 *
 * @param root where the lock is, as it was before the overrides
 * @param refused at least one
 */
export async function refusal(root: string, refused: readonly Replacement[]): Promise<Diagnostic> {
  const [first, ...also] = await Promise.all(
    refused.map(async (replacement) =>
      versionRefused(replacement, await requirementsOf(root, replacement.locked.name)),
    ),
  );
  if (!first) throw new Error("nothing was refused");
  return together(first, also);
}

function versionRefused(
  { override: { written }, locked: { name, version }, local }: Replacement,
  requirements: readonly Requirement[],
): Diagnostic {
  const message = `\`${name}\` at \`${written}\` is version ${local.version}, which no dependent accepts`;
  const asked = requirements.map(
    ({ by, requirement }) => `\`${by}\` requires \`${name} = "${requirement}"\``,
  );
  const [first] = requirements;
  return diagnostic("override-version", message, {
    notes: [...asked, `\`Cargo.lock\` has version ${version}`],
    help: [
      `check out a version in \`${written}\` that is compatible with ${version}`,
      `or write \`version = "${version}"\` in the \`Cargo.toml\` there while you try it`,
      ...(first ? [`or change what \`${first.by.split(" ")[0]}\` requires`] : []),
    ],
  });
}

const metadataSchema = v.object({
  packages: v.array(
    v.object({
      name: v.string(),
      version: v.string(),
      dependencies: v.array(v.object({ name: v.string(), req: v.string(), source: v.nullable(v.string()) })),
    }),
  ),
});

/** What one package asks of a dependency. */
type Requirement = { readonly by: string; readonly requirement: string };

/**
 * Which packages require what version of the dependency `name`, as Cargo reads it from their manifests. Only for
 * a diagnostic: where Cargo cannot say without network, the list is empty.
 *
 * @param root where the lock is, as it was before the overrides
 */
async function requirementsOf(root: string, name: string): Promise<readonly Requirement[]> {
  const { execa } = await import("execa");
  const { exitCode, stdout } = await execa(
    "cargo",
    ["metadata", "--format-version", "1", "--offline", "--locked"],
    { cwd: root, reject: false, stdin: "ignore", stderr: "ignore" },
  );
  if (exitCode !== 0) return [];
  const requirements = new Map<string, Requirement>();
  for (const dependent of v.parse(metadataSchema, JSON.parse(stdout)).packages) {
    const by = `${dependent.name} v${dependent.version}`;
    for (const { name: dependency, req: requirement, source } of dependent.dependencies) {
      if (dependency !== name || source === null) continue;
      requirements.set(`${by} ${requirement}`, { by, requirement });
    }
  }
  return [...requirements.values()];
}

/**
 * The words that have one Cargo command use the replacements.
 *
 * @example
 * patchFlags([itoa]) // ["--config", 'patch."crates-io"."itoa".path="/home/me/itoa"']
 */
export function patchFlags(replacements: readonly Replacement[]): readonly string[] {
  return replacements.flatMap((replacement) => {
    const { locked, local } = replacement;
    const key = patchKey(replacement, replacements);
    const entry = `patch.${quote(patchTable(locked.source))}.${quote(key)}`;
    const renamed = key === locked.name ? [] : ["--config", `${entry}.package=${quote(locked.name)}`];
    return ["--config", `${entry}.path=${quote(local.directory)}`, ...renamed];
  });
}

/** A TOML basic string; JSON's escapes are among TOML's. */
function quote(text: string): string {
  return JSON.stringify(text);
}

/**
 * What the entry of a replacement is called in `[patch]`: the package's name, or, where two versions of one
 * package are replaced, a name of its own, which then needs `package`.
 */
export function patchKey(replacement: Replacement, all: readonly Replacement[]): string {
  const { name, version } = replacement.locked;
  return all.filter(({ locked }) => locked.name === name).length > 1 ? `${name}-${version}` : name;
}
