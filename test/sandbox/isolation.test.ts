import { describe } from "vitest";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { fullByUser } from "./full.ts";
import { isolationContract, ownEntryContract } from "./isolation.ts";

const isRoot = process.getuid?.() === 0;

describeIsolated("what a command sees and reaches in the sandbox", () =>
  describe.each([...fullByUser])("of %s", (user, sandbox) => {
    isolationContract(sandbox, { isRoot: isRoot && user !== "an ordinary user", first: "gantry" });
    ownEntryContract(sandbox);
  }),
);
