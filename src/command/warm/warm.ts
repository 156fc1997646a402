import { join, resolve } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Derivation } from "../../derivation/model.ts";
import type { Emit } from "../../engine/event.ts";
import { type Chosen, readSelection, warmOptions } from "../build/selection.ts";
import type { Session } from "../build/session.ts";
import type { Command, GlobalOptions } from "../command.ts";

const verbs = ["build", "test", "check", "clippy"] as const;
type Verb = (typeof verbs)[number];

type WarmOptions = {
  /** What Cargo will be asked to do. */
  readonly verbs: readonly Verb[];
  readonly chosen: Chosen;
  /** In the place of Cargo's own, absolute. */
  readonly targetDirectory: string | undefined;
  /** Compile nothing. */
  readonly isCached: boolean;
};

/** `gantry warm`: lays compiled dependencies into a target directory in which plain Cargo works. */
export const warm: Command<WarmOptions> = {
  doing: "warming",
  details:
    "The dependencies are compiled once, in the sandbox, as plain Cargo compiles them, and copied from the store into the " +
    "target directory of every new clone or worktree, where the first `cargo build`, `cargo test` and `cargo clippy` compile " +
    "the project's own code alone. What is there already is left as it is. Options mean what they mean for Cargo.",
  operands: [
    {
      name: "VERB",
      summary: "what Cargo will be asked to do [default: build, test and check]",
      choices: verbs,
      repeat: true,
    },
  ],
  options: [
    ...warmOptions,
    { name: "target-dir", value: "DIR", summary: "the target directory [default: the one that Cargo takes]" },
    { name: "cached", summary: "compile nothing: lay down what the store has" },
  ],
  examples: [
    ["git worktree add ../fix && gantry warm -C ../fix", "the first build in a new worktree"],
    ["gantry warm test --release", "for `cargo test --release` alone"],
    ["gantry warm --workspace --features tls", "for `cargo build --workspace --features tls` and the like"],
  ],
  read(args) {
    const directory = args.value("target-dir");
    return {
      verbs: args.operands.flatMap((word) => verbs.find((verb) => verb === word) ?? []),
      chosen: readSelection(args),
      targetDirectory: directory === undefined ? undefined : resolve(args.cwd, directory),
      isCached: args.count("cached") > 0,
    };
  },
  async run(options, emit) {
    const { withSession } = await import("../build/session.ts");
    const { selection, conflict, noTarget } = options.chosen;
    const { platform } = selection;
    // Profiles and features are Cargo's affair here, whatever a configuration says.
    const chosen: Chosen = {
      selection: { args: [], ...(platform !== undefined && { platform }) },
      ...{ unconfigured: [], obeyed: [] },
      ...(conflict !== undefined && { conflict }),
      ...(noTarget !== undefined && { noTarget }),
    };
    return withSession({ ...options, chosen, heedsUser: true }, emit, async (session) => {
      if (session.level === "none") return err(needsSandbox());
      const layer = layerOf(session);
      if (!layer.ok) return layer;
      return warmFrom(session, layer.value, { options, emit });
    });
  },
};

type Warming = { readonly options: GlobalOptions & WarmOptions; readonly emit: Emit };

async function warmFrom(session: Session, layer: Derivation, { options, emit }: Warming) {
  const { plainStep, sourceOf } = await import("./plainStep.ts");
  const { plainSettings } = await import("./plainSettings.ts");
  const { cargoHome } = await import("../../fetch/userCargoConfig.ts");
  const { world } = await import("../../derivation/world.ts");
  const { env } = session.inputs;
  const workspace = join(session.project.root, sourceOf(layer)?.root ?? ".", layer.workspace ?? "");
  const settings = await plainSettings(session.project.root, workspace, env);
  if (!settings.ok) return settings;
  for (const text of settings.value.notes) emit({ type: "note", text });
  const home = cargoHome(env, workspace);
  if (isHidden(home)) return err(homeHidden(home));
  const step = plainStep(layer, {
    home,
    invocations: invocationsOf(options),
    ...settings.value,
  });
  if (!options.isCached) {
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
    ...{ workspace, env, emit, signal: options.signal },
    from: world.plainTarget,
    compiledWith: step.env,
    given: options.targetDirectory,
  });
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
      help: ["apt-get install bubblewrap"],
      status: 2,
    },
  );
}

/**
 * `check` as people and editors say it, with tests and without. What `clippy` compiles of dependencies, `check` does as
 * well (Cargo 1.95).
 */
function invocationsOf({ verbs, chosen }: WarmOptions): string[][] {
  const { selection, unconfigured, obeyed } = chosen;
  const { args, profile, platform } = selection;
  const words = [
    ...(profile === undefined ? [] : ["--profile", profile]),
    ...(platform === undefined ? [] : ["--target", platform]),
    ...args,
    ...unconfigured,
    ...obeyed,
  ];
  const asked = verbs.length === 0 ? (["build", "test", "check"] as const) : verbs;
  const invocations = asked.flatMap((verb): string[][] => {
    if (verb === "build") return [["build"]];
    return verb === "test" ? [["test", "--no-run"]] : [["check"], ["check", "--all-targets"]];
  });
  const all = invocations.map((invocation) => [...invocation, ...words]);
  return [...new Map(all.map((each) => [each.join("\0"), each])).values()];
}
