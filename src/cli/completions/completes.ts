import type { TreeValue } from "../commandTree.ts";

/** What a shell should offer for a value: one of some words, a directory, a file, or nothing it can know. */
export function completes(value: TreeValue): "choices" | "directory" | "file" | "nothing" {
  if (value.choices.length > 0) return "choices";
  if (value.placeholder === "DIR") return "directory";
  return value.placeholder === "PATH" ? "file" : "nothing";
}
