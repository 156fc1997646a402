import type { Diagnostic } from "../../../base/diagnostic.ts";
import { duration, formatColumns } from "../../../base/format.ts";
import { ok } from "../../../base/result.ts";
import type { Emit } from "../../../engine/event.ts";
import type { Command } from "../../command.ts";

/** `gantry cache status`: which shared cache there is, whether it answers, who is believed, and whether this machine writes. */
export const cacheStatus: Command = {
  doing: "asking the shared cache",
  interrupted: "nothing was changed",
  examples: [["gantry cache status", "before asking why nothing is fetched, or sent"]],
  read: () => ({}),
  async run(options, emit) {
    const { withSession } = await import("../../build/session.ts");
    const { requiredCache } = await import("./recorded.ts");
    return withSession({ ...options, isPush: true }, emit, async ({ sharing, level, store }) => {
      const cache = requiredCache(sharing);
      if (!cache.ok) return cache;
      const { url, settings } = cache.value;
      const { trusted, write } = settings;
      const problems: Diagnostic[] = [];
      const collect: Emit = (event) => event.type === "warning" && problems.push(event.diagnostic);
      const { peerOf } = await import("../../../engine/shared/bring.ts");
      const asked = {
        settings: { ...settings, url },
        emit: collect,
        signal: options.signal,
        env: process.env,
      };
      const peer = peerOf(asked);
      const start = performance.now();
      await peer?.lookUp([{ kind: "result", version: 0, key: "a question of `gantry cache status`" }]);
      const took = (performance.now() - start) / 1000;
      await peer?.[Symbol.asyncDispose]();
      const before = peer && store.records.get("cache-problem", peer.name);
      const day = (at: number) => new Date(1000 * at).toISOString().slice(0, 16).replace("T", " ");
      const [problem] = problems;
      const { shownAddress } = await import("../../../cache/backend/shownAddress.ts");
      const { sharedLevel } = await import("../../../cache/statement/statement.ts");
      const rows = [
        ["address", peer?.name ?? shownAddress(url)],
        ["answers", problem ? `no: ${whyNot(problem)}` : `in ${duration(took)}`],
        ...(problem ? remediesOf(problem) : []).map((help) => ["help", help]),
        ...(trusted.length === 0 ? [["trusted keys", "none: nothing is fetched"]] : []),
        ...trusted.map(({ text }, at) => [at === 0 ? "trusted keys" : "", text]),
        ["writes", "reads" in write ? `no: ${write.reads}` : `yes, signed as \`${write.key.name}\``],
        ["sandbox", level === sharedLevel ? level : `${level}: nothing is shared at this level`],
        ...(before
          ? [["last problem", `${day(before.at)}: ${[before.message, ...before.notes].join("; ")}`]]
          : []),
      ];
      return ok({ stdout: formatColumns(rows).join("\n"), ...(problem && { status: 1 }) });
    });
  },
};

/** Of a cache that was given up, the last says how to do without it. */
function remediesOf({ help, code }: Diagnostic): readonly string[] {
  return code === "cache-given-up" ? help.slice(0, -1) : help;
}

/** What a server said lies beneath what is made of it. */
function whyNot({ message, notes, causes, code }: Diagnostic): string {
  const said = code === "cache-given-up" ? notes : [message, ...notes];
  return [said.join("; "), ...causes].join(": ");
}
