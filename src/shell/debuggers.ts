import { existsSync, readdirSync } from "node:fs";
import { world } from "../derivation/world.ts";
import { findOnPath, textOf } from "../tree/files.ts";
import type { TextFile } from "./composeTexts.ts";
import { shellWord } from "./quote.ts";

/** Where on this machine the files lie that debug information names by the paths of steps. */
export type DebuggedPaths = {
  readonly root: string;
  readonly toolchain: string;
  readonly cargoHome: string;
};

/**
 * Programs for the shell's `PATH` that start the debuggers of this machine, told where the files of what `gantry build` made
 * lie. Neither gdb nor lldb takes settings from variables; `rust-gdb`, `rust-lldb` and editors find these by their names.
 *
 * @param env with the `PATH` on which the debuggers themselves are looked for, now: what is not there gets no name
 */
export function debuggerFiles(paths: DebuggedPaths, env: NodeJS.ProcessEnv): readonly TextFile[] {
  const map = sourceMap(paths);
  const gdb = map.flatMap(([from, to]) => ["-iex", `set substitute-path ${quoted(from)} ${quoted(to)}`]);
  const lldb = ["-O", `settings set target.source-map ${map.flat().map(quoted).join(" ")}`];
  return [
    ...(findDebugger("gdb", env) ? [starter("gdb", gdb)] : []),
    ...(findDebugger("lldb", env) ? [starter("lldb", lldb)] : []),
  ];
}

function findDebugger(name: string, env: NodeJS.ProcessEnv): string | undefined {
  return findOnPath(name, env.PATH ?? "");
}

/** Pairs of paths: where compilers saw the files that lie in a directory, and that directory. */
export type SourceMap = readonly (readonly [seen: string, directory: string])[];

/**
 * From the paths that compilers saw to those of this machine: the project, the crates as Cargo unpacks them for plain
 * builds, and the standard library.
 */
export function sourceMap({
  root,
  toolchain,
  cargoHome,
}: DebuggedPaths): readonly (readonly [string, string])[] {
  const sources = `${toolchain}/lib/rustlib/src/rust`;
  const commit = existsSync(sources) ? commitOf(toolchain) : undefined;
  return [
    [world.source, root],
    ...unpackedCrates(cargoHome).map((to) => [world.vendor, to] as const),
    ...(commit === undefined ? [] : [[`/rustc/${commit}`, sources] as const]),
  ];
}

/** Where Cargo unpacks the crates of crates.io. */
function unpackedCrates(cargoHome: string): string[] {
  const directory = `${cargoHome}/registry/src`;
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.startsWith("index.crates.io-"))
    .slice(0, 1)
    .map((name) => `${directory}/${name}`);
}

/** The commit that the standard library was compiled from, as its debug information names it. */
function commitOf(toolchain: string): string | undefined {
  const text = textOf(`${toolchain}/lib/rustlib/multirust-channel-manifest.toml`) ?? "";
  return /^\[pkg\.rustc\]\n(?:.*\n)*?git_commit_hash = "([0-9a-f]{40})"/m.exec(text)?.[1];
}

/**
 * Looks for the next program of its own name: the one that is installed may be another tomorrow.
 */
function starter(name: string, words: readonly string[]): TextFile {
  return {
    path: `bin/${name}`,
    isExecutable: true,
    text: `#!/bin/sh
# Starts ${name} so that it finds the files of what \`gantry build\` made.
here=\${0%/*}
IFS=:
for directory in $PATH; do
  if [ "$directory" != "$here" ] && [ -x "$directory/${name}" ]; then
    exec "$directory/${name}" ${words.map(shellWord).join(" ")} "$@"
  fi
done
echo "${name}: not found" >&2
exit 127
`,
  };
}

/** A word of a debugger's own language. */
function quoted(path: string): string {
  return /^[\w./+-]+$/.test(path) ? path : `"${path.replace(/["\\]/g, "\\$&")}"`;
}
