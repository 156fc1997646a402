import { existsSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { inherit } from "../../cargo/manifest/inheritance.ts";
import { isTable, parseToml, tableOf } from "../../cargo/toml/toml.ts";
import type { CrateName } from "../../crane/arguments/libContext.ts";

/**
 * Name and version of a directory's package (Crane's `crateNameFromCargoToml`). A virtual workspace has none:
 * it goes by its directory's name and the version of `[workspace.package]`.
 *
 * Errors: `source-without-manifest`, `toml-syntax`. What else is wrong with the manifest is judged where it is needed.
 */
export function crateName(root: string, directory: string): Result<CrateName> {
  const file = join(directory, "Cargo.toml");
  if (!existsSync(file)) return err(noManifest(relative(root, directory) || "."));
  const document = parseToml(relative(root, file), readFileSync(file, "utf8"));
  if (!document.ok) return document;
  const { table } = document.value;
  const complete = inherit(table, { workspace: table.workspace, fromMember: (path) => path });
  const own = complete.package ?? complete.project;
  const { name, version } = isTable(own) ? own : tableOf([]);
  return ok({
    pname: typeof name === "string" ? name : basename(directory),
    version: typeof version === "string" ? version : "0.0.0",
  });
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
