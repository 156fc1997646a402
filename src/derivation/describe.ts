import { posix } from "node:path";
import { unreachable } from "../base/narrowing.ts";
import type { Filter, Input, LockFile, Source, WhatIsVendored } from "./model.ts";
import { lockFileOf } from "./world.ts";

/** One input in a few words: `source .`, `toolchain 1.95.0`, `protobuf`, `the output of app`. */
export function describeInput(input: Input): string {
  switch (input.type) {
    case "source":
      return `source ${input.root}`;
    case "dummy-source":
      return `manifests of ${input.of.root}`;
    case "vendor":
      return `${input.changes?.length ? "changed " : ""}crates of ${locksOf(input)}`;
    case "vendor-config":
      return `vendor configuration of ${locksOf(input)}`;
    case "git":
      return `git ${input.name} ${input.rev.slice(0, 12)}`;
    case "crate":
      return `crate ${input.name} ${input.version}`;
    case "patched":
      return `${describeInput(input.of)} with ${input.patches.join(", ")}`;
    case "native":
      return input.name;
    case "output":
      return `the output of ${input.of.name}`;
    case "toolchain":
      return `toolchain ${input.request.channel ?? "of the project"}`;
    case "base-system":
      return "base system";
    case "files":
      return `files ${Object.keys(input.files).join(", ")}`;
    default:
      return unreachable(input);
  }
}

function locksOf({ of, locks }: WhatIsVendored): string {
  return locks === undefined ? lockOf(of) : locks.map(lockName).join(", ");
}

function lockOf(source: Source): string {
  return lockName(lockFileOf(source));
}

function lockName(lock: LockFile): string {
  if ("toolchain" in lock) return "the standard library";
  return "path" in lock ? posix.normalize(lock.path) : "a lock";
}

/** Which files a filter keeps, in words: `what cargo reads, and migrations/**`. */
export function describeFilter(filter: Filter): string {
  switch (filter.kind) {
    case "everything":
      return "all that git does not ignore";
    case "cargo":
      return "what cargo reads";
    case "automatic":
      return "all but what no build reads";
    case "globs":
      return filter.patterns.join(", ");
    case "where":
      return "what a function keeps";
    case "union":
      return filter.of.length === 0 ? "nothing" : filter.of.map(describeFilter).join(", and ");
    case "intersection":
      return filter.of.length === 0
        ? "everything"
        : filter.of.map((each) => `(${describeFilter(each)})`).join(" if also ");
    case "difference":
      return `(${describeFilter(filter.of)}) without (${describeFilter(filter.without)})`;
    default:
      return unreachable(filter);
  }
}
