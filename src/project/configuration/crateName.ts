import { existsSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { resolveInheritance } from "../../cargo/manifest/inheritance.ts";
import { parseManifest } from "../../cargo/manifest/parseManifest.ts";
import type { CrateName } from "../../crane/arguments/libContext.ts";

/**
 * Name and version of a directory's package (Crane's `crateNameFromCargoToml`). A virtual workspace has none:
 * it goes by its directory's name and the version of `[workspace.package]`.
 *
 * Errors: `source-without-manifest`, and those of `parseManifest`.
 */
export function crateName(root: string, directory: string): Result<CrateName> {
  const file = join(directory, "Cargo.toml");
  if (!existsSync(file)) return err(noManifest(relative(root, directory) || "."));
  const manifest = parseManifest(relative(root, file), readFileSync(file, "utf8"));
  if (!manifest.ok) return manifest;
  const resolved = resolveInheritance(manifest.value, manifest.value);
  const found = resolved.ok ? resolved.value.package : undefined;
  return ok({ pname: found?.name ?? basename(directory), version: found?.version ?? "0.0.0" });
}

function noManifest(directory: string): Diagnostic {
  return diagnostic("source-without-manifest", `the source \`${directory}\` has no \`Cargo.toml\``, {
    help: [
      'name a directory that has one, relative to the project\'s root: crane.cleanCargoSource(".")',
      'or say where in it Cargo\'s workspace lies: sourceRoot: "DIR"',
    ],
    status: 2,
  });
}
