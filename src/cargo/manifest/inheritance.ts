import { posix } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { placeOf } from "../toml/placeOf.ts";
import { ifDefined } from "../toml/readToml.ts";
import { isTable, mapTable, omitKeys, showPath, type TomlPath, type TomlTable } from "../toml/toml.ts";
import { inherit, isPackage } from "./inherit.ts";
import type { Inherited, Manifest, Package, ResolvedManifest, ResolvedPackage } from "./manifest.ts";
import { readManifest } from "./parseManifest.ts";

/**
 * Completes what `member` leaves to its workspace's `root` (which may be the same manifest): fields of the
 * package, dependencies, lints. Paths of dependencies are rewritten to count from the member; both `file`s
 * must therefore be absolute, or relative to the same directory.
 *
 * Errors: `workspace-inheritance`, where the root does not say what the member inherits; `manifest-invalid`, where the
 * root says it wrongly.
 */
export function resolveInheritance(member: Manifest, root: Manifest): Result<ResolvedManifest> {
  const [from, to] = [posix.dirname(root.file), posix.dirname(member.file)];
  const table = completeTable(member, root, (path) => posix.relative(to, posix.join(from, path)) || ".");
  if (!table.ok) return table;
  const manifest = readManifest({ ...member.document, table: table.value });
  if (!manifest.ok) return manifest;
  const { package: own, lints, ...rest } = manifest.value;
  return ok({
    ...rest,
    ...ifDefined({ package: own && resolvedPackage(own), lints }),
    raw: member.raw,
    document: member.document,
  });
}

/**
 * The manifest of a package that is taken out of its workspace, as `cargo vendor` (1.95) does it: what the
 * package inherits is written out, and what only the root of a workspace may say is left out. Paths to other
 * packages stay: Cargo looks for these by name in the source that the package itself comes from.
 *
 * `root` may be `member` itself; both `file`s must be relative to the same directory.
 *
 * Errors: `workspace-inheritance`.
 */
export function standaloneManifest(member: Manifest, root: Manifest): Result<TomlTable> {
  const directory = posix.relative(posix.dirname(member.file), posix.dirname(root.file));
  const table = completeTable(member, root, (path) => posix.join(directory, path));
  if (!table.ok) return table;
  return ok(
    mapTable(omitKeys(table.value, onlyInRoots), (value, key) =>
      isPackage(key) && isTable(value) ? omitKeys(value, onlyInMembers) : value,
    ),
  );
}

const onlyInRoots: ReadonlySet<string> = new Set(["workspace", "patch", "replace", "profile"]);

const onlyInMembers: ReadonlySet<string> = new Set(["workspace"]);

function completeTable(
  member: Manifest,
  root: Manifest,
  fromMember: (path: string) => string,
): Result<TomlTable> {
  const problems: Diagnostic[] = [];
  const table = inherit(member.raw, {
    workspace: root.raw.workspace,
    fromMember,
    missing: (at, wanted) => problems.push(notDefined(member, root, { at, wanted })),
  });
  return problems[0] ? err(problems[0]) : ok(table);
}

function notDefined(
  member: Manifest,
  root: Manifest,
  { at, wanted }: { readonly at: TomlPath; readonly wanted: TomlPath },
): Diagnostic {
  const shown = showPath(["workspace", ...wanted]);
  return diagnostic("workspace-inheritance", `\`${shown}\` is not defined in \`${root.file}\``, {
    place: { ...placeOf(member.document, at), label: "inherited here" },
    help: [`add \`${shown}\` to \`${root.file}\`, or write the value here`],
  });
}

function resolvedPackage(own: Package): ResolvedPackage {
  const { version, edition, rustVersion, description, license, homepage, repository, ...rest } = own;
  const plain = (field: string | Inherited | undefined) => (typeof field === "string" ? field : undefined);
  return {
    ...rest,
    ...ifDefined({
      version: plain(version),
      edition: plain(edition),
      rustVersion: plain(rustVersion),
      description: plain(description),
      license: plain(license),
      homepage: plain(homepage),
      repository: plain(repository),
    }),
  };
}
