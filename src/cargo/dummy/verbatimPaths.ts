import { posix } from "node:path";
import { err, ok, type Result } from "../../base/result.ts";
import { isWithin } from "../isWithin.ts";
import { localPath } from "../localPath.ts";
import type { DummyInput } from "./dummyInput.ts";
import { dummyPlan } from "./dummyPlan.ts";
import { outside } from "./pathReference.ts";

/**
 * Which files of the source belong into the dummy as they are, beside the text of `dummySource`: the code of
 * packages on which packages from outside depend (`[patch]` with a path inside the source, `paths` in Cargo's
 * configuration), and configuration files that others include. For most projects none. In the order of
 * `input.paths`.
 *
 * Errors: as `dummySource`.
 *
 * @example
 * const more = verbatimPaths({ files, paths }); // ok(["patched/time/src/lib.rs"])
 */
export function verbatimPaths(input: DummyInput): Result<readonly string[]> {
  const plan = dummyPlan(input);
  if (!plan.ok) return plan;
  const { manifests, configs, verbatim } = plan.value;
  const whole: string[] = [];
  for (const reference of configs.flatMap(({ overrides, includes }) => [...overrides, ...includes])) {
    const path = localPath(reference.from, reference.path);
    if (path === undefined) return err(outside(reference));
    whole.push(path);
  }
  // The nearest manifest above a file says whose it is, also where that manifest itself is not reached.
  const owners = new Set([...manifests.map(({ directory }) => directory), ...manifestDirectories(input)]);
  return ok(
    input.paths.filter((path) => {
      if (whole.some((directory) => isWithin(path, directory))) return true;
      if (posix.basename(path) === "Cargo.toml") return false;
      return verbatim.has(ownerOf(path, owners) ?? "");
    }),
  );
}

function manifestDirectories({ paths }: DummyInput): string[] {
  return paths.filter((path) => posix.basename(path) === "Cargo.toml").map((path) => posix.dirname(path));
}

function ownerOf(path: string, owners: ReadonlySet<string>): string | undefined {
  for (let directory = posix.dirname(path); ; directory = posix.dirname(directory)) {
    if (owners.has(directory)) return directory;
    if (directory === ".") return undefined;
  }
}
