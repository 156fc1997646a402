import { describe } from "vitest";
import { bwrap } from "../../src/sandbox/bwrap.ts";
import { noSandbox } from "../../src/sandbox/noSandbox.ts";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { sandboxContract } from "./contract.ts";

describeIsolated("bwrap", () => sandboxContract(() => bwrap));
describe("none", () => sandboxContract(noSandbox));
