import { expect, test } from "vitest";
import { parseManifest } from "../../src/cargo/manifest/parseManifest.ts";
import { isVersionRequirement } from "../../src/cargo/versions.ts";

test.each([
  ...[
    "1",
    "1.2",
    "1.2.3",
    "0",
    "^0.1",
    "~1.2",
    "=1.0.0",
    "= 1.0.0",
    ">=1, <3",
    ">= 1.2 , < 1.9",
    "*",
    "x",
    "1.*",
  ],
  ...[
    "1.2.*",
    "1.*.*",
    "1.x.X",
    "=1.*",
    "1.0.0-rc.1",
    "1.0.0-0a",
    "1.0.0+build.01",
    "=1.0.0-a.b+c",
    " 1 ",
    " * ",
  ],
])("%j is a version requirement", (text) => {
  expect(isVersionRequirement(text)).toBe(true);
});

test.each([
  ...[
    "",
    "one",
    "1.",
    "1.2.3.4",
    "01",
    "1.02",
    "1.0.0-",
    "1.0.0-01",
    "1.0.0+",
    "1.0-rc",
    "=>1",
    "==1",
    "1 2",
    "1,",
  ],
  ...[",1", "*, 1", "1, *", "1.*.3", "=*", "v1", "1.2.3-a..b", "latest", "1.0 || 2.0", "1.*-rc"],
])("%j is none", (text) => {
  expect(isVersionRequirement(text)).toBe(false);
});

test("a requirement that is none is shown where it stands", () => {
  const text = '[package]\nname = "a"\n[dependencies]\nserde = "1"\nitoa = "latest"\n';
  expect(parseManifest("Cargo.toml", text)).toEqual({
    ok: false,
    error: {
      code: "manifest-invalid",
      message: "`latest`, which `itoa` shall have, is no version requirement",
      place: {
        file: "Cargo.toml",
        line: 5,
        column: 8,
        length: 8,
        text: 'itoa = "latest"',
        label: 'expected one like `"1.2"`, `"=1.2.3"`, `">=1, <3"`',
      },
      notes: [],
      help: [],
      causes: [],
      status: 1,
    },
  });
  const table = '[package]\nname = "a"\n[target.x.dev-dependencies.itoa]\nversion = "1.x.y"\n';
  expect(parseManifest("Cargo.toml", table)).toMatchObject({ error: { place: { line: 4, column: 11 } } });
});
