import { posix } from "node:path";
import { unreachable } from "../base/unreachable.ts";
import type { Input } from "./input.ts";
import { lockFileOf } from "./lockFileOf.ts";
import type { LockFile, Source } from "./source.ts";
import type { WhatIsVendored } from "./vendor.ts";

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
