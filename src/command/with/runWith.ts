import { existsSync, readFileSync } from "node:fs";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { all, err, ok, type Result } from "../../base/result.ts";
import { parseLock } from "../../cargo/lock/parseLock.ts";
import { redact } from "../../cargo/redact.ts";
import { patchTable } from "../../cargo/sourceId.ts";
import { type Emit, interrupted } from "../../engine/event.ts";
import { findProject, lockMissing, type Project } from "../../project/findProject.ts";
import type { CommandOutcome, GlobalOptions } from "../command.ts";
import { recoverLock, saveLock } from "../open/savedLock.ts";
import { cargoCommand, isExternalVerb, type WithCommand } from "./cargoCommand.ts";
import { gantryInCopy } from "./composedProject.ts";
import {
  localPackage,
  lockedDependency,
  overriddenTwice,
  parseLocalOverride,
  type Replacement,
} from "./localOverride.ts";
import { patchFlags, refusal, resolveLocally } from "./resolveLocally.ts";

/** What `gantry with` is told besides the global options. */
export type WithOptions = {
  /** `DEP=PATH` or `DEP@VERSION=PATH`, as typed. */
  readonly overrides: readonly string[];
  /** What came after `--`. */
  readonly command: readonly string[];
};

type Options = Pick<GlobalOptions, "cwd" | "offline" | "signal"> & WithOptions;

/**
 * Runs `gantry with`: understands the command and the overrides, says what replaces what, and has Cargo resolve
 * the dependencies with it.
 *
 * The lock is resolved before the command starts, so that `--locked` is as good as without overrides, and a
 * version that nobody accepts is an error here and no warning of Cargo's.
 *
 * Errors: `override-syntax`, `override-path`, `override-unknown`, `override-local`, `override-ambiguous`,
 * `override-version`, `override-resolve`, `override-active`, `with-command`, `interrupted`, and those of
 * `findProject` and `parseLock`.
 */
export async function runWith(options: Options, emit: Emit): Promise<Result<CommandOutcome>> {
  const first = options.overrides.find((word) => !word.includes("="));
  if (options.command.length === 0 && first !== undefined)
    return err(dashesMissing(options.overrides, first));
  const command = cargoCommand(options.command, (verb) => isExternalVerb(verb, process.env));
  if (!command.ok) return command;
  const project = findProject(options.cwd);
  if (!project.ok) return project;
  const recovered = recoverLock(project.value.lock, emit);
  if (!recovered.ok) return recovered;
  if (!existsSync(project.value.lock)) return err(lockMissing(project.value.root));
  const replacements = await findReplacements(options, project.value);
  if (!replacements.ok) return replacements;
  for (const replacement of replacements.value) {
    emit({ type: "output", step: "with", line: announcement(replacement) });
  }
  const locals = { options, project: project.value, replacements: replacements.value };
  return command.value.type === "gantry"
    ? gantryInCopy(locals, command.value.words)
    : cargoWithFlags(locals, command.value);
}

function dashesMissing(words: readonly string[], first: string): Diagnostic {
  const at = words.indexOf(first);
  const overrides = at === 0 ? ["DEP=PATH"] : words.slice(0, at);
  return diagnostic("with-command", `\`--\` is missing before the command \`${first}\``, {
    help: [`gantry with ${[...overrides, "--", ...words.slice(at)].join(" ")}`],
    status: 2,
  });
}

type Locals = {
  readonly options: Options;
  readonly project: Project;
  readonly replacements: readonly Replacement[];
};

/** Becomes the command of Cargo, told of the local packages by `--config`; the lock is put back after it. */
async function cargoWithFlags(
  { options, project, replacements }: Locals,
  { toolchain, commandLine, offline }: Extract<WithCommand, { type: "cargo" }>,
): Promise<Result<CommandOutcome>> {
  const lock = saveLock(project.lock);
  if (!lock.ok) return lock;
  // Whatever ends this process short of SIGKILL, also while Cargo resolves.
  process.on("exit", lock.value.restore);
  const flags = patchFlags(replacements);
  const refused = await resolveLocally(
    { root: project.root, toolchain, flags, offline: options.offline || offline },
    replacements,
  );
  lock.value.notePatched();
  if (options.signal.aborted || !refused.ok || refused.value.length > 0) {
    lock.value.restore();
    if (options.signal.aborted) return err(interrupted());
    return refused.ok ? err(await refusal(project.root, refused.value)) : refused;
  }
  const afterwards = () => [lock.value.restore() ?? []].flat();
  return ok({ exec: { argv: commandLine(flags), cwd: options.cwd, afterwards } });
}

/** What the words `DEP=PATH` mean: for each the local package, and the locked one that it replaces. */
async function findReplacements(
  { overrides: words, cwd }: Options,
  project: Project,
): Promise<Result<readonly Replacement[]>> {
  const overrides = all(words.map((word) => parseLocalOverride(word, cwd)));
  if (!overrides.ok) return overrides;
  const twice = overriddenTwice(overrides.value);
  if (twice) return err(twice);
  const lock = parseLock("Cargo.lock", readFileSync(project.lock, "utf8"));
  if (!lock.ok) return lock;
  const replacements: Replacement[] = [];
  for (const override of overrides.value) {
    const local = await localPackage(override);
    if (!local.ok) return local;
    const locked = lockedDependency(lock.value, override, local.value.version);
    if (!locked.ok) return locked;
    replacements.push({ override, local: local.value, locked: locked.value });
  }
  return ok(replacements);
}

/** In the form of Cargo's status lines, the verb right-aligned to twelve columns. */
function announcement({ locked, local, override }: Replacement): string {
  const from = redact(patchTable(locked.source));
  return `  Overriding ${locked.name} v${locked.version} (${from}) with v${local.version} (${override.written})`;
}
