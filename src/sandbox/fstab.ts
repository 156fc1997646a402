/** One line of an fstab, as `mount --all --fstab` reads it (util-linux, fstab(5)). */
export type FstabEntry =
  | { readonly at: string; readonly bind: string }
  | {
      readonly at: string;
      readonly lower: readonly [string, ...string[]];
      readonly upper?: { readonly directory: string; readonly work: string };
    };

/**
 * One `mount` process then makes all mounts: 400 of them take 30 ms, where as many `--ro-bind` of bubblewrap
 * take 330 ms, since it reads the whole mount table anew for each (seen with bubblewrap 0.8).
 */
export function fstab(entries: readonly FstabEntry[]): string {
  return entries.map((entry) => `${fields(entry).map(escaped).join(" ")} 0 0\n`).join("");
}

function fields(entry: FstabEntry): string[] {
  if ("bind" in entry) return [entry.bind, entry.at, "none", "bind"];
  const lower = `lowerdir=${entry.lower.join(":")}`;
  if (!entry.upper) return ["overlay", entry.at, "overlay", `ro,${lower}`];
  const { directory, work } = entry.upper;
  return ["overlay", entry.at, "overlay", `${lower},upperdir=${directory},workdir=${work},userxattr`];
}

function escaped(field: string): string {
  return field.replace(
    /[\\ \t\n]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
}
