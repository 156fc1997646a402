import { unreachable } from "../../base/narrowing.ts";
import { ok, type Result } from "../../base/result.ts";
import type { Input } from "../../derivation/model.ts";
import { textOfData } from "../../derivation/steps.ts";
import { textOf } from "../../tree/files.ts";
import { processorAsInput, resolveBaseSystem, resolveNative, resolveToolchain } from "./host.ts";
import {
  type InputContext,
  type OutputOf,
  type ResolvedInput,
  type ResolveInput,
  resolveFiles,
} from "./resolvedInput.ts";
import { resolveDummySource, resolveSource, sourceKey } from "./source.ts";
import { resolveCargoHome, resolveVendor, vendorSettings } from "./vendor.ts";

type Leaf = Exclude<Input, { type: "output" }>;

/**
 * The inputs of steps, from what a derivation says of them to their content. Each is resolved once, however many steps
 * have it and however often it was described.
 */
export function inputResolver(context: InputContext): ResolveInput {
  const begun = new Map<string, Promise<Result<ResolvedInput>>>();
  const resolve: ResolveInput = (input, outputOf) => {
    const key = inputKey(input);
    const running = begun.get(key) ?? resolveInput(context, input, { outputOf, resolve });
    begun.set(key, running);
    return running;
  };
  return resolve;
}

type Others = {
  readonly outputOf: OutputOf;
  /** Resolves the inputs that an input is made from. */
  readonly resolve: ResolveInput;
};

async function resolveInput(
  context: InputContext,
  input: Leaf,
  { outputOf, resolve }: Others,
): Promise<Result<ResolvedInput>> {
  switch (input.type) {
    case "source":
      return resolveSource(context, input);
    case "dummy-source":
      return resolveDummySource(context, input, resolve(input.of, outputOf));
    case "outline": {
      const { resolveOutline } = await import("./auditInputs.ts");
      return resolveOutline(context, input);
    }
    case "selected-files": {
      const { resolveSelectedFiles } = await import("./source.ts");
      return resolveSelectedFiles(context, input);
    }
    case "advisory-database": {
      const { resolveAdvisories } = await import("./auditInputs.ts");
      return resolveAdvisories(context, input, outputOf);
    }
    case "cooldown": {
      const { resolveCooldown } = await import("./policies.ts");
      return resolveCooldown(context, input);
    }
    case "script-policy": {
      const { resolveScriptPolicy } = await import("./policies.ts");
      return resolveScriptPolicy(context, input, outputOf);
    }
    case "vendor":
      return resolveVendor(context, input, outputOf);
    case "vendor-config": {
      const settings = await vendorSettings(context, input);
      return settings.ok ? resolveFiles(context, { "config.toml": settings.value }) : settings;
    }
    case "cargo-home":
      return resolveCargoHome(context, input, outputOf);
    case "git":
    case "crate":
    case "patched": {
      const { resolveTree } = await import("./tree.ts");
      return resolveTree(context, input, outputOf);
    }
    case "base-image": {
      const { resolveBaseImage } = await import("./tree.ts");
      return resolveBaseImage(context, input);
    }
    case "toolchain":
      return resolveToolchain(context, input.request, (source) => resolve(source, outputOf));
    case "native":
      return resolveNative(context, input);
    case "tool": {
      const { resolveTool } = await import("./tool.ts");
      return resolveTool(context, input, outputOf);
    }
    case "base-system":
      return resolveBaseSystem(context);
    case "processor":
      return ok(processorAsInput(textOf("/proc/cpuinfo") ?? ""));
    case "files":
      return resolveFiles(context, input.files);
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
    case "outline":
    case "selected-files":
    case "cooldown":
    case "vendor":
    case "vendor-config":
    case "cargo-home":
      return `${input.type} ${sourceKey(input.of)} ${textOfData({ ...input, of: "" })}`;
    default:
      return textOfData(input);
  }
}
