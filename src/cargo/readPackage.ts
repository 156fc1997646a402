import { ifDefined } from "./ifDefined.ts";
import type { Inherited, Package } from "./manifest.ts";
import type { TomlReader } from "./readToml.ts";
import { isTable } from "./toml.ts";

/** The `[package]` table. */
export function readPackage(table: TomlReader): Package {
  const name = table.required("name");
  if (table.value("name") === "") table.fail("name", "`package.name` is empty");
  return {
    name,
    ...ifDefined({
      version: inheritable(table, "version"),
      edition: inheritable(table, "edition"),
      rustVersion: inheritable(table, "rust-version"),
      description: inheritable(table, "description"),
      license: inheritable(table, "license"),
      homepage: inheritable(table, "homepage"),
      repository: inheritable(table, "repository"),
      build: readBuild(table),
      links: table.string("links"),
      defaultRun: table.string("default-run"),
      workspace: table.string("workspace"),
      resolver: table.string("resolver"),
    }),
    automatic: ifDefined({
      lib: table.boolean("autolib"),
      bin: table.boolean("autobins"),
      example: table.boolean("autoexamples"),
      test: table.boolean("autotests"),
      bench: table.boolean("autobenches"),
    }),
    metadata: table.child("metadata")?.table ?? {},
  };
}

function inheritable(table: TomlReader, key: string): string | Inherited | undefined {
  if (!isTable(table.value(key))) return table.string(key);
  if (table.child(key)?.value("workspace") === true) return { workspace: true };
  table.expect(key, "a string or `{ workspace = true }`");
  return undefined;
}

function readBuild(table: TomlReader): Package["build"] {
  const build = table.value("build");
  if (build === undefined || typeof build === "boolean" || typeof build === "string") return build;
  if (Array.isArray(build)) return table.strings("build");
  table.expect("build", "a string or a boolean");
  return undefined;
}
