import { delimiter, join } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { homeOf } from "../../base/paths.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { firstFile } from "../../tree/files.ts";

/** A command that `gantry with` can hand overrides to. */
export type WithCommand =
  /** `commandLine` puts words for Cargo's settings where they count; `toolchain` is `+nightly` or nothing. */
  | {
      readonly type: "cargo";
      readonly toolchain: readonly string[];
      readonly offline: boolean;
      commandLine(flags: readonly string[]): readonly [string, ...string[]];
    }
  /** `gantry build`, `check` or `run`: the words after `gantry`. */
  | { readonly type: "gantry"; readonly words: readonly string[] };

const gantryVerbs: ReadonlySet<string> = new Set(["build", "check", "run"]);

/**
 * Understands the command after `--`.
 *
 * Flags for Cargo go before the verb, where also an alias passes them on, and after a verb that is a program
 * of its own (`cargo clippy`): Cargo does not hand on to such a program what stands before it (seen with Cargo
 * 1.95).
 *
 * Errors: `with-command`.
 *
 * @param isExternal whether a verb is a program of its own
 */
export function cargoCommand(
  words: readonly string[],
  isExternal: (verb: string) => boolean,
): Result<WithCommand> {
  const [program = "", ...rest] = words;
  const name = program.replace(/^.*\//, "");
  const at = verbAt(rest);
  const verb = rest[at];
  if (name === "gantry" || (name === "cargo" && verb === "gantry")) {
    const own = name === "gantry" ? rest : rest.slice(at + 1);
    const gantryVerb = own[verbAt(own)];
    if (gantryVerb !== undefined && gantryVerbs.has(gantryVerb)) return ok({ type: "gantry", words: own });
    return err(
      wrong(
        `\`gantry ${gantryVerb ?? ""}\` takes no overrides`,
        "gantry with DEP=PATH -- gantry build|check|run",
      ),
    );
  }
  if (name !== "cargo") {
    const message = words.length === 0 ? "no command was given" : `\`${name}\` cannot be given overrides`;
    return err(wrong(message, "name the cargo command itself: gantry with DEP=PATH -- cargo test"));
  }
  const toolchain = rest[0]?.startsWith("+") ? [rest[0]] : [];
  const args = rest.slice(toolchain.length);
  const dashes = args.indexOf("--");
  const own = dashes === -1 ? args : args.slice(0, dashes);
  return ok({
    type: "cargo",
    toolchain,
    offline: own.some((word) => word === "--offline" || word === "--frozen"),
    commandLine: (flags) => [
      program,
      ...toolchain,
      ...flags,
      ...(verb !== undefined && isExternal(verb) ? [...own, ...flags, ...args.slice(own.length)] : args),
    ],
  });
}

/** Where the verb stands: the first word that is neither an option nor the value of one; -1: nowhere. */
function verbAt(words: readonly string[]): number {
  return words.findIndex((word, index) => !/^[-+]/.test(word) && !valuedOptions.has(words[index - 1] ?? ""));
}

/** The options before the verb that take the next word, of Cargo (1.95) and of Gantry. */
const valuedOptions: ReadonlySet<string> = new Set(
  "--color --config -Z -C --directory -j --jobs --store --sandbox --log-format".split(" "),
);

function wrong(message: string, help: string) {
  return diagnostic("with-command", message, {
    notes: ["overrides are handed over as Cargo's `--config`, which other programs do not pass on"],
    help: [help],
    status: 2,
  });
}

/**
 * Whether `cargo VERB` is the program `cargo-VERB`, in Cargo's home or on the `PATH`. An alias of that name
 * would go before it, and may be given the flags twice without harm.
 */
export function isExternalVerb(verb: string, env: Readonly<Record<string, string | undefined>>): boolean {
  if (verb.includes("/")) return false;
  const home = env.CARGO_HOME || join(homeOf(env), ".cargo");
  const directories = [join(home, "bin"), ...(env.PATH ?? "").split(delimiter)];
  return firstFile(directories.map((directory) => join(directory, `cargo-${verb}`))) !== undefined;
}
