import type { Derivation } from "../derivation/derivation.ts";

const directory = "/build/.cargo";

type Argv = readonly [string, ...string[]];

/**
 * A command with the configuration of the vendored crates put above the project's own: a project that vendors for
 * plain Cargo has a `[source]` of its own, whose directory no step sees. Cargo lets what `--config` names go before
 * all files (Cargo 1.63). After the verb, since `cargo clippy` hands only that on.
 */
export function withVendorConfig(step: Derivation, argv: Argv): Argv {
  const [program, verb, ...rest] = argv;
  if (program !== "cargo" || verb === undefined || verb.startsWith("-") || !(directory in step.mounts))
    return argv;
  return [program, verb, "--config", `${directory}/config.toml`, ...rest];
}
