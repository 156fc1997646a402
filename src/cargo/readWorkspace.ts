import { ifDefined } from "./ifDefined.ts";
import type { Workspace } from "./manifest.ts";
import { readDependencies } from "./readDependencies.ts";
import type { TomlReader } from "./readToml.ts";

/** The `[workspace]` table. */
export function readWorkspace(table: TomlReader): Workspace {
  return {
    members: table.strings("members") ?? [],
    exclude: table.strings("exclude") ?? [],
    ...ifDefined({
      defaultMembers: table.strings("default-members"),
      resolver: table.string("resolver"),
      lints: table.child("lints")?.table,
    }),
    package: table.child("package")?.table ?? {},
    dependencies: readDependencies(table, "dependencies", { kind: "normal" }),
    metadata: table.child("metadata")?.table ?? {},
  };
}
