import { byCodeUnit } from "../../base/digest.ts";
import type { TreeFile } from "../../store/treeDigest.ts";

/** How many of a kind are named in one message. */
const most = 20;

/** In which paths one tree is another than the one before, in words; at most some, and how many more. */
export function treeDifferences(before: readonly TreeFile[], after: readonly TreeFile[]): string[] {
  const [old, now] = [byPath(before), byPath(after)];
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort(byCodeUnit);
  const texts = paths.flatMap((path) => {
    const [was, is] = [old.get(path), now.get(path)];
    if (!was) return [`\`${path}\` was not there before`];
    if (!is) return [`\`${path}\` is not there any more`];
    return JSON.stringify(was) === JSON.stringify(is) ? [] : [`\`${path}\` differs`];
  });
  return shortened(texts);
}

/** The first of many texts, and how many more there are. */
export function shortened(texts: readonly string[]): string[] {
  return texts.length <= most ? [...texts] : [...texts.slice(0, most), `and ${texts.length - most} more`];
}

function byPath(files: readonly TreeFile[]): ReadonlyMap<string, TreeFile> {
  return new Map(files.map((file) => [file.path, file]));
}
