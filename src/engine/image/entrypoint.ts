import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { nearest } from "../../base/nearest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { ImagePhase } from "../../derivation/image.ts";
import { followed, type ImageFiles } from "../../oci/layerFiles.ts";
import type { ImageFile } from "../../oci/layout.ts";
import type { Entry } from "../../oci/tar.ts";

/** One of the contents of an image, as it lies there. */
export type Content = { readonly name: string; readonly entries: readonly Entry[] };

type Below = { readonly config: ImageFile; readonly files: ImageFiles };

/**
 * What an image starts: what is said; else the only program of the first of its contents, or of several the one that is
 * called as that or as the image is. Undefined where it starts what its base does, or nothing.
 *
 * Errors: `image-program`, of one that is said and is not there, and of a package alone that has none; `image-entrypoint`, where it is not clear.
 */
export function entrypointOf(
  { config, name }: ImagePhase,
  contents: readonly Content[],
  base: Below | undefined,
): Result<readonly string[] | undefined> {
  const files = allFiles(contents, base);
  const { Entrypoint, Cmd } = config;
  const isOfBase = Entrypoint === undefined && base?.config.config.Entrypoint;
  const [program] = Entrypoint ?? (isOfBase ? [] : (Cmd ?? []));
  if (program !== undefined && !isThere(program, files)) return err(noProgram(program, files));
  if (Entrypoint) return ok(Entrypoint);
  const [first] = contents;
  const programs = programsOf(first?.entries ?? []);
  const named = [first?.name, name.replace(/^.*\//, "")];
  const called = programs.find((path) => named.includes(path.replace(/^.*\//, "")));
  const only = programs.length === 1 ? programs[0] : called;
  if (only !== undefined) return ok([`/${only}`]);
  if (Cmd || isOfBase || base?.config.config.Cmd) return ok(undefined);
  // Several contents, or files of the project, are what somebody described; one package is what was meant to run.
  if (programs.length === 0)
    return first && contents.length === 1 && first.name !== "files"
      ? err(nothingToRun(first.name))
      : ok(undefined);
  return err(
    diagnostic("image-entrypoint", `\`${first?.name}\` has several programs, of which none is called so`, {
      notes: [`it has ${backticked(programs.map((path) => path.replace(/^.*\//, "")))}`],
      help: [`say which: config: { Entrypoint: ["/${programs[0]}"] }`],
      status: 2,
    }),
  );
}

function allFiles(contents: readonly Content[], base: Below | undefined): ImageFiles {
  const own = contents.flatMap(({ entries }) =>
    entries.map((entry): [string, "file" | "directory" | { readonly link: string }] => [
      entry.path,
      entry.type === "symlink" ? { link: entry.target } : entry.type,
    ]),
  );
  return new Map([...(base?.files ?? []), ...own]);
}

function programsOf(entries: readonly Entry[]): string[] {
  return entries.flatMap((entry) =>
    /^(usr\/)?bin\/[^/]+$/.test(entry.path) && entry.type === "file" && entry.isExecutable
      ? [entry.path]
      : [],
  );
}

/** A name without a slash is looked for in the `PATH` that container tools set where an image sets none. */
function isThere(program: string, files: ImageFiles): boolean {
  const usual = ["bin", "usr/bin", "usr/local/bin", "sbin", "usr/sbin", "usr/local/sbin"];
  const paths = program.includes("/") ? [program] : usual.map((directory) => `${directory}/${program}`);
  return paths.some((path) => files.get(followed(files, path)) === "file");
}

function nothingToRun(name: string): Diagnostic {
  return diagnostic("image-program", `\`${name}\` has no program that the image could start`, {
    notes: ["a package of libraries alone installs none into `bin`"],
    help: [
      "name a package that has one: gantry show",
      "an image that only holds files says so, by a command to start that it has, or by none: config: { Cmd: [] }",
    ],
    status: 2,
  });
}

function noProgram(program: string, files: ImageFiles): Diagnostic {
  const paths = [...files].flatMap(([path, what]) => (what === "directory" ? [] : [`/${path}`]));
  const guess = nearest(program, paths);
  return diagnostic("image-program", `the image has no \`${program}\` to start`, {
    notes: paths.length <= 10 ? [`it has ${backticked(paths)}`] : [],
    help: guess === undefined ? [] : [`did you mean \`${guess}\`?`],
    status: 2,
  });
}
