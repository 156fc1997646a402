import { expect, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import type { FoundScript } from "../../../src/engine/inputs/policies.ts";
import { compareActs, describeActs, unenteredActs } from "../../../src/engine/policy/scriptActs.ts";

const [one, two] = [digestOf("one"), digestOf("two")];

function script(name: string, observed: readonly string[] = [], kind = "build script"): FoundScript {
  const digest = digestOf(name);
  const entry = { kind, checksum: digest, code: digest, shows: [], observed };
  return { id: `${name}@1.0.0`, name, digest, entry, state: "accepted", directory: `/store/${name}` };
}

const ran = (
  of: typeof one | null,
  acts: readonly string[] | null,
  macros: readonly (typeof one)[] = [],
) => ({
  ...{ unit: "a 1.0.0", script: of, acts, macros },
});

test("what the ledger does not have is told, of all that the steps have seen", () => {
  const [found] = compareActs(
    [script("one", ["runs cc"])],
    [ran(one, ["runs cc"]), ran(one, ["reads ~/.ssh", "runs cc"]), ran(two, ["runs git"])],
  );
  expect(found).toMatchObject({ acts: ["reads ~/.ssh", "runs cc"], more: ["reads ~/.ssh"] });
});

test.each([
  ["nothing was built", [], "unseen"],
  ["it ran, and nobody looked", [ran(one, null)], "unseen"],
  ["one of two runs was seen", [ran(one, null), ran(one, [])], []],
  ["others ran, and it did not", [ran(two, [])], "unused"],
] as const)("%s", (_, seen, acts) => {
  expect(compareActs([script("one")], seen)[0]).toMatchObject({ acts, more: [] });
});

test("a macro may have run where nobody saw what a compiler loaded", () => {
  const macro = script("one", [], "macro");
  expect(compareActs([macro], [ran(two, []), ran(null, null)])[0]?.acts).toBe("unseen");
  expect(compareActs([macro], [ran(two, []), ran(null, [], [two])])[0]?.acts).toBe("unused");
});

test("what one of two macros did, either may have in the ledger", () => {
  const seen = [ran(null, ["runs git"], [one, two])];
  const macros = (...entered: readonly string[]) => [
    script("one", entered, "macro"),
    script("two", [], "macro"),
  ];
  const open = compareActs(macros(), seen);
  expect(open.map(({ more }) => more)).toEqual([["runs git"], ["runs git"]]);
  expect(unenteredActs(open, "l.toml")).toMatchObject({
    code: "script-acted",
    message: "the code of 2 crates did what `l.toml` does not have",
    notes: [
      "`one@1.0.0`: macro: it runs git (or that did two@1.0.0)",
      "`two@1.0.0`: macro: it runs git (or that did one@1.0.0)",
      expect.anything(),
    ],
  });
  const entered = compareActs(macros("runs git"), seen);
  expect(entered.map(({ acts, more }) => ({ acts, more }))).toEqual([
    { acts: ["runs git"], more: [] },
    { acts: [], more: [] },
  ]);
  expect(unenteredActs(entered, "l.toml")).toBe(undefined);
});

test("acts are told by what they are", () => {
  const acts = ["opens connections", "reads /usr/include", "runs ar", "runs cc"];
  expect(describeActs({ acts, script: script("one") })).toBe(
    "ran: ar, cc; read: /usr/include; wrote: nothing outside `OUT_DIR`; opened connections",
  );
  expect(describeActs({ acts: ["runs git"], script: script("one", [], "macro") })).toBe("ran: git");
  expect(describeActs({ acts: [], script: script("one") })).toBe("did nothing beyond its own files");
});
