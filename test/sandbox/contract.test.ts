import { describe } from "vitest";
import { noSandbox } from "../../src/sandbox/noSandbox.ts";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { sandboxContract } from "./contract.ts";
import { full, program } from "./full.ts";

describeIsolated("full", () => sandboxContract(() => full));
describe("landlock", () => sandboxContract((directory) => noSandbox(directory, program)));
describe("none", () => sandboxContract(noSandbox));
