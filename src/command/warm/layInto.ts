import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { systemError } from "../../base/systemError.ts";
import { type Emit, interrupted } from "../../engine/event.ts";
import type { Store } from "../../store/store.ts";
import { unitKind } from "../../units/layout/unitMessages.ts";
import type { FoundUnit } from "../../units/openTarget.ts";
import { type LaidUnits, type LeftUnit, layUnits } from "../../units/plain/layUnits.ts";
import type { CommandOutcome } from "../command.ts";
import { lockProfiles, makeTargetDirectory } from "./cargoLock.ts";
import { targetPlace } from "./targetPlace.ts";

type Into = {
  readonly workspace: string;
  readonly env: NodeJS.ProcessEnv;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** The path of the target directory that the units were compiled in. */
  readonly from: string;
  readonly compiledWith: Readonly<Record<string, string>>;
  /** The target directory that was asked for. */
  readonly given: string | undefined;
};

/**
 * Lays units into the directory in which Cargo builds a workspace, while no Cargo works there, and tells what was laid and
 * what was not.
 *
 * Errors: those of `targetPlace`, and of `systemError`; `interrupted`.
 */
export async function layInto(
  store: Store,
  units: readonly FoundUnit[],
  { workspace, env, emit, signal, from, compiledWith, given }: Into,
): Promise<Result<CommandOutcome>> {
  const place = await targetPlace(workspace, { env, given, signal });
  if (signal.aborted) return err(interrupted());
  if (!place.ok) return place;
  const { target, build } = place.value;
  const roots = new Set(
    units.flatMap(({ kept }) => kept?.record.files.map(({ path }) => rootOf(path)) ?? []),
  );
  const profiles = [...new Set([target, build])].flatMap((directory) =>
    [...roots].sort().map((root) => `${directory}/${root}`),
  );
  try {
    for (const directory of new Set([target, build])) makeTargetDirectory(directory);
    const onWait = () => emit({ type: "note", text: `waiting for the Cargo that works in \`${target}\`` });
    using _lock = await lockProfiles(profiles, { signal, onWait });
    const laid = await layUnits(store, units, {
      ...{ from, to: build, directory: build, env, compiledWith, signal },
      onLaid: (done, total) => emit({ type: "progress", what: "lay", done, total }),
    });
    tell(laid, build, emit);
    return ok({ finished: build });
  } catch (thrown) {
    if (signal.aborted) return err(interrupted());
    const other = { what: "target directory", option: "--target-dir DIR" };
    const refused = systemError(thrown, `filling \`${build}\``, { store: store.root, other });
    if (refused) return err(refused);
    throw thrown;
  }
}

/** `debug`, or `<triple>/debug`, of `debug/deps/libserde-0f68.rlib`. */
function rootOf(path: string): string {
  return path.replace(/\/(?:\.fingerprint|deps|build|examples)\/.*$/s, "");
}

function tell({ laid, present, left }: LaidUnits, directory: string, emit: Emit): void {
  const there = present.length === 0 ? "" : `, ${present.length} were there`;
  const packages = new Set([...laid, ...present].map((unit) => `${unit.package} ${unit.version}`)).size;
  emit({
    type: "done",
    verb: "Warmed",
    text: `${directory}: ${counted(laid.length, "unit")} of ${counted(packages, "crate")}${there}`,
  });
  if (left.length === 0) return;
  const told = left.flatMap(({ unit, reason }) => (reason === undefined ? [] : [{ unit, reason }]));
  const reasons = [...Map.groupBy(told, ({ reason }) => reason)];
  const dependents = left.length - told.length;
  const notes = reasons.slice(0, reasonsShown).map(([reason, group]) => `${namesOf(group)}: ${reason}`);
  const more = reasons.length - notes.length;
  emit({
    type: "warning",
    diagnostic: diagnostic(
      "left-to-cargo",
      `${counted(left.length, "unit")} of dependencies Cargo will compile`,
      {
        notes: [
          ...notes,
          ...(more > 0 ? [`and ${counted(more, "other reason")}`] : []),
          ...(dependents > 0 ? [`${dependents === 1 ? "1 depends" : `${dependents} depend`} on them`] : []),
        ],
      },
    ),
  });
}

const reasonsShown = 8;

function namesOf(units: readonly LeftUnit[]): string {
  const names = units.map(({ unit }) => `\`${unit.package} ${unit.version}\` (${unitKind(unit)})`);
  const shown = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}
