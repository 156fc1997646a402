import { buildArguments } from "./arguments/build.ts";
import { checkArguments } from "./arguments/check.ts";
import { completionsArguments } from "./arguments/completions.ts";
import { runArguments } from "./arguments/run.ts";
import { vendorArguments } from "./arguments/vendor.ts";
import { type CommandEntry, command } from "./commandEntry.ts";

/** Every command there is, in the order of the help. What a command needs is loaded when it runs. */
export const commands: readonly CommandEntry[] = [
  command(buildArguments, async () => (await import("../command/build.ts")).build),
  command(runArguments, async () => (await import("../command/run.ts")).run),
  command(checkArguments, async () => (await import("../command/check.ts")).check),
  command(vendorArguments, async () => (await import("../command/vendor.ts")).vendor),
  command(completionsArguments, async () => (await import("./completions/completions.ts")).completions),
];
