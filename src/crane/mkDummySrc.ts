import type { DummySource } from "../derivation/input.ts";
import type { Source } from "../derivation/source.ts";

/**
 * The source reduced to what decides how its dependencies are built (Crane's `mkDummySrc`): manifests without
 * versions, descriptions and lints, the lock, and an empty stub for every target.
 */
export function mkDummySrc(of: Source): DummySource {
  return { type: "dummy-source", of };
}
