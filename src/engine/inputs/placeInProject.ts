import { relative, resolve } from "node:path";
import { type Diagnostic, type Place, placeAt } from "../../base/diagnostic.ts";
import { placeOfName } from "../../cargo/config/toolchainFile.ts";
import type { ToolchainRequest } from "../../derivation/model.ts";
import { isFile, textOf } from "../../tree/files.ts";

/** The files of a project that may name a toolchain. Paths are absolute. */
type Naming = {
  readonly root: string;
  readonly toolchainFile?: string;
  readonly configuration?: string;
};

/**
 * A diagnostic about a request, with the places in the toolchain file that name what it is about; of a request that names
 * its channel itself, those in the configuration, as far as only one place there has that name.
 */
export function placedInProject(problem: Diagnostic, request: ToolchainRequest, project: Naming): Diagnostic {
  const { root, toolchainFile, configuration } = project;
  const file = request.file === undefined ? toolchainFile : resolve(root, request.file);
  const isByFile = request.channel === undefined && file !== undefined && isFile(file);
  const [path, placeOf] = isByFile ? ([file, placeOfName] as const) : ([configuration, placeOfWord] as const);
  const text = path === undefined ? undefined : textOf(path);
  if (path === undefined || text === undefined) return problem;
  const placed = (each: Diagnostic): Diagnostic => {
    const names = [...each.message.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
    const place = each.place ?? placeOf(relative(root, path), text, names);
    return place ? { ...each, place } : each;
  };
  return { ...placed(problem), ...(problem.also && { also: problem.also.map(placed) }) };
}

/** Where a configuration has one of these as a string, if just once: `"miri"`, `"2026-05-15"` of `nightly-2026-05-15`. */
function placeOfWord(file: string, text: string, names: readonly string[]): Place | undefined {
  for (const word of names.map((name) => name.replace(/^(?:nightly|beta)-(?=\d)/, ""))) {
    const [only, ...more] = [...text.matchAll(/"([^"\n]*)"|'([^'\n]*)'/g)].filter(
      ([, double, single]) => (double ?? single) === word,
    );
    if (only && more.length === 0) return placeAt(file, text, only.index, only[0].length);
  }
  return undefined;
}
