import { readdirSync, statSync } from "node:fs";

/**
 * The dep-info files of a unit, of which `path` is a file or directory: the file itself, or those of a directory. A
 * build script's lies beside it, in `build/<directory>/`, and in the new layout all lie in `build/<directory>/out/`.
 */
export function depInfosIn(path: string): string[] {
  if (path.endsWith(".d")) return [path];
  return [path, `${path}/out`].flatMap((directory) => {
    if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return [];
    return readdirSync(directory).flatMap((name) => (name.endsWith(".d") ? [`${directory}/${name}`] : []));
  });
}

/** The prerequisites in a Makefile as rustc writes it; spaces in names are escaped. */
export function depInfoFiles(text: string): string[] {
  const first = text.split("\n").find((line) => line.includes(": ") && !line.startsWith("#"));
  if (!first) return [];
  const list = first.slice(first.indexOf(": ") + 2);
  return list
    .split(/(?<!\\) /)
    .map((path) => path.replaceAll("\\ ", " "))
    .filter((path) => path !== "");
}

/**
 * The variables that `env!` and `option_env!` asked for, but for those that Cargo sets for each package, whatever it was
 * asked for (`# env-dep:` lines, since Rust 1.46).
 */
export function depInfoVariables(text: string): string[] {
  const names = text.split("\n").flatMap((line) => /^# env-dep:([^=]+)/.exec(line)?.[1] ?? []);
  return names.filter((name) => !/^(CARGO_(?!PRIMARY_PACKAGE$)|OUT_DIR$)/.test(name));
}
