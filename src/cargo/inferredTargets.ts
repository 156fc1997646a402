import type { AutomaticKind } from "./manifest.ts";
import { targetDirectories } from "./targetDirectories.ts";

export type InferredTarget = { readonly name: string; readonly path: string };

/**
 * The targets that Cargo finds by their place: `src/main.rs`, `src/bin/x.rs`, `src/bin/x/main.rs`, and the
 * same below `examples`, `tests` and `benches`. Names that begin with a dot are passed over.
 *
 * @param files all files of the package, relative to its directory, with `/`
 */
export function inferredTargets(
  kind: Exclude<AutomaticKind, "lib">,
  packageName: string,
  files: readonly string[],
): readonly InferredTarget[] {
  const main =
    kind === "bin" && files.includes("src/main.rs") ? [{ name: packageName, path: "src/main.rs" }] : [];
  const prefix = `${targetDirectories[kind]}/`;
  const found = files.flatMap((path) => {
    if (!path.startsWith(prefix)) return [];
    const name = /^([^./][^/]*)(?:\.rs|\/main\.rs)$/.exec(path.slice(prefix.length))?.[1];
    return name === undefined ? [] : [{ name, path }];
  });
  return [...main, ...found];
}
