import { unreachable } from "../base/unreachable.ts";
import type { Input } from "./input.ts";
import type { Source } from "./source.ts";
import type { WhatIsVendored } from "./vendor.ts";

/** One input in a few words: `source .`, `toolchain 1.95.0`, `protobuf`, `the output of app`. */
export function describeInput(input: Input): string {
  switch (input.type) {
    case "source":
      return `source ${shown(input)}`;
    case "dummy-source":
      return `manifests of ${shown(input.of)}`;
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

function shown({ root }: Source): string {
  return root;
}

function locksOf({ of, locks }: WhatIsVendored): string {
  return locks === undefined
    ? lockOf(of)
    : locks.map((lock) => ("path" in lock ? lock.path : "a lock")).join(", ");
}

function lockOf({ root, cargoLock }: Source): string {
  if (cargoLock) return "path" in cargoLock ? cargoLock.path : "a lock";
  return root === "." ? "Cargo.lock" : `${root.replace(/\/$/, "")}/Cargo.lock`;
}
