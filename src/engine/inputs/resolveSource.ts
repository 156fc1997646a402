import { ok, type Result } from "../../base/result.ts";
import type { Source } from "../../derivation/source.ts";
import type { Resolved } from "../resolved.ts";
import type { InputContext } from "./inputContext.ts";
import { placed } from "./placed.ts";
import { originOf, scanned } from "./scanned.ts";
import { sourceDigest } from "./sourceDigest.ts";

/** The user's files that pass the source's filter. */
export async function resolveSource(context: InputContext, source: Source): Promise<Result<Resolved>> {
  const start = performance.now();
  const files = scanned(context, source);
  if (!files.ok) return files;
  const digest = sourceDigest(context.store.memo, files.value);
  // For profilers and benchmarks, which observe it from outside.
  performance.measure("scan", { start });
  const origin = originOf(context, source);
  return ok({
    digest,
    files: files.value,
    place: async () => placed(context, await context.store.compose(files.value, ({ path }) => origin(path))),
  });
}
