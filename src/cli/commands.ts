import { buildArguments } from "./arguments/build.ts";
import { checkArguments } from "./arguments/check.ts";
import { completionsArguments } from "./arguments/completions.ts";
import { graphArguments } from "./arguments/graph.ts";
import { logArguments } from "./arguments/log.ts";
import { runArguments } from "./arguments/run.ts";
import { showArguments } from "./arguments/show.ts";
import { storeGcArguments } from "./arguments/storeGc.ts";
import { storePathArguments } from "./arguments/storePath.ts";
import { storeStatsArguments } from "./arguments/storeStats.ts";
import { storeVerifyArguments } from "./arguments/storeVerify.ts";
import { vendorArguments } from "./arguments/vendor.ts";
import { whyArguments } from "./arguments/why.ts";
import { withArguments } from "./arguments/with.ts";
import { type CommandEntry, command } from "./commandEntry.ts";

/** Every command there is, in the order of the help. What a command needs is loaded when it runs. */
export const commands: readonly CommandEntry[] = [
  command(buildArguments, async () => (await import("../command/build.ts")).build),
  command(runArguments, async () => (await import("../command/run.ts")).run),
  command(checkArguments, async () => (await import("../command/check.ts")).check),
  command(vendorArguments, async () => (await import("../command/vendor.ts")).vendor),
  command(withArguments, async () => (await import("../command/withOverrides.ts")).withOverrides),
  command(showArguments, async () => (await import("../command/show.ts")).show),
  command(graphArguments, async () => (await import("../command/graph.ts")).graph),
  command(whyArguments, async () => (await import("../command/why.ts")).why),
  command(logArguments, async () => (await import("../command/log.ts")).log),
  command(storeGcArguments, async () => (await import("../command/storeGc.ts")).storeGc),
  command(storeVerifyArguments, async () => (await import("../command/storeVerify.ts")).storeVerify),
  command(storePathArguments, async () => (await import("../command/storePath.ts")).storePath),
  command(storeStatsArguments, async () => (await import("../command/storeStats.ts")).storeStats),
  command(completionsArguments, async () => (await import("./completions/completions.ts")).completions),
];
