import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { canonical, type Data } from "../base/canonical.ts";
import { type Digest, digestOf } from "../base/digest.ts";
import { configuredPaths } from "../cargo/configuredPaths.ts";
import { directoryFiles } from "../cargo/directoryFiles.ts";
import type { Derivation } from "../derivation/derivation.ts";
import { digestFile } from "../project/digestFile.ts";
import { commandConfigs } from "./commandConfigs.ts";
import type { ConfiguredDirectory } from "./sourceConfigs.ts";

/** The digest of each file and directory of the source that Cargo's configuration names, by path. */
export type ConfiguredFiles = Readonly<Record<string, Digest>>;

/**
 * What `configuredPaths` finds in the sources, and what the step's variables and arguments name of them, with its
 * content: a unit that such a file has a part in does not tell. Read where it lies, since few projects name any.
 */
export function configuredFiles(
  sources: readonly ConfiguredDirectory[],
  derivation: Pick<Derivation, "env" | "target" | "workspace">,
): ConfiguredFiles {
  const { workspace = "." } = derivation;
  const given = commandConfigs(derivation);
  const found = sources.flatMap(({ directory, configs }) => {
    const source = {
      workspaces: [workspace],
      kindOf: (path: string) => kindAt(join(directory, path)),
      textOf: (path: string) => readFileSync(join(directory, path), "utf8"),
    };
    const named = [...configs, ...given].flatMap((config) => configuredPaths(config, source));
    return named.map((path) => [path, digestAt(directory, path)] as const);
  });
  return Object.fromEntries(found);
}

function digestAt(directory: string, path: string): Digest {
  const place = join(directory, path);
  const paths = kindAt(place) === "directory" ? directoryFiles(path, filesBelow(directory, path)) : [path];
  return digestOf(canonical(paths.map((each): Data => [each, contentOf(join(directory, each))])));
}

/** All paths of files below one of a directory, in order; what a link in it leads to is below it, too. */
function filesBelow(directory: string, path: string, around: readonly string[] = []): string[] {
  const real = realpathSync(join(directory, path));
  if (around.includes(real)) return [];
  return readdirSync(real)
    .sort()
    .flatMap((name) => {
      const each = join(path, name);
      const isDirectory = kindAt(join(directory, each)) === "directory";
      return isDirectory ? filesBelow(directory, each, [...around, real]) : [each];
    });
}

/** Null for a link that leads nowhere. */
function contentOf(file: string): Data {
  if (kindAt(file) !== "file") return null;
  const { size, mode } = statSync(file);
  return [digestFile(file, size), (mode & 0o111) !== 0];
}

/** Words that are not paths may be too long for one, and links may lead in a circle. */
function kindAt(path: string): "file" | "directory" | undefined {
  try {
    const found = statSync(path);
    if (found.isDirectory()) return "directory";
    return found.isFile() ? "file" : undefined;
  } catch {
    return undefined;
  }
}
