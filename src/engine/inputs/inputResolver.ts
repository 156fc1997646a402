import { canonical } from "../../base/canonical.ts";
import type { Result } from "../../base/result.ts";
import { unreachable } from "../../base/unreachable.ts";
import type { Input } from "../../derivation/input.ts";
import type { Resolved, ResolveInput } from "../resolved.ts";
import type { InputContext } from "./inputContext.ts";
import { resolveDummySource } from "./resolveDummySource.ts";
import { resolveFiles } from "./resolveFiles.ts";
import { resolveBaseSystem, resolveNative } from "./resolveNative.ts";
import { resolveSource } from "./resolveSource.ts";
import { resolveToolchain } from "./resolveToolchain.ts";
import { resolveVendor, resolveVendorConfig } from "./resolveVendor.ts";
import { sourceKey } from "./scanned.ts";

type Leaf = Exclude<Input, { type: "output" }>;

/** Resolves each input once, however many steps have it and however often it was described. */
export function inputResolver(context: InputContext): ResolveInput {
  const begun = new Map<string, Promise<Result<Resolved>>>();
  return (input) => {
    const key = inputKey(input);
    const running = begun.get(key) ?? resolveInput(context, input);
    begun.set(key, running);
    return running;
  };
}

function resolveInput(context: InputContext, input: Leaf): Promise<Result<Resolved>> {
  switch (input.type) {
    case "source":
      return resolveSource(context, input);
    case "dummy-source":
      return resolveDummySource(context, input);
    case "vendor":
      return resolveVendor(context, input.of);
    case "vendor-config":
      return resolveVendorConfig(context, input.of);
    case "toolchain":
      return resolveToolchain(context, input.request);
    case "native":
      return resolveNative(context, input);
    case "base-system":
      return resolveBaseSystem(context);
    case "files":
      return resolveFiles(context, new Map(Object.entries(input.files)));
    default:
      return unreachable(input);
  }
}

function inputKey(input: Leaf): string {
  switch (input.type) {
    case "source":
      return `source ${sourceKey(input)}`;
    case "dummy-source":
    case "vendor":
    case "vendor-config":
      return `${input.type} ${sourceKey(input.of)}`;
    default:
      return canonical(JSON.parse(JSON.stringify(input)));
  }
}
