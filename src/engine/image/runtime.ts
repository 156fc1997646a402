import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import { join, posix } from "node:path";
import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Entry } from "../../oci/tar.ts";
import { type Elf, readElf } from "./elf.ts";

/** A program or a library of an image, by its path there. */
export type Program = { readonly path: string; readonly elf: Elf };

/** Trees that lie one over the other at `/usr`; an earlier one hides a later one. */
type System = readonly string[];

/** The directories below `/usr` that Debian's loader looks in, by the processor in the words of Go. */
const debian: Readonly<Record<string, string>> = {
  "386": "lib/i386-linux-gnu",
  amd64: "lib/x86_64-linux-gnu",
  arm: "lib/arm-linux-gnueabihf",
  arm64: "lib/aarch64-linux-gnu",
  ppc64le: "lib/powerpc64le-linux-gnu",
  riscv64: "lib/riscv64-linux-gnu",
  s390x: "lib/s390x-linux-gnu",
};

/**
 * What programs need of a system to start: their loader and the libraries that they load, and those that these load, each
 * at the path that the loader looks for it. Nothing for programs that are linked statically.
 *
 * Errors: `image-libraries`, with all that is missing.
 *
 * @param own files of the image itself, by path, which may be such libraries
 */
export function runtimeOf(
  programs: readonly Program[],
  own: ReadonlyMap<string, Elf>,
  system: System,
): Result<readonly Entry[]> {
  const found = new Map<string, Entry>();
  const missing = new Map<string, string>();
  const seen = new Set<string>();
  const visit = ({ path, elf }: Program): void => {
    for (const name of elf.needed) {
      if (seen.has(`${elf.kind} ${name}`)) continue;
      const beside = ownLibrary(own, { path, elf }, name);
      if (beside) continue;
      seen.add(`${elf.kind} ${name}`);
      const library = libraryOf(system, elf, name);
      if (!library) {
        missing.set(name, path);
        continue;
      }
      const at = `usr/${library.directory}/${name}`;
      found.set(at, { type: "file", path: at, content: { file: library.file }, isExecutable: true });
      visit({ path: at, elf: library.elf });
    }
  };
  for (const program of programs) visit(program);
  for (const { path, elf } of programs) {
    if (elf.interpreter === undefined) continue;
    const loader = loaderOf(system, elf.interpreter, found);
    if (loader) found.set(loader.path, loader);
    else missing.set(elf.interpreter, path);
  }
  return missing.size > 0 ? err(librariesMissing(missing)) : ok([...found.values()]);
}

function ownLibrary(own: ReadonlyMap<string, Elf>, { path, elf }: Program, name: string): boolean {
  const origin = posix.dirname(`/${path}`);
  return elf.runpath.some((directory) => {
    const at = posix.join(directory.replaceAll(/\$\{?ORIGIN\}?/g, origin), name).replace(/^\/+/, "");
    return own.get(at)?.kind === elf.kind;
  });
}

function libraryOf(system: System, { architecture = "", kind }: Elf, name: string) {
  for (const directory of [debian[architecture] ?? "lib", "lib64", "lib"]) {
    const file = located(system, `${directory}/${name}`);
    const elf = file === undefined ? undefined : readElf(readFileSync(file));
    if (file !== undefined && elf?.kind === kind) return { directory, file, elf };
  }
  return undefined;
}

/** Programs name the loader by a path of its own, where there is a link to it beside the other libraries. */
function loaderOf(
  system: System,
  interpreter: string,
  libraries: ReadonlyMap<string, Entry>,
): Entry | undefined {
  const path = interpreter.replace(/^\/+/, "");
  const file = located(system, path.replace(/^usr\//, ""));
  if (file === undefined) return undefined;
  const same = [...libraries.keys()].find((each) => posix.basename(each) === posix.basename(path));
  if (same === path) return libraries.get(path);
  if (same === undefined) return { type: "file", path, content: { file }, isExecutable: true };
  return { type: "symlink", path, target: posix.relative(posix.dirname(path), same) };
}

/**
 * The file of the host that a path below `/usr` leads to, links followed through all trees; undefined where it leads
 * nowhere.
 */
function located(system: System, path: string, depth = 0): string | undefined {
  const names = path.split("/");
  let at = "";
  for (const [index, name] of names.entries()) {
    at = posix.join(at, name);
    const tree = system.find((each) => lstatSync(join(each, at), { throwIfNoEntry: false }));
    if (tree === undefined) return undefined;
    if (!lstatSync(join(tree, at)).isSymbolicLink()) continue;
    if (depth >= 40) return undefined;
    const target = posix.join(posix.resolve("/usr", posix.dirname(at), readlinkSync(join(tree, at))));
    const rest = names.slice(index + 1).join("/");
    return located(system, posix.join(target.replace(/^\/(usr\/)?/, ""), rest), depth + 1);
  }
  const tree = system.find((each) => lstatSync(join(each, at), { throwIfNoEntry: false })?.isFile());
  return tree === undefined ? undefined : join(tree, at);
}

/** What to do about a program that finds no libraries in its image. */
export const staticRemedies = [
  'link it statically, for a target of musl: crane.mkCrossToolchainEnv("x86_64-unknown-linux-musl")',
  'begin with an image that has them: fromImage: "docker.io/library/debian@sha256:…"',
];

function librariesMissing(missing: ReadonlyMap<string, string>): Diagnostic {
  return diagnostic(
    "image-libraries",
    `the image needs libraries that are not there: ${backticked([...missing.keys()])}`,
    {
      notes: [
        ...[...missing].map(([name, path]) => `\`/${path}\` loads \`${name}\``),
        "they are looked for in the base system, and in the `nativeBuildInputs` and `buildInputs` of what is in the image",
      ],
      help: ["declare the package that has the library: nativeBuildInputs: [pkgs.NAME]", ...staticRemedies],
    },
  );
}
