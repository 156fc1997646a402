import { expect, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import { unitsInFlight, type Waiting } from "../../src/units/inFlight.ts";

const keys = (letters: string) => new Set([...letters].map((letter) => digestOf(letter)));
const isWaiting = (begun: Disposable | Waiting): begun is Waiting => "ended" in begun;

test("who wants at least half of what another one compiles waits for its end", async () => {
  const inFlight = unitsInFlight();
  const first = inFlight.begin(keys("abcdef"));
  const second = inFlight.begin(keys("abxy"));
  if (isWaiting(first) || !isWaiting(second)) throw new Error("the second does not wait");
  first[Symbol.dispose]();
  await second.ended;
  expect(isWaiting(inFlight.begin(keys("xy")))).toBe(false);
});

test("who wants less, or nothing, begins beside it", () => {
  const inFlight = unitsInFlight();
  inFlight.begin(keys("abc"));
  expect(isWaiting(inFlight.begin(keys("axy")))).toBe(false);
  expect(isWaiting(inFlight.begin(keys("")))).toBe(false);
  // Of several, the one that has most of it counts.
  expect(isWaiting(inFlight.begin(keys("xyz")))).toBe(true);
});
