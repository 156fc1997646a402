import type { Message, MessageProfile } from "../cargo/message.ts";
import type { Unit } from "../cargo/unitGraph.ts";
import type { UnitPlace } from "./targetLayout.ts";

const target = "/build/target/";

/** What a message and a planned unit have in common. Few units share one; their dependencies tell those apart. */
export function signatureOfUnit(unit: Unit): string {
  if (unit.mode === "run-custom-build") return runSignature(unit.packageId);
  const { profile } = unit;
  const shown: MessageProfile = {
    optLevel: String(profile["opt_level"]),
    debuginfo: String(profile["debuginfo"] ?? 0),
    debugAssertions: profile["debug_assertions"] === true,
    overflowChecks: profile["overflow_checks"] === true,
  };
  return signature([unit.packageId, unit.target.name, unit.target.srcPath, unit.target.kind, shown, unit.features]);
}

/** The signature of what a message reports, and where it lies; undefined for other messages. */
export function signatureOfMessage(message: Message): { signature: string; place: UnitPlace } | undefined {
  if (message.type === "build-script-executed") {
    const place = placeOf(message.outDir);
    return place && { signature: runSignature(message.packageId), place };
  }
  if (message.type !== "compiler-artifact") return undefined;
  const { packageId, target, profile, features, filenames } = message;
  const place = filenames.map(placeOf).find((found) => found !== undefined);
  if (!place) return undefined;
  return { signature: signature([packageId, target.name, target.srcPath, target.kind, profile, features]), place };
}

function signature(parts: readonly unknown[]): string {
  return JSON.stringify(parts);
}

function runSignature(packageId: string): string {
  return `run ${packageId}`;
}

/** `…/release/deps/libserde-0f68.rlib` and `…/release/build/serde-0f68/out` name their unit; `…/release/app` does not. */
function placeOf(file: string): UnitPlace | undefined {
  if (!file.startsWith(target)) return undefined;
  const built = /^(.+)\/build\/([^/]+-[0-9a-f]{16})\//.exec(file.slice(target.length));
  if (built) return { root: built[1] ?? "", directory: built[2] ?? "" };
  const dependency = /^(.+)\/deps\/[^/]+-([0-9a-f]{16})\.[^/]+$/.exec(file.slice(target.length));
  return dependency ? { root: dependency[1] ?? "", directory: `*-${dependency[2]}` } : undefined;
}
