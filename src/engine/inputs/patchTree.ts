import { cpSync, existsSync, readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { canonical } from "../../base/canonical.ts";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { asDigest, type Digest, digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { checkNames } from "../../store/checkNames.ts";
import type { InputContext } from "./inputContext.ts";
import { patchFailed } from "./patchFailed.ts";
import { storedTree } from "./placed.ts";

/** Raised when the same patches give another tree. */
const format = 1;

type Patching = {
  /** For messages: `itoa v1.0.15`. */
  readonly name: string;
  readonly of: Digest;
  readonly patches: readonly string[];
};

/** A patch file, read. */
export type Patch = { readonly file: string; readonly path: string; readonly text: string };

/**
 * A tree with patches applied in order by `git apply`: a hunk may have moved, but every line of its context has to be
 * there. What came out is remembered by the contents of tree and patches.
 *
 * Errors: `patch-missing`, `patch-failed`, `git-missing`, `name-not-utf8`.
 */
export async function patchTree(context: InputContext, wanted: Patching): Promise<Result<Digest>> {
  const { store, project } = context;
  const patches: Patch[] = [];
  for (const patch of wanted.patches) {
    const path = resolve(project.root, patch);
    const file = relative(project.root, path);
    if (!existsSync(path)) return err(patchMissing(file, wanted.name));
    patches.push({ file, path, text: readFileSync(path, "utf8") });
  }
  const key = digestOf(canonical([format, wanted.of, ...patches.map(({ text }) => digestOf(text))]));
  const known = asDigest(store.memo.get("patched", key) ?? "");
  if (known !== undefined && store.tree(known) !== undefined) return ok(known);
  await using scratch = await store.tempDir("patch");
  const directory = `${scratch.path}/tree`;
  cpSync(storedTree(store, wanted.of), directory, { recursive: true, verbatimSymlinks: true });
  for (const patch of patches) {
    const failure = await apply(patch, { directory, ceiling: scratch.path, name: wanted.name, context });
    if (failure) return err(failure);
  }
  const named = checkNames(directory);
  if (!named.ok) return named;
  const patched = await store.addTree(directory);
  if (patched.ok) store.memo.set("patched", key, patched.value);
  return patched;
}

type Place = {
  readonly directory: string;
  readonly ceiling: string;
  readonly name: string;
  readonly context: InputContext;
};

/** The user's settings must not change what comes out (`apply.whitespace`), nor a repository that the store lies in. */
async function apply(
  patch: Patch,
  { directory, ceiling, name, context }: Place,
): Promise<Diagnostic | undefined> {
  const { execa } = await import("execa");
  const ran = await execa("git", ["apply", "--whitespace=nowarn", "--verbose", patch.path], {
    cwd: directory,
    env: {
      PATH: context.env.PATH,
      LC_ALL: "C",
      GIT_CEILING_DIRECTORIES: ceiling,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
    },
    extendEnv: false,
    stdin: "ignore",
    reject: false,
    cancelSignal: context.signal,
  });
  if (ran.exitCode === 0) return undefined;
  if (ran.code === "ENOENT") {
    return diagnostic("git-missing", "`git` not found on `PATH`, which applies patches", {
      help: ["install it, for example: sudo apt install git"],
    });
  }
  return patchFailed(patch, name, ran.stderr);
}

function patchMissing(file: string, name: string): Diagnostic {
  return diagnostic("patch-missing", `the patch \`${file}\` for \`${name}\` does not exist`, {
    notes: ["patches are named relative to the project's root"],
    status: 2,
  });
}
