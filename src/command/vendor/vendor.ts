import { resolve } from "node:path";
import type { Command } from "../command.ts";
import type { VendorOptions } from "./vendorCrates.ts";

/**
 * `gantry vendor`: writes every crate that `Cargo.lock` names to a directory, named and with the files that
 * `cargo vendor` would give it. Standard output is the configuration that makes `cargo build --offline` use
 * it.
 *
 * Unlike `cargo vendor` it refuses to replace a directory that holds something else.
 *
 * This folder: what is vendored and under which names (`vendorCrates.ts`), the directory that is replaced
 * (`vendorDirectory.ts`), and its crates, written (`writeCrate.ts`) by several threads (`writeCrates.ts`).
 */
export const vendor: Command<VendorOptions> = {
  doing: "vendoring",
  details:
    "Every crate that Cargo.lock names, verified against its checksum, as `cargo vendor` would leave it.",
  operands: [{ name: "DIR", summary: "where to write [default: vendor]" }],
  examples: [["gantry vendor", "then `cargo build --offline` needs no network"]],
  read: ({ operands: [directory = "vendor"], cwd }) => ({ directory: resolve(cwd, directory) }),
  async run(options, emit) {
    const { vendorCrates } = await import("./vendorCrates.ts");
    return vendorCrates(options, emit);
  },
};
