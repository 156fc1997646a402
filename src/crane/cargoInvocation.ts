import type { Run } from "../derivation/phase.ts";
import type { CargoArgs } from "./cargoArgs.ts";

/** One run of Cargo in two forms: what is run, and what tells its units. */
export type CargoInvocation = {
  readonly run: Run;
  /** Without `cargo`, for `--unit-graph`. */
  readonly plan: readonly string[];
  /** The same on the dummy source: compiles what the run needs of the dependencies, and no more. */
  readonly ofDependencies: readonly string[];
};

type Verb = "build" | "check" | "clippy" | "test" | "doc";

/** After `--` come arguments for clippy, the test harness or rustdoc: no concern of the plan. */
type More = { readonly extra?: readonly string[]; readonly afterDashes?: readonly string[] };

/**
 * `cargo <verb>` with the profile and the extra arguments.
 *
 * The units of dependencies are the same for `clippy` as for `check`, and the same for `test` as for
 * `test --no-run` (seen with Cargo 1.95).
 */
export function cargoInvocation(verb: Verb, args: CargoArgs, more: More = {}): CargoInvocation {
  const profile = args.cargoProfile ?? "release";
  const options = [
    ...(profile === "" ? [] : ["--profile", profile]),
    ...(args.cargoExtraArgs ?? ["--locked"]),
    ...(more.extra ?? []),
  ];
  const dashes = more.afterDashes?.length ? ["--", ...more.afterDashes] : [];
  const dependencies: Record<Verb, string[]> = {
    build: ["build"],
    check: ["check"],
    clippy: ["check"],
    test: ["test", "--no-run"],
    // Documentation needs the metadata of dependencies; theirs, if asked for, is written in the step itself.
    doc: ["doc", "--no-deps"],
  };
  return {
    run: {
      type: "run",
      name: verb,
      argv: ["cargo", verb, "--message-format", "json-render-diagnostics", ...options, ...dashes],
      messages: "cargo",
    },
    plan: [verb === "clippy" ? "check" : verb, ...options],
    ofDependencies: [
      ...dependencies[verb],
      ...options.filter((option) => verb !== "doc" || option !== "--no-deps"),
    ],
  };
}
