import { buildCommand } from "./buildCommand.ts";
import { buildOnce } from "./buildOnce.ts";
import type { Case } from "./case.ts";
import type { Result } from "./result.ts";
import type { Side } from "./side.ts";
import { spread } from "./spread.ts";
import { timed } from "./timed.ts";

export type Sides = { readonly cargo: Side; readonly gantry: Side };

let round = 0;

/** Times one case: Cargo, Gantry, Cargo, Gantry …, so that what slows the machine down slows both. */
export async function measure(what: Case, sides: Sides, pairs: number): Promise<Result> {
  const prepare = what.prepare ?? buildOnce;
  await prepare(sides.cargo);
  await prepare(sides.gantry);

  const times = { cargo: [] as number[], gantry: [] as number[], ratio: [] as number[] };
  let compiled = 0;
  for (let pair = 0; pair < pairs; pair++) {
    round += 1;
    const cargo = await once(what, sides.cargo);
    const gantry = await once(what, sides.gantry);
    times.cargo.push(cargo.seconds);
    times.gantry.push(gantry.seconds);
    times.ratio.push(gantry.seconds / cargo.seconds);
    compiled = gantry.compiled;
  }

  const spreads = { cargo: spread(times.cargo), gantry: spread(times.gantry), ratio: spread(times.ratio) };
  return {
    project: sides.cargo.project.name,
    case: what.name,
    target: what.target.text,
    met: what.target.met(spreads),
    pairs,
    ...spreads,
    compiled,
  };
}

async function once(what: Case, side: Side): Promise<{ seconds: number; compiled: number }> {
  await what.edit(side, round);
  return timed(what.command?.(side, round) ?? buildCommand(side));
}
