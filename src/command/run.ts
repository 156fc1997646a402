import { readdirSync } from "node:fs";
import { backticked, diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Emit } from "../engine/event.ts";
import type { CommandOutcome, GlobalOptions } from "./command.ts";
import { environment } from "./environment.ts";
import { outputNamed } from "./project.ts";
import { withSession } from "./session.ts";

/** `gantry run`: builds a package, then becomes its program, in the user's own environment. */
export function run(options: GlobalOptions & RunOptions, emit: Emit): Promise<Result<CommandOutcome>> {
  return withSession(options, emit, async (session) => {
    const derivation = outputNamed("package", options.name ?? "default", session.offered.packages);
    if (!derivation.ok) return derivation;
    const realised = await session.realise(derivation.value);
    if (!realised.ok) return realised;
    const program = soleProgram(session.store.pathOf(realised.value.result.output), derivation.value.name);
    if (!program.ok) return program;
    const exec = { argv: [program.value, ...options.args] as const, env: environment() };
    return ok({ finished: derivation.value.name, exec });
  });
}

/** The one program of an output; of several, the one that is called as the package. */
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

/** `gantry run`. */
export type RunOptions = {
  readonly name: string | undefined;
  /** What came after `--`. */
  readonly args: readonly string[];
};
