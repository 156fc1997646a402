import { readFileSync } from "node:fs";
import { all, err, ok, type Result } from "../../base/result.ts";
import { parseLock } from "../../cargo/lock/parseLock.ts";
import { redact } from "../../cargo/redact.ts";
import { patchTable } from "../../cargo/sourceId.ts";
import { type Emit, interrupted } from "../../engine/event.ts";
import { findProject, type Project } from "../../project/findProject.ts";
import type { CommandOutcome, GlobalOptions } from "../command.ts";
import { environment } from "../environment.ts";
import { overrideLock, recoverLock } from "../overriddenLock.ts";
import { cargoCommand, isExternalVerb } from "./cargoCommand.ts";
import { gantryWith } from "./composedProject.ts";
import {
  givenTwice,
  localPackage,
  lockedDependency,
  parseOverride,
  type Replacement,
} from "./localOverride.ts";
import { patchFlags, refusal, resolvePatched } from "./resolveOverrides.ts";

/**
 * `gantry with`: becomes a command of Cargo, or of Gantry, that builds against local packages in the place of
 * locked ones. Nothing of it lasts: `Cargo.lock`, which Cargo would rewrite, is put back when the command
 * ends, or, should this process be killed, by the next command of Gantry.
 *
 * The lock is resolved before the command starts, so that `--locked` is as good as without overrides, and a
 * version that nobody accepts is an error here and no warning of Cargo's.
 *
 * Errors: `override-syntax`, `override-path`, `override-unknown`, `override-local`, `override-ambiguous`,
 * `override-version`, `override-resolve`, `override-active`, `with-command`, and those of `findProject`.
 */
export async function withOverrides(
  options: Pick<GlobalOptions, "cwd" | "offline" | "signal"> & WithOptions,
  emit: Emit,
): Promise<Result<CommandOutcome>> {
  const command = cargoCommand(options.command, (verb) => isExternalVerb(verb, process.env));
  if (!command.ok) return command;
  const project = findProject(options.cwd);
  if (!project.ok) return project;
  const recovered = recoverLock(project.value.lock);
  if (!recovered.ok) return recovered;
  if (recovered.value) emit({ type: "warning", diagnostic: recovered.value });
  const replacements = await readReplacements(options, project.value);
  if (!replacements.ok) return replacements;
  for (const replacement of replacements.value) {
    emit({ type: "output", step: "with", line: announcement(replacement) });
  }
  if (command.value.type === "gantry") {
    const at = { options, project: project.value, replacements: replacements.value };
    return gantryWith(at, command.value.words);
  }
  const { toolchain, configured } = command.value;
  const lock = overrideLock(project.value.lock);
  if (!lock.ok) return lock;
  // Whatever ends this process short of SIGKILL, also while Cargo resolves.
  process.on("exit", lock.value.restore);
  const flags = patchFlags(replacements.value);
  const offline = options.offline || command.value.offline;
  const at = { root: project.value.root, toolchain, flags, offline };
  const refused = await resolvePatched(at, replacements.value);
  lock.value.settled();
  if (options.signal.aborted || !refused.ok || refused.value.length > 0) {
    lock.value.restore();
    if (options.signal.aborted) return err(interrupted());
    return refused.ok ? err(await refusal(project.value.root, refused.value)) : refused;
  }
  const afterwards = () => [lock.value.restore() ?? []].flat();
  return ok({ exec: { argv: configured(flags), env: environment(), cwd: options.cwd, afterwards } });
}

async function readReplacements(
  { overrides, cwd }: Pick<GlobalOptions, "cwd"> & WithOptions,
  project: Project,
): Promise<Result<readonly Replacement[]>> {
  const parsed = all(overrides.map((word) => parseOverride(word, cwd)));
  if (!parsed.ok) return parsed;
  const twice = givenTwice(parsed.value);
  if (twice) return err(twice);
  const lock = parseLock("Cargo.lock", readFileSync(project.lock, "utf8"));
  if (!lock.ok) return lock;
  const replacements: Result<Replacement>[] = [];
  for (const override of parsed.value) {
    const local = await localPackage(override);
    if (!local.ok) return local;
    const locked = lockedDependency(lock.value, override, local.value.version);
    if (!locked.ok) return locked;
    replacements.push(ok({ override, local: local.value, locked: locked.value }));
  }
  return all(replacements);
}

/** In the form of Cargo's status lines, the verb right-aligned to twelve columns. */
function announcement({ locked, local, override }: Replacement): string {
  const from = redact(patchTable(locked.source));
  return `  Overriding ${locked.name} v${locked.version} (${from}) with v${local.version} (${override.written})`;
}

/** `gantry with`. */
export type WithOptions = {
  /** `DEP=PATH` or `DEP@VERSION=PATH`, as typed. */
  readonly overrides: readonly string[];
  /** What came after `--`. */
  readonly command: readonly string[];
  /** The words that start this Gantry again. */
  readonly self: readonly [string, ...string[]];
};
