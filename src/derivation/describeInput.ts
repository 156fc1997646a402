import { unreachable } from "../base/unreachable.ts";
import type { Input } from "./input.ts";
import type { Source } from "./source.ts";

/** One input in a few words: `source .`, `toolchain 1.95.0`, `protobuf`, `the output of app`. */
export function describeInput(input: Input): string {
  switch (input.type) {
    case "source":
      return `source ${shown(input)}`;
    case "dummy-source":
      return `manifests of ${shown(input.of)}`;
    case "vendor":
      return `crates of ${lockOf(input.of)}`;
    case "vendor-config":
      return `vendor configuration of ${lockOf(input.of)}`;
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

function lockOf({ root }: Source): string {
  return root === "." ? "Cargo.lock" : `${root.replace(/\/$/, "")}/Cargo.lock`;
}
