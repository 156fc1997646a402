import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { digestOf } from "../../base/digest.ts";
import { ok, type Result } from "../../base/result.ts";
import type { Source } from "../../derivation/source.ts";
import type { LockedPackage } from "../../fetch/registry/lockedPackage.ts";
import type { InputContext } from "./inputContext.ts";
import { directoryOf } from "./scanned.ts";

/** Raised when what is remembered of a lock changes. */
const format = 1;

/**
 * The packages of a source's `Cargo.lock`. Parsing a thousand of them takes longer than all the rest of a build
 * that has nothing to do, so what was read is remembered by the lock's content.
 */
export async function lockOf(
  context: InputContext,
  source: Source,
): Promise<Result<readonly LockedPackage[]>> {
  const file = join(directoryOf(context, source), "Cargo.lock");
  const text = readFileSync(file, "utf8");
  const key = `${format} ${digestOf(text)}`;
  const known = context.store.memo.get("lock", key);
  if (known !== undefined) return ok(JSON.parse(known));
  const { parseLock } = await import("../../cargo/parseLock.ts");
  const { lockedPackages } = await import("../../fetch/registry/lockedPackages.ts");
  const lock = parseLock(relative(context.project.root, file), text);
  if (!lock.ok) return lock;
  const packages = lockedPackages(lock.value);
  context.store.memo.set("lock", key, JSON.stringify(packages));
  return ok(packages);
}
