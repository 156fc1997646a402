import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
} from "node:fs";
import { posix } from "node:path";
import { ok } from "../../base/result.ts";
import { refuseKilled } from "../../base/systemError.ts";
import { nativePackages } from "../../crane/pkgs/pkgs.ts";
import { stamp } from "./baseSystem.ts";
import { hostTree } from "./hostTree.ts";
import { type Planned, type TreePlan, underUsr } from "./planTree.ts";
import type { NativeContext, Provider } from "./provider.ts";

/**
 * Programs on `PATH` that no package manager knows of, each with the shared libraries that it loads. Only for
 * packages without libraries of their own; scripts are left out, since what they read cannot be known.
 */
export const onPath: Provider = {
  name: "path",
  async provide(native, context) {
    const { bins, pkgConfig } = native;
    const needsFiles = nativePackages.some(({ name, needsFiles }) => name === native.name && needsFiles);
    if (bins.length === 0 || pkgConfig.length > 0 || needsFiles) return ok(undefined);
    const programs: [name: string, at: string][] = [];
    for (const name of bins) {
      const at = findProgram(name, context.env.PATH ?? "");
      if (at === undefined) return ok(undefined);
      programs.push([name, at]);
    }
    const loaded: Loaded[] = [];
    for (const [name, at] of programs) loaded.push({ name, at, libraries: await librariesOf(at, context) });
    const seen = stamp(loaded.flatMap(({ at, libraries }) => [at, ...libraries]));
    const wanted = {
      ...context,
      kind: "native-path",
      name: native.name,
      key: `${programs.join(" ")} ${seen}`,
    } as const;
    const plan = async () =>
      ok({ plan: new Map(loaded.flatMap((program) => [...planProgram(program)])) satisfies TreePlan });
    return ok({ provider: "path", tree: () => hostTree(context.store, wanted, plan) });
  },
};

/** The real path of a compiled program on a `PATH`; undefined if there is none, or it is a script. */
export function findProgram(name: string, path: string): string | undefined {
  for (const directory of path.split(":")) {
    const at = `${directory}/${name}`;
    if (!directory.startsWith("/") || !executable(at)) continue;
    const real = realpathSync(at);
    return isElf(real) ? real : undefined;
  }
  return undefined;
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK | constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function isElf(path: string): boolean {
  const file = openSync(path, "r");
  try {
    const magic = Buffer.alloc(4);
    return readSync(file, magic) === 4 && magic.equals(Buffer.from("\x7fELF"));
  } finally {
    closeSync(file);
  }
}

/** A program, and the shared libraries that it loads. */
type Loaded = { readonly name: string; readonly at: string; readonly libraries: readonly string[] };

/** They are asked for once, and again where the program or the loader's cache changed. */
async function librariesOf(program: string, { store, env }: NativeContext): Promise<readonly string[]> {
  const key = `${program} ${stamp([program, "/etc/ld.so.cache"])}`;
  const known = store.records.get("native-libraries", key);
  if (known?.every((path) => existsSync(path))) return known;
  const libraries = await linkedLibraries(program, env);
  store.records.set("native-libraries", key, libraries);
  return libraries;
}

/**
 * A program as `bin/<name>`, with its libraries. Those from outside `/usr` go to where libc lies, since that is a
 * directory which the loader searches in any case.
 */
function planProgram({ name, at, libraries }: Loaded): TreePlan {
  const plan: TreePlan = new Map([[`bin/${name}`, planned(at)]]);
  const libc = libraries.find((path) => /\/libc\.[^/]*$/.test(path));
  const searched = libc === undefined ? undefined : underUsr(realpathSync(posix.dirname(libc)));
  for (const library of libraries) {
    const directory = underUsr(realpathSync(posix.dirname(library))) ?? searched;
    if (directory !== undefined) plan.set(`${directory}/${posix.basename(library)}`, planned(library));
  }
  return plan;
}

function planned(path: string): Planned {
  const { mode, size } = statSync(path);
  return { type: "file", from: path, mode, size };
}

/** The files that a program loads when it starts, as `ldd` resolves them; none for one that is linked statically. */
async function linkedLibraries(
  program: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string[]> {
  const own = Object.entries(env).filter(([name]) => !name.startsWith("LD_"));
  const { execa } = await import("execa");
  const ldd = await execa("ldd", [program], {
    env: { ...Object.fromEntries(own), LC_ALL: "C" },
    extendEnv: false,
    reject: false,
  });
  refuseKilled("ldd", ldd);
  return ldd.failed ? [] : parseLdd(ldd.stdout);
}

/** `libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x7f…)`, and the loader's line, which has no arrow. */
export function parseLdd(text: string): string[] {
  const lines = text
    .split("\n")
    .map((line) => /^\s*(?:\S+ => )?(\/\S+)(?: \(0x[0-9a-f]+\))?$/.exec(line)?.[1]);
  return lines.filter((path) => path !== undefined);
}
