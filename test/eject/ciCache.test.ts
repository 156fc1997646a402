import { expect, test } from "vitest";
import type { CacheOptions } from "../../src/crane/cacheOptions.ts";
import { cacheDefaultsOfGitlab, cacheOfGithub, cacheOfGitlab } from "../../src/eject/ciCache.ts";

const trustedKeys = ["ci-1:OYtSb6A94b2kwBRF99ho8AG99T6hNJSxB6rdPYp0BA0="];

/** What GitHub's step gives the cache, without the comments. */
const given = (cache: CacheOptions) =>
  cacheOfGithub(cache)
    .split("\n")
    .filter((line) => /^ {10}\w/.test(line))
    .map((line) => line.trim());

const key =
  "GANTRY_CACHE_SIGN_WITH: ${{ github.ref == format('refs/heads/{0}', github.event.repository.default_branch) && secrets.GANTRY_CACHE_SIGN_WITH || '' }}";

test("the key is for the default branch, what reads for all, and what the description says is not asked for", () => {
  expect(given({ url: "s3://bucket", trustedKeys })).toEqual([
    "AWS_ACCESS_KEY_ID: ${{ secrets.AWS_ACCESS_KEY_ID }}",
    "AWS_SECRET_ACCESS_KEY: ${{ secrets.AWS_SECRET_ACCESS_KEY }}",
    key,
  ]);
  expect(given({})).toEqual([
    "GANTRY_CACHE: ${{ vars.GANTRY_CACHE }}",
    "GANTRY_CACHE_TRUSTED_KEYS: ${{ vars.GANTRY_CACHE_TRUSTED_KEYS }}",
    key,
  ]);
  expect(cacheOfGithub(undefined)).toBe("");
});

test("what headers and a helper are made of comes by name, and where nothing is named the file says how", () => {
  const cache: CacheOptions = {
    url: "https://cache.example.com",
    trustedKeys,
    headers: { authorization: "" },
  };
  const how = "# Variables that the cache's headers or its helper are made of come here by `cache.secrets`";
  expect(cacheOfGithub(cache)).toContain(how);
  const named: CacheOptions = { ...cache, secrets: ["CACHE_TOKEN"] };
  expect(given(named)).toEqual(["CACHE_TOKEN: ${{ secrets.CACHE_TOKEN }}", key]);
  expect(cacheOfGithub(named)).not.toContain(how);
  expect(cacheOfGitlab(named)).toContain("# CACHE_TOKEN: a masked variable of the project or group");
});

test("with `push: never` nothing is said of a key or of what is sent", () => {
  const cache: CacheOptions = { url: "https://cache.example.com", trustedKeys, push: "never" };
  expect(cacheOfGithub(cache)).toBe("");
  expect(cacheOfGitlab(cache)).toBe("");
  expect(cacheOfGithub({ push: "never" })).not.toContain("#");
  expect(cacheOfGitlab({ push: "never" })).not.toContain("protected");
});

test("a directory, which the machine of a pipeline does not have, is left out unless a variable names a cache", () => {
  const cache: CacheOptions = { url: "file:///srv/gantry-cache", trustedKeys };
  expect(given(cache)).toEqual(["GANTRY_CACHE: ${{ vars.GANTRY_CACHE || 'none' }}", key]);
  expect(cacheDefaultsOfGitlab(cache)).toBe('    GANTRY_CACHE: "none"\n');
  expect(cacheDefaultsOfGitlab({ url: "https://cache.example.com" })).toBe("");
});
