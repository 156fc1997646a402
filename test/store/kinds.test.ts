import { expect, test } from "vitest";
import { fetchedKinds } from "../../src/store/kinds/fetched.ts";
import { hostKinds } from "../../src/store/kinds/host.ts";
import { kinds, storeKinds } from "../../src/store/kinds/kinds.ts";
import { sourceKinds } from "../../src/store/kinds/sources.ts";
import { stepKinds } from "../../src/store/kinds/steps.ts";
import { unitKinds } from "../../src/store/kinds/units.ts";

test("no two parts of the table have a kind of one name, of which one would be forgotten", () => {
  const parts = [storeKinds, stepKinds, unitKinds, sourceKinds, fetchedKinds, hostKinds];
  expect(parts.flatMap(Object.keys).sort()).toEqual(Object.keys(kinds).sort());
});
