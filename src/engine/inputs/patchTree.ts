import { cpSync, existsSync, readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { type Diagnostic, diagnostic, placeAt } from "../../base/diagnostic.ts";
import { canonical, type Digest, digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { checkNames } from "../../store/readTree.ts";
import type { InputContext } from "./resolvedInput.ts";

type Patching = {
  /** For messages: `itoa v1.0.15`. */
  readonly name: string;
  readonly of: Digest;
  readonly patches: readonly string[];
};

/** A patch file, read. */
type Patch = { readonly file: string; readonly path: string; readonly text: string };

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
  const key = digestOf(canonical([wanted.of, ...patches.map(({ text }) => digestOf(text))]));
  const known = store.records.get("patched", key);
  if (known) return ok(known);
  await using scratch = await store.tempDir("patch");
  const directory = `${scratch.path}/tree`;
  cpSync(store.pathOf(wanted.of), directory, { recursive: true, verbatimSymlinks: true });
  for (const patch of patches) {
    const failure = await apply(patch, { directory, ceiling: scratch.path, name: wanted.name, context });
    if (failure) return err(failure);
  }
  const names = checkNames(directory);
  if (!names.ok) return names;
  const patched = await store.addTree(directory);
  store.records.set("patched", key, patched);
  return ok(patched);
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

/**
 * What `git apply` says of a patch that does not apply (wording of git 2.39): which crate, which file, which hunk.
 *
 * Errors: `patch-failed`, with the place of the hunk in the patch.
 */
export function patchFailed(patch: Patch, name: string, stderr: string): Diagnostic {
  const [, target, line] = /^error: patch failed: (.+):(\d+)$/m.exec(stderr) ?? [];
  const causes = stderr.split("\n").flatMap((each) => /^error: (.+)$/.exec(each)?.[1] ?? []);
  const hunk = target === undefined ? undefined : hunkAt(patch.text, target, Number(line));
  const at = hunk && placeAt(patch.file, patch.text, hunk.offset, hunk.length);
  return diagnostic("patch-failed", `the patch \`${patch.file}\` does not apply to \`${name}\``, {
    ...(at && { place: { ...at, label: `hunk ${hunk.number} of \`${target}\` does not match` } }),
    notes: [
      ...(target === undefined
        ? []
        : [`\`${target}\` has other lines there than the patch expects, from line ${line} on`]),
      "paths in a patch begin with one directory that is dropped (`a/src/lib.rs`), and count from the root of the crate or checkout",
    ],
    help: ["make it again against this version, or remove it from `patches` if the change was released"],
    causes: causes.filter((cause) => !cause.startsWith("while searching for")),
  });
}

/** The hunk of a file that begins at a line of the old text. */
function hunkAt(
  text: string,
  target: string,
  line: number,
): { offset: number; length: number; number: number } | undefined {
  let file = "";
  let number = 0;
  let offset = 0;
  for (const row of text.split("\n")) {
    const header = /^--- (?:[^/\s]+\/)?([^\t]+)/.exec(row);
    if (header) [file, number] = [header[1]?.trimEnd() ?? "", 0];
    const hunk = /^@@ -(\d+)/.exec(row);
    if (hunk) number++;
    if (hunk && file === target && Number(hunk[1]) === line) return { offset, length: row.length, number };
    offset += row.length + 1;
  }
  return undefined;
}
