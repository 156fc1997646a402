import { execa } from "execa";
import { build } from "./build.ts";
import { buildOnce } from "./buildOnce.ts";
import type { Case, Compiled } from "./case.ts";
import { ownPackages } from "./ownPackages.ts";
import type { Result } from "./result.ts";
import type { Side } from "./side.ts";
import { type Spread, spread } from "./spread.ts";
import { targetOf } from "./targets.ts";
import { type Timed, timed } from "./timed.ts";

export type Sides = { readonly cargo: Side; readonly gantry: Side; readonly peers: readonly Side[] };

type Times = { readonly side: Side; readonly time: number[]; readonly ratio: number[] };

/** How often a case is measured: `pairs` times, but once `minutes` have passed no more. */
type Rounds = { readonly pairs: number; readonly minutes: number };

let round = 0;

/**
 * Times one case: Cargo, Gantry, each peer, Cargo, Gantry …, so that what slows the machine down slows all. A
 * peer that has no part in the case is left out.
 */
export async function measure(what: Case, sides: Sides, { pairs, minutes }: Rounds): Promise<Result> {
  const cargo = timesOf(sides.cargo);
  const gantry = timesOf(sides.gantry);
  const others = sides.peers.filter(({ peer }) => !peer?.without.includes(what.name)).map(timesOf);
  const prepare = what.prepare ?? buildOnce;
  for (const { side } of [cargo, gantry, ...others]) await prepare(side);

  const own = await ownPackages(gantry.side);
  const compiled: Compiled[] = [];
  const end = performance.now() + minutes * 60_000;
  while (cargo.time.length === 0 || (cargo.time.length < pairs && performance.now() < end)) {
    round += 1;
    const base = (await once(what, cargo.side)).seconds;
    cargo.time.push(base);
    for (const { side, time, ratio } of [gantry, ...others]) {
      const run = await once(what, side);
      time.push(run.seconds);
      ratio.push(run.seconds / base);
      if (side !== gantry.side) continue;
      const dependencies = run.compiled.filter((unit) => !own.has(unit.slice(0, unit.indexOf(" "))));
      compiled.push({ units: run.compiled.length, dependencies: dependencies.length });
    }
  }

  const spreads = { cargo: spread(cargo.time), gantry: spread(gantry.time), ratio: spread(gantry.ratio) };
  const target = targetOf(what, sides.cargo.project);
  return {
    project: sides.cargo.project.name,
    case: what.name,
    target: target.text,
    met: target.met(spreads, {
      units: Math.max(...compiled.map(({ units }) => units)),
      dependencies: Math.max(...compiled.map(({ dependencies }) => dependencies)),
    }),
    pairs: cargo.time.length,
    ...spreads,
    compiled: compiled.at(-1)?.units ?? 0,
    ...(others.length > 0 && { peers: Object.fromEntries(others.map(peerSpreads)) }),
  };
}

function timesOf(side: Side): Times {
  return { side, time: [], ratio: [] };
}

function peerSpreads({ side, time, ratio }: Times): [string, { time: Spread; ratio: Spread }] {
  return [side.tool, { time: spread(time), ratio: spread(ratio) }];
}

async function once(what: Case, side: Side): Promise<Timed> {
  await what.edit(side, round);
  // What one leaves to be written is not to slow the next one down.
  await execa("sync");
  return what.command ? timed(what.command(side, round)) : build(side);
}
