import { isUtf8 } from "node:buffer";
import { type Dirent, existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { posix } from "node:path";
import { inSource } from "./inSource.ts";
import { packageDirectory } from "./localSource.ts";
import { buildScriptOutput, outDirectory, type TargetReader, type UnitPlace } from "./targetLayout.ts";
import type { PlannedUnit } from "./unitPlan.ts";

type BuildScript = {
  readonly reader: TargetReader;
  readonly place: UnitPlace;
  /** See `LocalSource.workspace`. */
  readonly workspace: string;
};

/**
 * What the run of a build script read, see `LocalSource.digestOf`: what it says, or else its package; the files that
 * links in its `OUT_DIR` lead to, since rustc reads them under the names of the links; and libraries that it has linked.
 */
export function buildScriptReads(planned: PlannedUnit, script: BuildScript): readonly string[] {
  const directory = packageDirectory(planned) ?? "";
  const lines = linesOf(script);
  const said = lines.flatMap((line) => /^cargo::?rerun-if-changed=(.*)$/.exec(line)?.[1] ?? []);
  const environment = lines.some((line) => /^cargo::?rerun-if-env-changed=/.test(line));
  const within = (paths: readonly string[]) => paths.flatMap((path) => inSource(path, directory) ?? []);
  const isSilent = said.length === 0 && !environment;
  const lock = posix.join(script.workspace, "Cargo.lock");
  const any = isSilent ? [`package:${directory}`, `data:${directory}`, `file:${lock}`] : [];
  const trees = within([...said, ...linkedFromOut(script)]).map((path) => `tree:${path}`);
  const libraries = within(librariesOf(lines)).map((path) => `file:${path}`);
  return [...any, ...new Set([...trees, ...libraries].sort())];
}

/** Where the linker may find libraries that lie in the source. Cargo does not look at them. */
function librariesOf(lines: readonly string[]): string[] {
  const valuesOf = (name: string) =>
    lines.flatMap(
      (line) => new RegExp(`^cargo::?${name}=(?:[a-z]+(?::[^=]*)?=)?(.*)$`).exec(line)?.[1] ?? [],
    );
  const names = valuesOf("rustc-link-lib").map((name) => name.replace(/:.*/, ""));
  return valuesOf("rustc-link-search").flatMap((directory) =>
    names.flatMap((name) => [`${directory}/lib${name}.a`, `${directory}/lib${name}.so`]),
  );
}

/** As Cargo takes them: it trims every line, and passes over those that are not UTF-8 (Cargo 1.95). */
function linesOf({ reader, place }: BuildScript): string[] {
  const output = reader.locate(buildScriptOutput(place));
  if (!output) return [];
  const lines = readFileSync(output, "latin1").split("\n");
  const bytes = lines.map((line) => Buffer.from(line, "latin1")).filter((line) => isUtf8(line));
  return bytes.map((line) => line.toString().replace(/^\p{White_Space}+|\p{White_Space}+$/gu, ""));
}

/** Where the links in `OUT_DIR` lead, as absolute paths. */
function linkedFromOut({ reader, place }: BuildScript): string[] {
  const out = outDirectory(place);
  const host = reader.locate(out);
  if (!host || !existsSync(host)) return [];
  const entries = readdirSync(host, { withFileTypes: true, recursive: true });
  return entries.flatMap((entry) => {
    const to = leadsTo(entry);
    return to === undefined
      ? []
      : [posix.resolve(`/build/target/${out}${entry.parentPath.slice(host.length)}`, to)];
  });
}

/** Undefined also for names that are not UTF-8, whose units are not kept. */
function leadsTo(entry: Dirent): string | undefined {
  const path = `${entry.parentPath}/${entry.name}`;
  return entry.isSymbolicLink() && !path.includes("\ufffd") ? readlinkSync(path) : undefined;
}
