import type { Digest } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Derivation } from "../../derivation/model.ts";
import type { OutputOf, ResolveInput } from "../inputs/resolvedInput.ts";
import { allInputs } from "./realise.ts";
import { stepKey } from "./stepKey.ts";

/**
 * Tells steps apart by all that goes into them, without running any: as `stepKey`, but with the described keys of its layer
 * and of other steps in the place of what those would leave. Steps of one described key have one result; two that differ may
 * still come to the same bytes, which only running them shows.
 *
 * Errors: those of the inputs.
 */
export function describedKeys(resolve: ResolveInput): OutputOf {
  const known = new Map<Derivation, Promise<Result<Digest>>>();
  const keyOf: OutputOf = (step) => {
    const running = known.get(step) ?? describe(step);
    known.set(step, running);
    return running;
  };
  const describe = async (step: Derivation): Promise<Result<Digest>> => {
    const layer = step.targetDirectory?.layer && (await keyOf(step.targetDirectory.layer));
    if (layer && !layer.ok) return layer;
    const mounts: [string, readonly Digest[]][] = [];
    for (const [at, mounted] of Object.entries(step.mounts)) {
      const inputs = "type" in mounted ? [mounted] : mounted;
      const digests = await Promise.all(
        inputs.map(async (input): Promise<Result<Digest>> => {
          if (input.type === "output") return keyOf(input.of);
          const resolved = await resolve(input, keyOf);
          return resolved.ok ? ok(resolved.value.digest) : err(resolved.error);
        }),
      );
      const all = allInputs(digests);
      if (!all.ok) return all;
      mounts.push([at, all.value]);
    }
    return ok(
      stepKey(step, {
        mounts: Object.fromEntries(mounts),
        ...(layer && { layer: layer.value }),
        sandbox: "",
      }),
    );
  };
  return keyOf;
}
