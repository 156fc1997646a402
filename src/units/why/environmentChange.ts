import { canonical, type Digest } from "../../base/digest.ts";
import { world } from "../../derivation/world.ts";
import type { Records } from "../../store/store.ts";
import type { EnvironmentParts } from "../key/environment.ts";

/** Records what environments consist of, so that later a change of one can be told in words. */
export function recordEnvironments(records: Records, parts: ReadonlyMap<Digest, EnvironmentParts>): void {
  for (const [digest, each] of parts)
    if (!records.get("environment", digest)) records.set("environment", digest, each);
}

/** In words, the first thing in which an environment differs from an earlier one. */
export function environmentChange(records: Records, before: Digest, now: Digest): string {
  const [was, is] = [records.get("environment", before), records.get("environment", now)];
  if (!was || !is) return "the environment changed";
  return (
    toolchainChange(was, is) ??
    variableChanges(was.env, is.env)[0] ??
    mountChange(was, is) ??
    (canonical(was.settings) === canonical(is.settings) ? undefined : "`.cargo/config.toml` changed") ??
    fileChange(was.files, is.files) ??
    (canonical(was.flags) === canonical(is.flags)
      ? undefined
      : "Cargo's `--config` or `-Z` arguments changed") ??
    (was.sandbox === is.sandbox ? undefined : sandboxChange(was.sandbox, is.sandbox)) ??
    (was.answers === is.answers
      ? undefined
      : "what Cargo's configuration names in rustc's stead says other things of its platform") ??
    (was.workspace === is.workspace ? undefined : "the workspace lies in another directory") ??
    "a hook, or the arguments of Clippy, changed"
  );
}

function toolchainChange(was: EnvironmentParts, is: EnvironmentParts): string | undefined {
  if (same(was, is, world.toolchain)) return undefined;
  const [from, to] = [was.names[world.toolchain], is.names[world.toolchain]];
  return from && to && from !== to ? `the toolchain changed from ${from} to ${to}` : "the toolchain changed";
}

/** In words, which variables differ. */
export function variableChanges(was: EnvironmentParts["env"], is: EnvironmentParts["env"]): string[] {
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
  return names
    .filter((name) => was[name] !== is[name])
    .map((name) => {
      const verb = was[name] === undefined ? "was added" : is[name] === undefined ? "was removed" : "changed";
      return `the variable \`${name}\` ${verb}`;
    });
}

/**
 * In words, how a sandbox differs from another one, by their identities. Where the level is the same, what else a build
 * can notice of it differs: at `none` that is where the store lies.
 */
export function sandboxChange(was: string, is: string): string {
  const [from, to] = [was, is].map((identity) => identity.replace(/ .*/s, "").replace("bwrap", "full"));
  if (from !== to) return `the sandbox changed from the level \`${from}\` to \`${to}\``;
  return to === "none"
    ? "the store lies elsewhere, which a build at the level `none` can see"
    : "another version of Gantry isolates it";
}

function fileChange(
  was: EnvironmentParts["files"] = {},
  is: EnvironmentParts["files"] = {},
): string | undefined {
  const path = [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .sort()
    .find((each) => was[each] !== is[each]);
  return path === undefined ? undefined : `\`${path}\` changed, which Cargo's configuration names`;
}

function mountChange(was: EnvironmentParts, is: EnvironmentParts): string | undefined {
  const at = [...new Set([...Object.keys(was.mounts), ...Object.keys(is.mounts)])].find(
    (each) => !same(was, is, each),
  );
  if (at === undefined) return undefined;
  const [from, to] = [was.names[at], is.names[at]];
  const names = from && to && from !== to ? ` from ${from} to ${to}` : "";
  if (at === world.processor) return `the processor that it compiles for changed${names}`;
  if (at !== "/usr") return `\`${at}\` changed`;
  return `the native inputs, or the system's C compiler and libc, changed${names}`;
}

function same(was: EnvironmentParts, is: EnvironmentParts, at: string): boolean {
  return (was.mounts[at] ?? []).join() === (is.mounts[at] ?? []).join();
}
