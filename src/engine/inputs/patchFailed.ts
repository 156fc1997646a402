import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { placeAt } from "../../base/place.ts";
import type { Patch } from "./patchTree.ts";

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
