import { canonicalToml } from "./canonicalToml.ts";
import { parseToml } from "./parseToml.ts";
import { mapTable, unlessEmpty, without } from "./table.ts";
import { isTable } from "./toml.ts";

/**
 * Of a `.cargo/config.toml` what can reach a compiler: without comments, without how Cargo talks to servers and people,
 * and without where packages come from (`[patch]`, `[source]`), as what came of that is in Cargo's plan and in the
 * packages themselves. A file that cannot be parsed is taken as it is.
 *
 * @param isForeign whether nothing is compiled for the platform of a `[target.…]` table
 */
export function compilerSettings(text: string, isForeign: (platform: string) => boolean): string {
  const document = parseToml("config.toml", text);
  if (!document.ok) return text;
  const settings = mapTable(without(document.value.table, notForCompilers), (value, key) =>
    key === "target" && isTable(value)
      ? unlessEmpty(mapTable(value, (table, platform) => (isForeign(platform) ? undefined : table)))
      : value,
  );
  return canonicalToml(settings);
}

const notForCompilers: ReadonlySet<string> = new Set([
  ...["patch", "source", "registries", "registry"],
  ...["http", "net", "term"],
]);
