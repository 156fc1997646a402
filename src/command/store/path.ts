import { ok, type Result } from "../../base/result.ts";
import { defaultStore } from "../../store/openStore.ts";
import type { CommandOutcome, GlobalOptions } from "../command.ts";

/** `gantry store path`: where the store lies, whether or not there is one yet. */
export async function storePath({ store }: Pick<GlobalOptions, "store">): Promise<Result<CommandOutcome>> {
  return ok({ stdout: store ?? defaultStore(process.env) });
}
