import { expect } from "vitest";
import { bwrapWithOverlays, byBwrap } from "../../src/sandbox/bwrap.ts";
import { isolated } from "../../src/sandbox/isolated.ts";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { sandboxContract } from "../sandbox/contract.ts";
import { byUser } from "../sandbox/full.ts";
import { isolationContract } from "../sandbox/isolation.ts";

const bwrap = bwrapWithOverlays(process.env.PATH ?? "");
expect(bwrap, "bubblewrap 0.11 or later is on `PATH`: npm run test:bubblewrap").toBeDefined();
const way = byBwrap(bwrap ?? "");

describeIsolated("full, by bubblewrap", () => {
  sandboxContract(() => isolated(way));
  isolationContract(byUser(way), { isRoot: false, first: "bwrap" });
});
