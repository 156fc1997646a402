import { type Digest, digestOf } from "../base/digest.ts";
import { ok, type Result } from "../base/result.ts";
import type { TreeFile } from "../store/treeDigest.ts";
import { printUnitGraphs } from "./printUnitGraphs.ts";
import type { Resolved } from "./resolved.ts";
import type { Workplace } from "./runStep.ts";
import { stepKey } from "./stepKey.ts";

type Plans = readonly (readonly string[])[];

const kind = "unit-graphs";

/**
 * The unit graphs of a step's invocations of Cargo; undefined if it does not print any. What Cargo printed is
 * remembered by all that it can have read, so that an edit of code need not be planned again.
 *
 * @param environment that the step's units are compiled in
 */
export async function unitGraphs(
  at: Workplace,
  plans: Plans,
  environment: Digest,
): Promise<Result<readonly string[] | undefined>> {
  const { memo } = at.engine.store;
  const key = planKey(at, plans);
  const known = memo.get(kind, key);
  if (known !== undefined) return ok(JSON.parse(known));
  const graphs = await printUnitGraphs(at, plans, environment);
  if (graphs.ok && graphs.value) memo.set(kind, key, JSON.stringify(graphs.value));
  return graphs;
}

/** The step's key as it would be if its Rust sources were empty. */
function planKey({ engine, step }: Workplace, plans: Plans): Digest {
  const mounts = [...step.mounts].map(([at, inputs]) => [at, inputs.map((input) => planned(input, plans))]);
  return stepKey(step.derivation, {
    mounts: Object.fromEntries(mounts),
    sandbox: engine.sandbox.identity,
  });
}

/**
 * Cargo plans by manifests, locks, its configuration and which files are there. It does not open code, unless that
 * is what it is told to build (RFC 3502) or a link gives it another name.
 */
function planned({ digest, files }: Resolved, plans: Plans): Digest {
  if (!files || plans.flat().some(isCode) || files.some(isCodeRenamed)) return digest;
  return digestOf(files.map(line).join("\0"));
}

function line(file: TreeFile): string {
  if (file.type === "symlink") return `${file.path}\0link ${file.target}`;
  if (file.type === "directory" || isCode(file.path)) return `${file.path}\0`;
  return `${file.path}\0file ${file.digest}`;
}

function isCodeRenamed(file: TreeFile): boolean {
  return file.type === "symlink" && isCode(file.target) && !isCode(file.path);
}

function isCode(path: string): boolean {
  return path.endsWith(".rs");
}
