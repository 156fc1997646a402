import { readFileSync } from "node:fs";
import { posix } from "node:path";
import type { Manifest } from "../../cargo/manifest/manifest.ts";
import type { Target } from "../../cargo/manifest/targets.ts";
import { optionValues } from "../../crane/arguments/optionValues.ts";
import type { Derivation, Phase, Source } from "../../derivation/model.ts";
import { walkSteps } from "../../derivation/steps.ts";
import type { InputContext } from "../../engine/inputs/resolvedInput.ts";

// The packages of the workspace that a step builds, as their manifests say it, before Cargo is asked.

export type Package = {
  readonly name: string;
  readonly manifest: Manifest;
  /** Whether it lies where the workspace does. */
  readonly isRoot: boolean;
  /** Undefined: something is wrong with them, which Cargo will say. */
  readonly targets: () => readonly Target[] | undefined;
};

/** What a step is built from, if that is the project, or what of it says how its dependencies are built. */
export async function sourceOf({ mounts }: Derivation): Promise<Source | undefined> {
  const { world } = await import("../../derivation/world.ts");
  const source = mounts[world.source];
  if (source === undefined || !("type" in source)) return undefined;
  if (source.type === "dummy-source") return source.of;
  return source.type === "source" ? source : undefined;
}

/** The packages of a source's workspace. None where something is wrong with them, which Cargo will say. */
export async function packagesOf(context: InputContext, source: Source): Promise<readonly Package[]> {
  const { originOf, scanned } = await import("../../engine/inputs/source.ts");
  const { membersAmong } = await import("../../cargo/workspace/workspaceMembers.ts");
  const { parseManifest } = await import("../../cargo/manifest/parseManifest.ts");
  const { targetsOfMember } = await import("../../cargo/manifest/targets.ts");
  const { inWorkspace } = await import("../../derivation/steps.ts");
  const files = scanned(context, source);
  if (!files.ok) return [];
  const origin = originOf(context, source);
  const textOf = (path: string) => readFileSync(origin(path), "utf8");
  const paths = files.value.map(({ path }) => path);
  const members = membersAmong(paths, textOf, source.workspace);
  if (!members.ok) return [];
  const top = inWorkspace(source, "Cargo.toml");
  const root = parseManifest(top, textOf(top));
  if (!root.ok || isMember(root.value, top, paths)) return [];
  return members.value.flatMap((member) => {
    const { manifest, directory } = member;
    const name = manifest.package?.name;
    if (name === undefined) return [];
    const isRoot = posix.join(directory, "Cargo.toml") === top;
    return [{ name, manifest, isRoot, targets: () => targetsOfMember(member, root.value, paths) }];
  });
}

/** Whether the manifest may be one of a member, whose workspace lies elsewhere. */
function isMember(manifest: Manifest, file: string, paths: readonly string[]): boolean {
  if (manifest.workspace) return false;
  const directory = posix.dirname(file);
  const isAbove = (path: string) => {
    const at = posix.dirname(path);
    return at !== directory && (at === "." || directory.startsWith(`${at}/`));
  };
  const isManifest = (path: string) => posix.basename(path) === "Cargo.toml";
  return manifest.package?.workspace !== undefined || paths.some((path) => isManifest(path) && isAbove(path));
}

/**
 * What Cargo is told in a step to build, each time: the words after its verb, without those of the programs that it runs. Those
 * are left out before which another program may have changed the manifests, or that are about other ones.
 */
export function wordsForCargo(phases: readonly Phase[]): readonly (readonly string[])[] {
  const found: (readonly string[])[] = [];
  for (const phase of phases) {
    if (phase.type !== "run") continue;
    const [program, verb = "", ...words] = phase.argv;
    if (program !== "cargo" || !verbs.has(verb)) break;
    const dashes = words.indexOf("--");
    const own = dashes === -1 ? words : words.slice(0, dashes);
    if (phase.cwd === undefined && !own.some(isElsewhere)) found.push(own);
  }
  return found;
}

/** The steps that a step consists of whose words for Cargo name something which there may not be. */
export function choosingByName(root: Derivation): readonly Derivation[] {
  const isName = (word: string) => /^(?:-p|--(?:package|bin|example|test|bench)(?:=.*)?)$/.test(word);
  // Images run nothing themselves. What a step is built on is told the same.
  const steps = root.phases.some(({ type }) => type === "run") ? [root] : walkSteps([root]);
  return steps.filter(({ phases }) => wordsForCargo(phases).some((words) => words.some(isName)));
}

const verbs: ReadonlySet<string> = new Set(["build", "test", "check", "clippy", "doc", "bench", "run"]);

function isElsewhere(word: string): boolean {
  return /^(?:--manifest-path|--config|-C)/.test(word);
}

/**
 * The packages that words for Cargo choose, and maybe more; without a choice, the package where the workspace lies, or else all.
 * Undefined where only Cargo knows.
 */
export function chosenAmong(
  packages: readonly Package[],
  words: readonly string[],
): readonly Package[] | undefined {
  if (words.some((word) => /^-p./.test(word))) return undefined;
  const named = optionValues(words, "--package", "-p");
  const chosen = packages.filter(({ name }) => named.includes(name));
  if (named.some((each) => !chosen.some(({ name }) => name === each))) return undefined;
  if (words.includes("--workspace") || words.includes("--all")) return packages;
  if (named.length > 0) return chosen;
  const root = packages.find(({ isRoot }) => isRoot);
  return root && !root.manifest.workspace?.defaultMembers ? [root] : packages;
}

/** Whether it is a name, and neither a pattern nor what else Cargo's package IDs may say. */
export function isPlainName(word: string): boolean {
  return /^[\p{L}\p{N}_-]+$/u.test(word);
}

/** The targets of packages; undefined: only Cargo can say. */
export function targetsOf(packages: readonly Package[] | undefined): readonly Target[] | undefined {
  const found: Target[] = [];
  for (const each of packages ?? []) {
    const own = each.targets();
    if (!own) return undefined;
    found.push(...own);
  }
  return packages && found;
}

/** The names of their programs; undefined: only Cargo can say. */
export function programsOf(packages: readonly Package[] | undefined): readonly string[] | undefined {
  return targetsOf(packages)?.flatMap(({ kind, name }) => (kind === "bin" ? [name] : []));
}
