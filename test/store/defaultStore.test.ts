import { resolve } from "node:path";
import { expect, test } from "vitest";
import { homeOf } from "../../src/base/paths.ts";
import { defaultStore } from "../../src/store/openStore.ts";

test.each([
  [{ HOME: "/home/me", XDG_CACHE_HOME: "/cache" }, "/cache/gantry"],
  [{ HOME: "/home/me", XDG_CACHE_HOME: "cache" }, "/home/me/.cache/gantry"],
  [{ HOME: "/home/me", XDG_CACHE_HOME: "" }, "/home/me/.cache/gantry"],
  [{ HOME: "/home/me" }, "/home/me/.cache/gantry"],
  [{ HOME: "/home/me", XDG_CACHE_HOME: "/cache", GANTRY_STORE: "/store" }, "/store"],
  [{ HOME: "/home/me", GANTRY_STORE: "in/here" }, resolve("in/here")],
  [{ HOME: "/home/me", GANTRY_STORE: "" }, "/home/me/.cache/gantry"],
])("the store of %j", (env, store) => {
  expect(defaultStore(env)).toBe(store);
});

test.each([{}, { HOME: "" }])("without `HOME` the system knows the user's directory: %j", (env) => {
  expect(homeOf(env)).toMatch(/^\//);
});
