import { readdirSync } from "node:fs";
import { backticked, diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Command } from "./command.ts";

type RunOptions = {
  /** Which package output; absent: `default`. */
  readonly name: string | undefined;
  /** What came after `--`. */
  readonly args: readonly string[];
};

/** `gantry run`: builds a package, then becomes its program, in the user's own environment. */
export const run: Command<RunOptions> = {
  doing: "building",
  operands: [{ name: "NAME", summary: "the output to run [default: default]" }],
  takesRest: true,
  examples: [
    ["gantry run", "build and run the default output"],
    ["gantry run server -- --port 8080", "pass arguments to it"],
  ],
  read: ({ operands: [name], rest }) => ({ name, args: rest }),
  async run(options, emit) {
    const { withSession } = await import("./session.ts");
    return withSession(options, emit, async (session) => {
      const derivation = session.output("package", options.name ?? "default");
      if (!derivation.ok) return derivation;
      const realised = await session.realise(derivation.value);
      if (!realised.ok) return realised;
      const program = soleProgram(session.store.pathOf(realised.value.result.output), derivation.value.name);
      if (!program.ok) return program;
      return ok({ finished: derivation.value.name, exec: { argv: [program.value, ...options.args] } });
    });
  },
};

/**
 * The one program of an output; of several, the one that is called as the package.
 *
 * Errors: `program-unclear`.
 */
function soleProgram(output: string, name: string): Result<string> {
  const names = programsIn(`${output}/bin`);
  const chosen = names.length === 1 ? names[0] : names.find((each) => each === name);
  if (chosen !== undefined) return ok(`${output}/bin/${chosen}`);
  const notes = names.length > 0 ? [`it has ${backticked(names)}`] : [];
  const message = names.length > 0 ? `\`${name}\` has several programs` : `\`${name}\` has no program`;
  return err(
    diagnostic("program-unclear", message, {
      notes,
      help: ["run one by its path: ./result/bin/NAME"],
      status: 2,
    }),
  );
}

function programsIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}
