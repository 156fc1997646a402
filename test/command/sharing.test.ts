import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { newKey } from "../../src/cache/statement/keys.ts";
import { openSharing } from "../../src/command/build/sharing.ts";
import type { CacheOptions } from "../../src/crane/cacheOptions.ts";
import { othersRecords } from "../../src/engine/shared/othersRecords.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";
import { storeRig } from "../store/rig.ts";

beforeEach(() => {
  for (const name of ["GANTRY_CACHE", "GANTRY_CACHE_TRUSTED_KEYS", "GANTRY_CACHE_SIGN_WITH"])
    vi.stubEnv(name, undefined);
});
afterAll(() => void vi.unstubAllEnvs());

type Given = {
  readonly level?: Sandbox["level"];
  readonly offline?: boolean;
  readonly cacheReport?: boolean;
};

/** What a command with `--cache-report` says of a shared cache that it did not ask for anything. */
async function saidOf(
  configured: CacheOptions | undefined,
  { level = "full", offline = false, cacheReport = true }: Given = {},
): Promise<readonly string[]> {
  await using rig = storeRig();
  const { store, root } = rig;
  const said: string[] = [];
  const { signal } = new AbortController();
  const options = { cache: undefined, cacheReport, offline, rebuild: false, signal };
  const opened = await openSharing(configured, {
    ...{ options, store, level, root, configuration: undefined },
    others: othersRecords(store),
    emit: (event) => void said.push(event.type === "note" ? event.text : event.type),
  });
  const sharing = valueOfResult(opened);
  await sharing?.finish();
  await sharing?.shared?.[Symbol.asyncDispose]();
  return said;
}

test("why nothing was asked of a shared cache is said where a report is wanted", async () => {
  const trustedKeys = [newKey("ci-1").trusted];
  const cache = { url: "https://cache.example", trustedKeys };
  expect({
    "there is none": await saidOf(undefined),
    "only keys": await saidOf({ trustedKeys }),
    "a level": await saidOf(cache, { level: "landlock" }),
    offline: await saidOf(cache, { offline: true }),
    "no key": await saidOf({ url: cache.url }),
    "nothing to ask": await saidOf(cache),
    "no report is wanted": await saidOf(cache, { level: "none", cacheReport: false }),
  }).toEqual({
    "there is none": ["nothing was asked of a shared cache: there is none"],
    "only keys": ["nothing was asked of a shared cache: there is none"],
    "a level": ["nothing was asked of a shared cache: nothing is shared at the level `landlock`"],
    offline: ["nothing was asked of a shared cache: with `--offline`, only one in a directory is used"],
    "no key": ["nothing was asked of a shared cache: no key is trusted"],
    "nothing to ask": ["nothing was asked of a shared cache: nothing was looked for that the store lacks"],
    "no report is wanted": [],
  });
});
