import { ok } from "../../base/result.ts";
import type { Command } from "../command.ts";

/** `gantry store path`: where the store lies, whether or not there is one yet. */
export const storePath: Command = {
  doing: "naming the store",
  examples: [['du -sh "$(gantry store path)"', "how much it holds"]],
  read: () => ({}),
  async run({ store }) {
    const { defaultStore } = await import("../../store/openStore.ts");
    return ok({ stdout: store ?? defaultStore(process.env) });
  },
};
