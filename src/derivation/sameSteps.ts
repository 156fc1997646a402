import { type Digest, digestOf } from "../base/digest.ts";
import type { Derivation } from "./derivation.ts";

/**
 * Tells which steps are described alike: it gives the first of them for each. Two dependency layers of one
 * project are often described twice, by the package and by a check.
 */
export function sameSteps(): (derivation: Derivation) => Derivation {
  const firsts = new Map<Digest, Derivation>();
  const digests = new Map<Derivation, Digest>();
  const digestOfStep = (derivation: Derivation): Digest => {
    const known = digests.get(derivation);
    if (known !== undefined) return known;
    const digest = digestOf(
      JSON.stringify(derivation, (key, value: unknown) => plain(key, value, derivation)),
    );
    digests.set(derivation, digest);
    return digest;
  };
  const plain = (key: string, value: unknown, of: Derivation): unknown => {
    if (typeof value === "function") return key === "narrowedTo" ? undefined : String(value);
    return value === of || !isDerivation(value) ? value : digestOfStep(value);
  };
  return (derivation) => {
    const digest = digestOfStep(derivation);
    const first = firsts.get(digest) ?? derivation;
    firsts.set(digest, first);
    return first;
  };
}

function isDerivation(value: unknown): value is Derivation {
  return typeof value === "object" && value !== null && "type" in value && value.type === "derivation";
}
