import { statSync } from "node:fs";
import { resolve } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok } from "../../base/result.ts";
import type { Command } from "../command.ts";

/** `gantry store unpack`: takes what `gantry store pack` packed into the store. */
export const storeUnpack: Command<{ readonly archive: string }> = {
  doing: "unpacking",
  details:
    "Builds of the release that `gantry.lock` pins then download nothing. As with the store itself, nobody checks who packed " +
    "it: unpack what you trust as much as your own build.",
  operands: [{ name: "FILE", summary: "the archive", required: true }],
  examples: [["gantry store unpack toolchain.tar.zst", "in CI, after the cache was restored"]],
  read: ({ operands: [file = ""], cwd }) => ({ archive: resolve(cwd, file) }),
  async run(options, emit) {
    const { archive, signal } = options;
    const found = statSync(archive, { throwIfNoEntry: false });
    if (found && !found.isFile())
      return err(
        diagnostic(
          "archive-unusable",
          `\`${archive}\` is ${found.isDirectory() ? "a directory" : "no file"}`,
          {
            help: ["name the archive that `gantry store pack --output FILE` made"],
          },
        ),
      );
    if (!found)
      return err(
        diagnostic("archive-missing", `there is no \`${archive}\``, {
          help: ["make it where the toolchain is: gantry store pack --output FILE"],
        }),
      );
    const { withStore } = await import("../open/withStore.ts");
    const { unpackToolchains } = await import("../../fetch/toolchain/pack/unpackToolchain.ts");
    return withStore(options, emit, async (store) => {
      const unpacked = await unpackToolchains(archive, { store, signal });
      if (!unpacked.ok) return unpacked;
      for (const { channel, components } of unpacked.value)
        emit({ type: "note", text: `the store has \`${channel}\`: ${components.join(", ")}` });
      return ok({});
    });
  },
};
