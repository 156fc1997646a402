import { resolve } from "node:path";
import type { VendorOptions } from "../../command/vendorOptions.ts";
import type { CommandArguments } from "../commandArguments.ts";

export const vendorArguments: CommandArguments<VendorOptions> = {
  name: "vendor",
  summary: "write a vendor directory and its Cargo configuration",
  details:
    "Every crate that Cargo.lock names, verified against its checksum, as `cargo vendor` would leave it.",
  operands: [{ syntax: "[DIR]", summary: "where to write [default: vendor]" }],
  examples: [["gantry vendor", "then `cargo build --offline` needs no network"]],
  read: (parsed) => ({ directory: resolve(parsed.cwd, parsed.operands[0] ?? "vendor") }),
};
