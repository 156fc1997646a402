import { formatCount } from "../../../base/format.ts";
import { ok } from "../../../base/result.ts";
import type { Command } from "../../command.ts";

/** `gantry cache pull`: brings what the shared cache has of a project, for a day without it. */
export const cachePull: Command<{ readonly names: readonly string[] }> = {
  doing: "fetching from the shared cache",
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
    const { pinnedBase } = await import("../../../engine/shared/pinnedBase.ts");
    return withSession(options, emit, async (session) => {
      const cache = requiredCache(session.sharing);
      if (!cache.ok) return cache;
      const steps = wantedSteps(session, options.names);
      if (!steps.ok) return steps;
      const missing: string[] = [];
      for (const step of steps.value) if (!(await session.find(step)).ok) missing.push(session.nameOf(step));
      await placeSources(session, steps.value);
      const units = await lookAtUnits(session, steps.value);
      const here = steps.value.length - missing.length;
      const result = `${formatCount(here, "result")} and ${formatCount(units, "unit")} are in the store`;
      emit({ type: "note", text: result });
      if (missing.length > 0) emit({ type: "note", text: `nobody has built: ${missing.join(", ")}` });
      const pinned = pinnedBase(session.project);
      if (!pinned.ok || !pinned.value || session.level !== "full") return pinned.ok ? ok({}) : pinned;
      const brought = await bringPinnedBase(session.inputs, pinned.value);
      return brought.ok ? ok({}) : brought;
    });
  },
};
