import { formatCount } from "../../../base/format.ts";
import { err, ok } from "../../../base/result.ts";
import type { Sharing } from "../../build/sharing.ts";
import type { Command } from "../../command.ts";

/** `gantry cache pull`: brings what the shared cache has of a project, for a day without it. */
export const cachePull: Command<{ readonly names: readonly string[] }> = {
  doing: "fetching from the shared cache",
  interrupted: "what came is kept, and the same command brings the rest",
  details:
    "Brings the results of the project's packages and checks, the crates, checkouts and toolchains that they are made from, the " +
    "units that later builds of them begin with, and the base system that gantry.lock pins. Nothing is compiled. A build brings " +
    "by itself what it needs.",
  operands: [{ name: "NAME", summary: "packages and checks to bring [default: all]", repeat: true }],
  examples: [
    ["gantry cache pull", "before a journey: what there is for this project"],
    ["gantry cache pull default", "one package, with what it is built on"],
  ],
  read: (args) => ({ names: args.operands }),
  async run(options, emit) {
    const { withSession } = await import("../../build/session.ts");
    const { lookAtUnits, placeSources, requiredCache, wantedSteps } = await import("./recorded.ts");
    const { bringPinnedBase } = await import("../../../engine/inputs/host.ts");
    const { stopped } = await import("../../../fetch/progress.ts");
    const { pinnedBase } = await import("../../../engine/shared/pinnedBase.ts");
    return withSession({ ...options, isBuild: true }, emit, async (session) => {
      const cache = requiredCache(session.sharing);
      if (!cache.ok) return cache;
      const steps = wantedSteps(session, options.names);
      if (!steps.ok) return steps;
      const missing: string[] = [];
      for (const step of steps.value) if (!(await session.find(step)).ok) missing.push(session.nameOf(step));
      await placeSources(session, steps.value);
      const units = await lookAtUnits(session, steps.value);
      if (options.signal.aborted) return err(stopped());
      const here = steps.value.length - missing.length;
      const result = `${formatCount(here, "result")} and ${formatCount(units.size, "unit")} are in the store`;
      emit({ type: "note", text: result });
      const unasked = whyUnasked(cache.value, session.level);
      const of =
        unasked === undefined ? "nobody has built" : `not in the store, and not asked for, since ${unasked}`;
      if (missing.length > 0) emit({ type: "note", text: `${of}: ${missing.join(", ")}` });
      const pinned = pinnedBase(session.project);
      if (!pinned.ok) return pinned;
      const brought =
        pinned.value && session.level === "full"
          ? await bringPinnedBase(session.inputs, pinned.value)
          : ok(undefined);
      if (!brought.ok) return brought;
      return ok({ ...(unasked !== undefined && missing.length > 0 && { status: 1 }) });
    });
  },
};

/** Why what is missing may be in the cache all the same, as the end of a sentence; undefined: it was asked for all. */
function whyUnasked({ settings, shared }: Sharing, level: string): string | undefined {
  if (!shared) return `nothing is shared at the level \`${level}\``;
  if (settings.trusted.length === 0) return "no key is trusted";
  return shared.isGivenUp() ? "the cache is left out" : undefined;
}
