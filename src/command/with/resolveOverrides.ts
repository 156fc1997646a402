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

type Resolving = {
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

/**
 * Nobody accepts the local versions; Cargo would build with the locked ones and warn.
 *
 * @param root where the lock is, as it was before the overrides
 * @param refused at least one
 */
export async function refusal(root: string, refused: readonly Replacement[]): Promise<Diagnostic> {
  const found = await Promise.all(refused.map(async (one) => describe(one, await requirementsOf(root, one))));
  const all = together(found);
  if (all === undefined) throw new Error("nothing was refused");
  return all;
}

function describe(
  { override, locked, local }: Replacement,
  requirements: readonly Requirement[],
): Diagnostic {
  const { name, version } = locked;
  const { written } = override;
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
 * Which packages require what version of a dependency that is overridden, as Cargo reads it from their
 * manifests. Only for a diagnostic: where Cargo cannot say without network, nothing is known.
 *
 * @param root where the lock is, as it was before the override
 */
async function requirementsOf(root: string, { locked }: Replacement): Promise<readonly Requirement[]> {
  const args = ["metadata", "--format-version", "1", "--offline", "--locked"];
  const { execa } = await import("execa");
  const ran = await execa("cargo", args, { cwd: root, reject: false, stdin: "ignore", stderr: "ignore" });
  if (ran.exitCode !== 0) return [];
  const { packages } = v.parse(metadataSchema, JSON.parse(ran.stdout));
  const found = packages.flatMap(({ name, version, dependencies }) =>
    dependencies
      .filter((one) => one.name === locked.name && one.source !== null)
      .map(({ req }) => ({ by: `${name} v${version}`, requirement: req })),
  );
  return found.filter(
    (one, index) =>
      found.findIndex((other) => other.by === one.by && other.requirement === one.requirement) === index,
  );
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
  return all.filter((one) => one.locked.name === name).length > 1 ? `${name}-${version}` : name;
}
