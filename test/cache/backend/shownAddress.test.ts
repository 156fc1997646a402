import { expect, test } from "vitest";
import { openBackend } from "../../../src/cache/backend/openBackend.ts";
import { shownAddress } from "../../../src/cache/backend/shownAddress.ts";

const options = { signal: new AbortController().signal, env: {} };

test.each([
  ["https://ci:pass@h/x/", "https://h/x"],
  ["https://ci:pa/ss3cret@h/x", "https://***@h/x"],
  ["https://ci:12/s3cret@h/x", "https://***@h/x"],
  ["https://ci:pa?s3cret@h/x?sig=s3cret", "https://***@h/x"],
  ["https://ci:pa#s3cret@h/x", "https://***@h/x"],
  ["grpcs://ci:pa@s3cret@h:99999/x", "grpcs://***@h:99999/x"],
  ["htps://h/x?sig=s3cret#s3cret", "htps://h/x"],
  ["htps://ci:s3cret@h/x", "htps://***@h/x"],
  ["ci:s3cret@h/x", "ci:***@h/x"],
  ["//ci:s3cret@h/x", "***@h/x"],
  ["s3://bucket?endpoint=http://ci:s3cret@h", "s3://***@h"],
  ["s3://bucket/p?endpoint=host", "s3://bucket/p?endpoint=host"],
  ["file:///srv/a@b", "file:///srv/a@b"],
  ["/srv/a@b", "/srv/a@b"],
])("%s is shown without what may be secret", (address, shown) => {
  expect(shownAddress(address)).toBe(shown);
  const opened = openBackend(address, options);
  expect(JSON.stringify(opened.ok ? opened.value.name : opened.error)).not.toMatch(/s3cret|pass/);
});
