import { existsSync } from "node:fs";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";

/**
 * Whether a command failed since somebody removed the store that it had opened; undefined where that is not the reason,
 * and the exception is a bug.
 *
 * Errors: `store-removed`.
 */
export function storeRemoved(thrown: unknown, root: string): Diagnostic | undefined {
  // Every store that was opened has that file.
  if (existsSync(`${root}/version`)) return undefined;
  const cause = causesOf(thrown).find((error) => isOfStore(error, root));
  if (!cause) return undefined;
  return diagnostic("store-removed", `the store at \`${root}\` was removed while it was in use`, {
    help: ["run the command again, which makes anew what is missing"],
    causes: [cause.message],
  });
}

/** Where closing what was open failed too, both are told as one. */
function causesOf(thrown: unknown): Error[] {
  if (thrown instanceof SuppressedError) return [thrown.suppressed, thrown.error].flatMap(causesOf);
  return thrown instanceof Error ? [thrown] : [];
}

/** Something of the store is missing, or SQLite cannot use the index any more. */
function isOfStore(error: Error, root: string): boolean {
  if ("errcode" in error) return true;
  return "code" in error && error.code === "ENOENT" && error.message.includes(root);
}
