import { readdirSync } from "node:fs";
import { join } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Derivation } from "../../derivation/model.ts";
import { world } from "../../derivation/world.ts";
import type { Emit } from "../../engine/event.ts";
import { cargoHome } from "../../fetch/userCargoConfig.ts";
import type { Session } from "../build/session.ts";
import type { CommandOutcome } from "../command.ts";
import { plainSettings } from "./plainSettings.ts";
import { plainStep, sourceOf } from "./plainStep.ts";
import { targetPlace } from "./targetPlace.ts";

/** What is compiled, and for a Cargo in which directory and with which variables. */
export type Warming = {
  readonly step: Derivation;
  /** Where Cargo runs, absolute. */
  readonly workspace: string;
  readonly env: NodeJS.ProcessEnv;
  readonly notes: readonly string[];
};

/**
 * How the dependencies of a project are compiled as plain Cargo does.
 *
 * Errors: `warm-needs-sandbox`, `nothing-to-warm`, `cargo-home-hidden`; those of `plainSettings`.
 *
 * @param invocations of Cargo, without `cargo`
 */
export async function warmingOf(
  session: Session,
  { invocations, env }: Pick<Warming, "env"> & { readonly invocations: readonly (readonly string[])[] },
): Promise<Result<Warming>> {
  if (session.level !== "full") return err(needsSandbox());
  const layer = layerOf(session);
  if (!layer.ok) return layer;
  const { root } = session.project;
  const workspace = join(root, sourceOf(layer.value)?.root ?? ".", layer.value.workspace ?? "");
  const settings = await plainSettings(root, workspace, env);
  if (!settings.ok) return settings;
  const home = cargoHome(env, workspace);
  if (isHidden(home)) return err(homeHidden(home));
  const step = plainStep(layer.value, { home, invocations, ...settings.value });
  return ok({ step, workspace, env, notes: settings.value.notes });
}

type Laid = {
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** Compile nothing. */
  readonly isCached?: boolean;
  /** In the place of Cargo's own target directory, absolute. */
  readonly targetDirectory?: string | undefined;
};

/**
 * Compiles what the store does not have, and lays all that it has into the target directory.
 *
 * Errors: those of the inputs, of `findUnits` and of `layInto`.
 */
export async function warmTarget(
  session: Session,
  { step, workspace, env, notes }: Warming,
  { emit, signal, isCached = false, targetDirectory }: Laid,
): Promise<Result<CommandOutcome>> {
  for (const text of notes) emit({ type: "note", text });
  if (!isCached) {
    const realised = await session.realise(step);
    if (!realised.ok) {
      if (realised.error.code !== "step-failed") return realised;
      // Cargo may well compile outside what fails in the sandbox, and what was compiled is of use.
      emit({ type: "warning", diagnostic: realised.error });
    }
  }
  const units = await session.findUnits(step);
  if (!units.ok) return units;
  const { layInto } = await import("./layInto.ts");
  return layInto(session.store, units.value, {
    ...{ workspace, env, emit, signal },
    from: world.plainTarget,
    compiledWith: step.env,
    given: targetDirectory,
  });
}

/** The target directory of a Cargo that has compiled nothing there yet; undefined where it has, or cannot say. */
export async function coldTarget(
  { workspace, env }: Warming,
  signal: AbortSignal,
): Promise<string | undefined> {
  const place = await targetPlace(workspace, { env, given: undefined, signal });
  if (!place.ok) return undefined;
  const { target, build } = place.value;
  return [target, build].some(hasAny) ? undefined : target;
}

function hasAny(directory: string): boolean {
  try {
    return readdirSync(directory).some((name) => name !== "CACHEDIR.TAG" && !name.startsWith("."));
  } catch {
    return false;
  }
}

/** The dependency layer that says how the project is compiled: that of the default package, or else of the first that has one. */
function layerOf({ offered }: Session): Result<Derivation> {
  const { packages, checks = {} } = offered;
  const named = packages.default ? [packages.default] : [];
  const steps = [...named, ...Object.values(packages), ...Object.values(checks)];
  const layer = steps.map(({ targetDirectory }) => targetDirectory?.layer).find((each) => each !== undefined);
  if (layer) return ok(layer);
  return err(
    diagnostic("nothing-to-warm", "the project has no dependency layer", {
      notes: ["what is compiled for plain Cargo is described by the layer of a package or a check"],
      help: ["have a package in gantry.config.ts: crane.buildPackage({ src })"],
      status: 2,
    }),
  );
}

/** What the sandbox has of its own at these paths hides what lies below. */
function isHidden(home: string): boolean {
  return /^\/(?:usr|bin|sbin|lib\w*|etc|proc|dev|build)\//.test(home);
}

function homeHidden(home: string) {
  return diagnostic("cargo-home-hidden", `the sandbox cannot show Cargo's home at \`${home}\``, {
    notes: [
      "crates have to lie where plain Cargo has them, and the sandbox has a directory of its own there",
    ],
    help: ["have another home: CARGO_HOME=~/.cargo gantry warm, and the same for cargo"],
    status: 2,
  });
}

function needsSandbox() {
  return diagnostic(
    "warm-needs-sandbox",
    "without the sandbox no unit is compiled as plain Cargo compiles it",
    {
      notes: [
        "crates have to lie where plain Cargo has them, and the target directory in a place of its own",
      ],
      help: ["why there is none: gantry doctor"],
      status: 2,
    },
  );
}
