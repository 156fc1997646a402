import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { NativePackage } from "../derivation/model.ts";
import type { Store } from "../store/store.ts";
import { findOnPath, firstFile } from "../tree/files.ts";
import { entrySource } from "./observerSource.ts";

/** How to install the package that has a program, on this machine. */
export type InstallAdvice = (names: NativePackage["names"], program: string) => string;

type Compiling = {
  readonly store: Pick<Store, "records" | "tempDir" | "addTree" | "pathOf">;
  /** The directories in which programs are looked for, as in `PATH`. */
  readonly path: string;
  readonly installAdvice: InstallAdvice;
};

/** The record of the program that the store has of this Gantry. */
export function entryKey(): string {
  return `${entrySource().digest} ${process.arch}`;
}

/**
 * The host's path of the program that enters sandboxes (`entry/enter.c`), compiled once a store, in a quarter of a second.
 *
 * It runs outside of every sandbox, as the user. So the system's own compiler makes it, and not one that a project may choose.
 *
 * Errors: `sandbox-missing`, where there is no compiler, or it fails.
 */
export async function entryProgram({ store, path, installAdvice }: Compiling): Promise<Result<string>> {
  const known = store.records.get("observer", entryKey());
  if (known !== undefined) return ok(`${store.pathOf(known)}/enter`);
  const compiler = firstFile(["/usr/bin/cc"]) ?? findOnPath("cc", path);
  if (compiler === undefined) return err(noCompiler(installAdvice));
  await using scratch = await store.tempDir("sandbox");
  const out = `${scratch.path}/out`;
  mkdirSync(out);
  const { directory } = entrySource();
  const sources = readdirSync(directory).filter((name) => name.endsWith(".c"));
  const compile = (...options: readonly string[]) =>
    spawnSync(compiler, ["-O1", "-s", ...options, "-o", `${out}/enter`, ...sources], {
      cwd: directory,
      encoding: "utf8",
      // The store can be written to; `/tmp` need not be.
      env: { LC_ALL: "C.UTF-8", PATH: path, TMPDIR: scratch.path },
    });
  // Without libraries it starts in half of the time; but not every system has them for that.
  const fixed = compile("-static");
  const ran = fixed.status === 0 ? fixed : compile();
  if (ran.status !== 0) return err(notCompiled(compiler, ran.stderr || String(ran.error)));
  const tree = await store.addTree(out);
  store.records.set("observer", entryKey(), tree);
  return ok(`${store.pathOf(tree)}/enter`);
}

function noCompiler(installAdvice: InstallAdvice): Diagnostic {
  return diagnostic("sandbox-missing", "`cc` is not installed", {
    notes: ["a small program that enters the sandbox is compiled by it, once; rustc links by it, too"],
    help: [installAdvice(compilers, "cc")],
  });
}

function notCompiled(compiler: string, said: string): Diagnostic {
  return diagnostic("sandbox-missing", "the program that enters the sandbox could not be compiled", {
    causes: [`${compiler}: ${said.trim()}`],
    notes: ["a C compiler, with the headers of Linux and of the C library, is needed"],
  });
}

const compilers: NativePackage["names"] = {
  apt: ["gcc", "libc6-dev"],
  dnf: ["gcc"],
  pacman: ["gcc"],
  apk: ["build-base"],
  nixpkgs: ["gcc"],
};
