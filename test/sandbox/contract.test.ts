import { describe } from "vitest";
import { bwrapWithOverlays, byBwrap } from "../../src/sandbox/bwrap.ts";
import { isolated } from "../../src/sandbox/isolated.ts";
import { noSandbox } from "../../src/sandbox/noSandbox.ts";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { describeWhere } from "../rig/describeWhere.ts";
import { sandboxContract } from "./contract.ts";
import { full, program } from "./full.ts";

describeIsolated("full", () => sandboxContract(() => full));
describe("landlock", () => sandboxContract((directory) => noSandbox(directory, program)));
const bwrap = bwrapWithOverlays(process.env.PATH ?? "");
describeWhere({ isThere: bwrap !== undefined, missing: "bubblewrap 0.11" }, "full, by bubblewrap alone", () =>
  sandboxContract(() => isolated(byBwrap(bwrap ?? ""))),
);
describe("none", () => sandboxContract(noSandbox));
