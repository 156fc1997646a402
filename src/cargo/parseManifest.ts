import { diagnostic } from "../base/diagnostic.ts";
import { err, type Result } from "../base/result.ts";
import type { Dependency } from "./dependency.ts";
import { ifDefined } from "./ifDefined.ts";
import type { Inherited, Manifest } from "./manifest.ts";
import { parseToml } from "./parseToml.ts";
import { readDependencies } from "./readDependencies.ts";
import { readPackage } from "./readPackage.ts";
import { readTargets } from "./readTargets.ts";
import { readToml, type TomlReader } from "./readToml.ts";
import { readWorkspace } from "./readWorkspace.ts";
import type { TomlTable } from "./toml.ts";

/**
 * Reads a `Cargo.toml`.
 *
 * Checked is what Gantry reads: types, and fields without which nothing works. What Cargo alone cares about
 * is left to Cargo's own messages.
 *
 * Errors: `toml-syntax`, `manifest-invalid`, each with its place.
 *
 * @example
 * const manifest = parseManifest("crates/app/Cargo.toml", text);
 */
export function parseManifest(file: string, text: string): Result<Manifest> {
  const document = parseToml(file, text);
  if (!document.ok) return document;
  const { root, finish } = readToml(document.value, "manifest-invalid");
  const packageReader = root.child(root.value("package") === undefined ? "project" : "package");
  const workspaceReader = root.child("workspace");
  if (!packageReader && !workspaceReader) {
    const broken = finish(undefined);
    return broken.ok ? err(neither(file)) : broken;
  }
  return finish<Manifest>({
    file,
    raw: document.value.table,
    document: document.value,
    ...ifDefined({
      package: packageReader && readPackage(packageReader),
      workspace: workspaceReader && readWorkspace(workspaceReader),
      lints: readLints(root),
    }),
    targets: readTargets(root),
    dependencies: readAllDependencies(root),
    features: readFeatures(root),
    patch: readPatch(root),
    replace: readDependencies(root, "replace", { kind: "normal" }),
    profiles: Object.fromEntries(root.children("profile").map(([name, profile]) => [name, profile.table])),
  });
}

function neither(file: string) {
  return diagnostic("manifest-invalid", `\`${file}\` has neither a \`[package]\` nor a \`[workspace]\``, {
    place: { file, line: 1, column: 1 },
    help: ["cargo init"],
  });
}

function readAllDependencies(root: TomlReader): Dependency[] {
  const places: readonly (readonly [TomlReader, { platform?: string }])[] = [
    [root, {}],
    ...root.children("target").map(([platform, target]) => [target, { platform }] as const),
  ];
  return places.flatMap(([table, where]) => [
    ...readDependencies(table, "dependencies", { kind: "normal", ...where }),
    ...readDependencies(table, "dev-dependencies", { kind: "dev", ...where }),
    ...readDependencies(table, "build-dependencies", { kind: "build", ...where }),
  ]);
}

function readFeatures(root: TomlReader): Record<string, readonly string[]> {
  const features = root.child("features");
  const names = Object.keys(features?.table ?? {});
  return Object.fromEntries(names.map((name) => [name, features?.strings(name) ?? []]));
}

function readPatch(root: TomlReader): Record<string, readonly Dependency[]> {
  const patch = root.child("patch");
  const sources = Object.keys(patch?.table ?? {});
  return Object.fromEntries(
    sources.map((source) => [source, patch ? readDependencies(patch, source, { kind: "normal" }) : []]),
  );
}

function readLints(root: TomlReader): TomlTable | Inherited | undefined {
  const lints = root.child("lints");
  return lints?.boolean("workspace") ? { workspace: true } : lints?.table;
}
