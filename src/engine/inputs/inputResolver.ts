import { unreachable } from "../../base/narrowing.ts";
import type { Result } from "../../base/result.ts";
import type { Input } from "../../derivation/model.ts";
import { resolveDummySource } from "./dummySource.ts";
import { resolveBaseSystem, resolveNative, resolveToolchain } from "./host.ts";
import type { InputContext, OutputOf, Resolved, ResolveInput } from "./resolvedInput.ts";
import { asText, resolveSource, sourceKey } from "./source.ts";
import { resolveFiles, resolveTree } from "./tree.ts";
import { resolveVendor, resolveVendorConfig } from "./vendor.ts";

type Leaf = Exclude<Input, { type: "output" }>;

/** Resolves each input once, however many steps have it and however often it was described. */
export function inputResolver(context: InputContext): ResolveInput {
  const begun = new Map<string, Promise<Result<Resolved>>>();
  const resolve: ResolveInput = (input, outputOf) => {
    const key = inputKey(input);
    const running = begun.get(key) ?? begin(input, outputOf);
    begun.set(key, running);
    return running;
  };
  const begin: ResolveInput = (input, outputOf) =>
    input.type === "dummy-source"
      ? resolveDummySource(context, input, resolve(input.of, outputOf))
      : resolveInput(context, input, outputOf);
  return resolve;
}

function resolveInput(
  context: InputContext,
  input: Exclude<Leaf, { type: "dummy-source" }>,
  outputOf: OutputOf,
): Promise<Result<Resolved>> {
  switch (input.type) {
    case "source":
      return resolveSource(context, input);
    case "vendor":
      return resolveVendor(context, input, outputOf);
    case "vendor-config":
      return resolveVendorConfig(context, input);
    case "git":
    case "crate":
    case "patched":
      return resolveTree(context, input, outputOf);
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
      return `${input.type} ${sourceKey(input.of)}`;
    case "vendor":
    case "vendor-config":
      return `${input.type} ${sourceKey(input.of)} ${asText({ ...input, of: "" })}`;
    default:
      return asText(input);
  }
}
