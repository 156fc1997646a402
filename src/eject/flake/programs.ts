import { join, posix } from "node:path";
import { resolveInheritance } from "../../cargo/manifest/inheritance.ts";
import type { Manifest } from "../../cargo/manifest/manifest.ts";
import { parseManifest } from "../../cargo/manifest/parseManifest.ts";
import { automaticTargets } from "../../cargo/manifest/targets.ts";
import { membersAmong } from "../../cargo/workspace/workspaceMembers.ts";
import { wholeSource } from "../../crane/arguments/arguments.ts";
import { optionValues } from "../../crane/arguments/optionValues.ts";
import type { BuildPackageArgs } from "../../crane/verbs/buildPackage.ts";
import type { Derivation } from "../../derivation/model.ts";
import { scanMemory } from "../../project/scan/scanMemory.ts";
import { walkSource } from "../../project/scan/walkSource.ts";
import { textOf } from "../../tree/files.ts";
import { crossingIn, stepOf } from "./describedSteps.ts";
import type { Scope } from "./scope.ts";

/**
 * The program that `nix run` is to start of a package: the only one that it builds, or the only `default-run`, else the one that
 * is called as the package. Undefined where there is none, it is not clear, or it is for another platform.
 */
export function programOf(scope: Scope, value: Derivation): string | undefined {
  const step = stepOf(value);
  if (step?.call.verb !== "buildPackage" || crossingIn(scope, step).platforms.length > 0) return undefined;
  const { project } = scope;
  const { src, sourceRoot = ".", cargoExtraArgs = [] } = step.call.args as BuildPackageArgs;
  const directory = posix.join(wholeSource(src).root, sourceRoot);
  const root = join(project.root, directory);
  const walked = walkSource(root, () => true, scanMemory(undefined, 0).listings);
  if (!walked.ok) return undefined;
  const paths = walked.value.paths.toSorted();
  const members = membersAmong(paths, (path) => textOf(join(root, path)) ?? "");
  const top = parseManifest("Cargo.toml", textOf(join(root, "Cargo.toml")) ?? "");
  if (!members.ok || !top.ok) return undefined;
  const named = optionValues(cargoExtraArgs, "--package", "-p");
  const chosen = members.value.filter(({ manifest }) =>
    named.length === 0 ? true : named.includes(manifest.package?.name ?? ""),
  );
  const wanted = optionValues(cargoExtraArgs, "--bin");
  const programs = chosen
    .flatMap((member) => programsIn(member.manifest, { root: top.value, directory: member.directory, paths }))
    .filter((name) => wanted.length === 0 || wanted.includes(name));
  const [only, second] = programs;
  if (second === undefined) return only;
  const defaults = chosen.flatMap(({ manifest }) => manifest.package?.defaultRun ?? []);
  const [first, another] = defaults.filter((name) => programs.includes(name));
  if (first !== undefined && another === undefined) return first;
  return programs.find((name) => name === value.name);
}

type InWorkspace = {
  readonly root: Manifest;
  readonly directory: string;
  readonly paths: readonly string[];
};

function programsIn(manifest: Manifest, { root, directory, paths }: InWorkspace): readonly string[] {
  const resolved = resolveInheritance(manifest, root);
  const below = directory === "." ? "" : `${directory}/`;
  const files = paths.flatMap((path) => (path.startsWith(below) ? [path.slice(below.length)] : []));
  const targets = resolved.ok ? automaticTargets(resolved.value, files) : resolved;
  return targets.ok ? targets.value.flatMap(({ kind, name }) => (kind === "bin" ? [name] : [])) : [];
}

/** What the project says of itself in a line; else what it is called. */
export function summaryOf({ project, offered }: Scope): string {
  const manifest = parseManifest("Cargo.toml", textOf(join(project.root, "Cargo.toml")) ?? "");
  const own = manifest.ok ? manifest.value.package : undefined;
  const text = typeof own?.description === "string" ? own.description : own?.name;
  const [line = ""] = (text ?? "").trim().split("\n");
  const [first] = [offered.packages.default ?? [], Object.values(offered.packages)].flat();
  return line === "" ? (first?.name ?? "A Rust project") : line;
}
