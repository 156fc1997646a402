import { expect, test } from "vitest";
import { signatureOfMessage, signatureOfUnit } from "../../src/units/layout/unitMessages.ts";
import { recording } from "./recording.ts";

test.each(["cross", "check"] as const)("`%s`: what is planned is what Cargo reports", (name) => {
  using of = recording(name);
  const planned = new Set(of.plan.map(({ unit }) => signatureOfUnit(unit)));
  const reported = new Set(of.messages.flatMap((each) => signatureOfMessage(each)?.signature ?? []));
  expect([...reported].sort()).toEqual([...planned].sort());
});

test("files name the root and, but for those that Cargo puts beside, the unit", () => {
  using of = recording("cross");
  const places = of.messages.flatMap((each) => {
    const found = signatureOfMessage(each);
    return found ? [`${found.root} ${found.hash ?? "-"}`] : [];
  });
  const target = "x86_64-unknown-linux-gnu/debug";
  expect(places.sort()).toEqual([
    "debug -",
    ...["2dcb52c4433c0998", "47a87096e269b2b5", "5958389f1ecbb5be", "b08a4a7ff7a7bf89"].map(
      (hash) => `debug ${hash}`,
    ),
    ...["-", "-", "-", "197913e81b33d17d", "e00953cf23f6f88e"].map((hash) => `${target} ${hash}`),
  ]);
});
