import { dirname, resolve } from "node:path";
import * as v from "valibot";
import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { nearest } from "../../base/nearest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Lock, LockPackage } from "../../cargo/lock/lock.ts";
import { redact } from "../../cargo/redact.ts";
import { patchTable, type SourceId } from "../../cargo/sourceId.ts";
import { compatibility } from "../../cargo/versions.ts";

/** What `gantry with` replaces by what. */
export type Replacement = {
  readonly override: LocalOverride;
  readonly locked: LockedDependency;
  readonly local: LocalPackage;
};

/** One `DEP=PATH` of `gantry with`. */
type LocalOverride = {
  readonly name: string;
  /** Which of several locked versions is meant. */
  readonly version: string | undefined;
  /** As typed, for showing. */
  readonly written: string;
  /** Absolute. */
  readonly path: string;
};

/**
 * Reads `DEP=PATH` or `DEP@VERSION=PATH`; a relative path counts from `cwd`.
 *
 * Errors: `override-syntax`.
 */
export function parseLocalOverride(word: string, cwd: string): Result<LocalOverride> {
  const [, name, version, written] = /^([\w-]+)(?:@([\w.+-]+))?=(.+)$/s.exec(word) ?? [];
  if (name === undefined || written === undefined) {
    return err(
      diagnostic("override-syntax", `\`${word}\` is not an override`, {
        notes: ["an override is `DEP=PATH`, or `DEP@VERSION=PATH` where the lock has several versions"],
        help: ["gantry with my-dep=../my-dep -- cargo build"],
        status: 2,
      }),
    );
  }
  return ok({ name, version, written, path: resolve(cwd, written) });
}

/** Two overrides of one dependency, of which Cargo could not take both. */
export function overriddenTwice(overrides: readonly LocalOverride[]): Diagnostic | undefined {
  const seen = new Set<string>();
  for (const { name, version } of overrides) {
    const key = `${name}@${version ?? ""}`;
    if (seen.has(key)) {
      return diagnostic("override-syntax", `\`${name}\` is overridden twice`, {
        help: [`leave one, or say which versions are meant: ${name}@VERSION=PATH`],
        status: 2,
      });
    }
    seen.add(key);
  }
  return undefined;
}

/** The package that takes the place of a dependency. Paths are absolute. */
export type LocalPackage = {
  readonly name: string;
  readonly version: string;
  readonly directory: string;
  /** The root of its own workspace; its own directory where it has none. */
  readonly workspace: string;
};

const metadataSchema = v.object({
  workspace_root: v.string(),
  packages: v.array(v.object({ name: v.string(), version: v.string(), manifest_path: v.string() })),
});

/**
 * Finds the package in the directory of an override: the directory's own, or a member of the workspace there.
 * Cargo reads the manifests, so that inherited versions count.
 *
 * Errors: `override-path`, where there is none of that name.
 */
export async function localPackage(override: LocalOverride): Promise<Result<LocalPackage>> {
  const { name, path } = override;
  const manifest = `${path}/Cargo.toml`;
  const { execa } = await import("execa");
  const { exitCode, stdout, stderr, message } = await execa(
    "cargo",
    ["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path", manifest],
    { reject: false, stdin: "ignore" },
  );
  if (exitCode !== 0) return err(unreadable(override, redact(stderr || (message ?? ""))));
  const { packages, workspace_root: workspace } = v.parse(metadataSchema, JSON.parse(stdout));
  const local = packages.find((one) => one.name === name);
  if (!local) {
    return err(
      otherPackages(
        override,
        packages.map((one) => one.name),
      ),
    );
  }
  return ok({ name, version: local.version, directory: dirname(local.manifest_path), workspace });
}

function unreadable({ written, path }: LocalOverride, cause: string): Diagnostic {
  return diagnostic("override-path", `no Cargo package can be read at \`${written}\``, {
    notes: [`location searched: ${path}/Cargo.toml`],
    help: ["name the directory of the package, or of the workspace that holds it"],
    causes: cause === "" ? [] : [cause],
    status: 2,
  });
}

function otherPackages({ name, written }: LocalOverride, names: readonly string[]): Diagnostic {
  const similar = nearest(name, names) ?? (names.length === 1 ? names[0] : undefined);
  const list = backticked(names.slice(0, 10));
  return diagnostic("override-path", `no package \`${name}\` at \`${written}\``, {
    notes: [names.length === 1 ? `the package there is ${list}` : `the packages there are ${list}`],
    help:
      similar === undefined ? [] : [`did you mean \`${similar}\`: gantry with ${similar}=${written} -- …`],
    status: 2,
  });
}

/** A package of the lock that can be overridden: one that is not already a path. */
type LockedDependency = LockPackage & { readonly source: SourceId };

/**
 * The package of the lock that an override means. Of several versions it is the one that is named, or the
 * only one that Cargo takes for compatible with the local version.
 *
 * Errors: `override-unknown`, `override-local`, `override-ambiguous`.
 *
 * @param localVersion of the package at the override's path
 */
export function lockedDependency(
  lock: Lock,
  override: LocalOverride,
  localVersion: string,
): Result<LockedDependency> {
  const { name, version, written } = override;
  const named = lock.packages.filter((one) => one.name === name);
  if (named.length === 0) return err(unknown(lock, override));
  const pinned = named.filter(hasSource).filter((one) => version === undefined || one.version === version);
  if (pinned.length === 0 && !named.some(hasSource)) {
    return err(
      diagnostic("override-local", `\`${name}\` is a package of this project already, or a path dependency`, {
        help: ["edit it where it is; only what comes from a registry or from git can be overridden"],
        status: 2,
      }),
    );
  }
  const compatible = pinned.filter((one) => compatibility(one.version) === compatibility(localVersion));
  const [only, another] = pinned.length > 1 ? compatible : pinned;
  if (only && !another) return ok(only);
  const versions = named.filter(hasSource).map((one) => `\`${one.version}\` (${patchTable(one.source)})`);
  const meant = named.find(hasSource)?.version ?? "";
  return err(
    diagnostic(
      "override-ambiguous",
      version === undefined
        ? `\`Cargo.lock\` has several versions of \`${name}\``
        : `\`Cargo.lock\` has no \`${name}\` of version ${version}, or several`,
      {
        notes: [`it has ${versions.join(", ")}`, `the local one is ${localVersion}`],
        help: [`say which one is meant: gantry with ${name}@${meant}=${written} -- …`],
        status: 2,
      },
    ),
  );
}

function hasSource(one: LockPackage): one is LockedDependency {
  return one.source !== undefined;
}

function unknown(lock: Lock, { name, written }: LocalOverride) {
  const similar = nearest(
    name,
    lock.packages.filter(hasSource).map((one) => one.name),
  );
  return diagnostic("override-unknown", `\`Cargo.lock\` has no package \`${name}\``, {
    notes: ["an override replaces a dependency that is there; it adds none"],
    help:
      similar === undefined ? [] : [`did you mean \`${similar}\`: gantry with ${similar}=${written} -- …`],
    status: 2,
  });
}
