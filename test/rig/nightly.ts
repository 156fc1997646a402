import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { hostTriple } from "../../src/fetch/toolchain/findToolchain.ts";

/** Where rustup has the nightly toolchain, if it has one. */
export const nightly = join(
  process.env.RUSTUP_HOME || join(homedir(), ".rustup"),
  `toolchains/nightly-${hostTriple()}`,
);

/** What `describeWhere` needs for suites of a nightly Cargo. */
export const nightlyNeed = {
  isThere: existsSync(nightly),
  missing: "there is no nightly toolchain (rustup toolchain install nightly)",
};
