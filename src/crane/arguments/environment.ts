import { diagnostic } from "../../base/diagnostic.ts";
import { isTooLong } from "../../base/tooLong.ts";
import { cargoEnvironment, world } from "../../derivation/world.ts";
import { refuse } from "./refuse.ts";

/**
 * Refuses variables that would undo what Gantry sets itself, by name: with another `CARGO_TARGET_DIR` a build succeeds and
 * leaves nothing. `HOME`, `LC_ALL`, `TZ` and `SOURCE_DATE_EPOCH` may have any value.
 *
 * @throws Refused: `variable-reserved`, `variable-too-long`, `configuration-argument`
 */
export function checkEnvironment(env: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(env)) {
    if (name === "" || /[=\0]/.test(name) || value.includes("\0")) {
      refuse(
        diagnostic(
          "configuration-argument",
          `\`${name.replaceAll("\0", "\\0")}\` of \`env\` is no variable`,
          {
            notes: ["a name has one letter at least, and no `=`; neither name nor value has a NUL"],
            status: 2,
          },
        ),
      );
    }
    checkLength(name, value);
    const fixed = reserved.get(name);
    if (fixed === undefined || fixed.values.includes(value)) continue;
    if (name === "PATH" && searched.every((directory) => value.split(":").includes(directory))) continue;
    refuse(
      diagnostic("variable-reserved", `Gantry itself sets \`${name}\``, {
        notes: [fixed.why],
        help: [`remove \`${name}\` from \`env\``, ...fixed.help],
        status: 2,
      }),
    );
  }
}

/**
 * Refuses a variable that is too long for any program.
 *
 * @throws Refused: `variable-too-long`
 */
export function checkLength(name: string, value: string): void {
  if (!isTooLong(`${name}=${value}`)) return;
  refuse(
    diagnostic("variable-too-long", `\`${name}\` is too long for a variable`, {
      notes: ["with its name it has 128 KiB at most: no program can be started with more"],
      help: ["have the value in a file, and its path in the variable"],
      status: 2,
    }),
  );
}

type Reserved = {
  readonly why: string;
  readonly help: readonly string[];
  /** What may stand there, since it changes nothing. */
  readonly values: readonly string[];
};

/** What the world's programs are found in. */
const searched = (cargoEnvironment.PATH ?? "").split(":");

const units = `units are laid into \`${world.targetDirectory}\` before Cargo runs, and kept from it afterwards`;
const jobs = "all steps share one number of jobs";
const incremental = "the state of incremental compilation differs from run to run";

const reserved: ReadonlyMap<string, Reserved> = new Map([
  reservedFor("CARGO_TARGET_DIR", units, ["a hook finds it in `$CARGO_TARGET_DIR`"]),
  reservedFor("CARGO_BUILD_TARGET_DIR", units),
  reservedFor("CARGO_BUILD_BUILD_DIR", units),
  reservedFor("CARGO_LLVM_COV_TARGET_DIR", units, [], [world.targetDirectory]),
  reservedFor("CARGO_HOME", "Cargo's settings are those of the source, and crates those of its lock"),
  reservedFor("CARGO_NET_OFFLINE", "a step reaches no network"),
  reservedFor("CARGO_INCREMENTAL", incremental, [], ["0"]),
  reservedFor("CARGO_BUILD_INCREMENTAL", incremental),
  ...["CARGO_BUILD_JOBS", "CARGO_MAKEFLAGS", "MAKEFLAGS", "MFLAGS"].map((name) =>
    reservedFor(name, jobs, ["choose the number: gantry build -j N"]),
  ),
  reservedFor("out", "what a step leaves is its output", ["a hook finds it in `$out`"]),
  reservedFor("PATH", `Cargo and \`cc\` are found in \`${searched.join(":")}\``, [
    "put a program on it: nativeBuildInputs: [pkgs.cmake]",
    "or keep these directories in it",
  ]),
  reservedFor("TMPDIR", "a step has one temporary directory, which is empty when it starts"),
]);

function reservedFor(
  name: string,
  why: string,
  help: readonly string[] = [],
  more: readonly string[] = [],
): [string, Reserved] {
  const own = cargoEnvironment[name];
  return [name, { why, help, values: [...(own === undefined ? [] : [own]), ...more] }];
}
