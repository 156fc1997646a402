import { resolve } from "node:path";
import { type Chosen, readSelection, warmOptions } from "../build/selection.ts";
import type { Command } from "../command.ts";

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
      const { warmingOf, warmTarget } = await import("./warming.ts");
      const invocations = invocationsOf(options);
      const warming = await warmingOf(session, { invocations, env: session.inputs.env });
      if (!warming.ok) return warming;
      return warmTarget(session, warming.value, { ...options, emit });
    });
  },
};

/**
 * `check` as people and editors say it, with tests and without. What `clippy` compiles of dependencies, `check` does as
 * well (Cargo 1.95).
 */
export function invocationsOf({ verbs, chosen }: Pick<WarmOptions, "verbs" | "chosen">): string[][] {
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
