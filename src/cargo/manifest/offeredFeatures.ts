import { isTable, type TomlTable, tableOf } from "../toml/toml.ts";

/**
 * The features that a manifest offers, with what each turns on: those of `[features]`, and one for each optional dependency that
 * none of these names as `dep:…` (https://doc.rust-lang.org/cargo/reference/features.html#optional-dependencies). rustc is told
 * of all of them, whether they are on or not.
 *
 * @example
 * offeredFeatures(table) // { default: ["tls"], tls: ["dep:rustls"], serde: ["dep:serde"] }
 */
export function offeredFeatures(manifest: TomlTable): TomlTable {
  const written = isTable(manifest.features) ? manifest.features : {};
  const named = new Set(Object.values(written).flatMap((values) => (Array.isArray(values) ? values : [])));
  const implicit = optionalDependencies(manifest).filter((name) => !named.has(`dep:${name}`));
  return { ...written, ...tableOf(implicit.map((name) => [name, [`dep:${name}`]])) };
}

/** No manifest inherits that a dependency is optional. */
function optionalDependencies({ target, ...manifest }: TomlTable): string[] {
  const platforms = isTable(target) ? Object.values(target).filter((each) => isTable(each)) : [];
  return [manifest, ...platforms]
    .flatMap((tables) => kinds.map((kind) => tables[kind]))
    .flatMap((entries) => (isTable(entries) ? Object.entries(entries) : []))
    .flatMap(([name, entry]) => (isTable(entry) && entry.optional === true ? [name] : []));
}

/** Those for tests cannot be optional. */
const kinds = ["dependencies", "build-dependencies", "build_dependencies"];
