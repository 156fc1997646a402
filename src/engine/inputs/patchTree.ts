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

/** A patch file, read once: what is applied is what the key holds, and need not be UTF-8. */
type Patch = { readonly file: string; readonly bytes: Buffer; readonly text: string };

/**
 * A tree with patches applied in order by `git apply`. A hunk may have moved; where one does not fit otherwise, all but one
 * line of its context before and after may differ, as for `patch -p1` by default, and a note says so. What came out is
 * remembered by the contents of tree and patches.
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
    const bytes = readFileSync(path);
    patches.push({ file, bytes, text: bytes.toString() });
  }
  const key = digestOf(canonical([wanted.of, ...patches.map(({ bytes }) => digestOf(bytes))]));
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

async function apply(patch: Patch, place: Place): Promise<Diagnostic | undefined> {
  const exact = await gitApply(patch, [], place);
  if (exact.exitCode === 0) return undefined;
  if (exact.code === "ENOENT") {
    return diagnostic("git-missing", "`git` not found on `PATH`, which applies patches", {
      help: ["install it, for example: sudo apt install git"],
    });
  }
  // It changes either all files of a patch or none.
  const inexact = await gitApply(patch, ["-C1"], place);
  if (inexact.exitCode !== 0) return patchFailed(patch, place.name, exact.stderr);
  for (const { target, number } of inexactHunks(patch.text, inexact.stderr)) {
    const hunk = `hunk ${number} of \`${target}\` in \`${patch.file}\``;
    place.context.emit({
      type: "note",
      text: `${hunk} was applied to \`${place.name}\` with other context than it expects`,
    });
  }
  return undefined;
}

/** The user's settings must not change what comes out (`apply.whitespace`), nor a repository that the store lies in. */
async function gitApply(
  { bytes }: Patch,
  options: readonly string[],
  { directory, ceiling, context }: Place,
) {
  const { execa } = await import("execa");
  const argv = ["apply", "--whitespace=nowarn", "--verbose", ...options, "-"];
  const { exitCode, code, stderr } = await execa("git", argv, {
    cwd: directory,
    env: {
      PATH: context.env.PATH,
      LC_ALL: "C",
      GIT_CEILING_DIRECTORIES: ceiling,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
    },
    extendEnv: false,
    input: bytes,
    reject: false,
    cancelSignal: context.signal,
  });
  return { exitCode, code, stderr };
}

/**
 * The hunks that `git apply -C1 --verbose` says it needed less context for (wording of git 2.39). It numbers only those that
 * moved, and tells where others were applied, which is where the new text has them, give or take the context left out.
 */
export function inexactHunks(patch: string, stderr: string): { target: string; number: number }[] {
  const hunks = hunksOf(patch);
  let target = "";
  let moved: { readonly number: number; readonly line: number } | undefined;
  return stderr.split("\n").flatMap((row) => {
    const file = /^Checking patch (?:.* => )?(.+)\.\.\.$/.exec(row)?.[1];
    if (file !== undefined) [target, moved] = [file, undefined];
    const [, number, at] = /^Hunk #(\d+) succeeded at (\d+) /.exec(row) ?? [];
    if (number !== undefined) moved = { number: Number(number), line: Number(at) };
    const line = Number(/^Context reduced to .* to apply fragment at (\d+)$/.exec(row)?.[1] ?? Number.NaN);
    if (Number.isNaN(line)) return [];
    if (moved?.line === line) return [{ target, number: moved.number }];
    const near = hunks
      .filter((hunk) => hunk.target === target)
      .sort((a, b) => Math.abs(a.newLine - line) - Math.abs(b.newLine - line));
    return [{ target, number: near[0]?.number ?? 1 }];
  });
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
export function patchFailed(patch: Pick<Patch, "file" | "text">, name: string, stderr: string): Diagnostic {
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
function hunkAt(text: string, target: string, line: number): Hunk | undefined {
  return hunksOf(text).find((hunk) => hunk.target === target && hunk.oldLine === line);
}

/** A hunk's header in a patch: which of which file it is, and from which line on, before the patch and after it. */
type Hunk = {
  readonly target: string;
  readonly number: number;
  readonly oldLine: number;
  readonly newLine: number;
  readonly offset: number;
  readonly length: number;
};

function hunksOf(text: string): Hunk[] {
  const hunks: Hunk[] = [];
  let target = "";
  let number = 0;
  let offset = 0;
  for (const row of text.split("\n")) {
    const header = /^--- (?:[^/\s]+\/)?([^\t]+)/.exec(row);
    if (header) [target, number] = [header[1]?.trimEnd() ?? "", 0];
    const [, oldLine, newLine] = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(row) ?? [];
    if (oldLine !== undefined) {
      number++;
      const { length } = row;
      hunks.push({ target, number, oldLine: Number(oldLine), newLine: Number(newLine), offset, length });
    }
    offset += row.length + 1;
  }
  return hunks;
}
