import { expect, test } from "vitest";
import { parseLock } from "../../../src/cargo/lock/parseLock.ts";
import { lockedDependency, parseLocalOverride } from "../../../src/command/with/localOverride.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";

const registry = "registry+https://github.com/rust-lang/crates.io-index";
const entries = [
  ["app", "0.1.0", ""],
  ["cfg-if", "0.1.10", registry],
  ["cfg-if", "1.0.0", registry],
  ["rand", "0.8.4", registry],
  ["rand", "0.8.5", "git+https://h/rand#0123abc"],
  ["tiny-dep", "1.2.3", registry],
] as const;
const text = entries
  .map(
    ([name, version, source]) =>
      `[[package]]\nname = "${name}"\nversion = "${version}"\n${source && `source = "${source}"\n`}`,
  )
  .join("\n");

function chosen(word: string, localVersion = "1.0.0"): string {
  const lock = valueOfResult(parseLock("Cargo.lock", `version = 4\n\n${text}`));
  const override = valueOfResult(parseLocalOverride(word, "/work"));
  const found = lockedDependency(lock, override, localVersion);
  return found.ok
    ? `${found.value.name} ${found.value.version}`
    : [found.error.message, ...found.error.notes, ...found.error.help].join("\n");
}

test("the only one, whatever its version", () => {
  expect(chosen("tiny-dep=../x", "9.0.0")).toBe("tiny-dep 1.2.3");
});

test("of several, the one that is compatible with the local version", () => {
  expect(chosen("cfg-if=../x", "1.4.0")).toBe("cfg-if 1.0.0");
  expect(chosen("cfg-if=../x", "0.1.99")).toBe("cfg-if 0.1.10");
});

test("of several, the one that is named", () => {
  expect(chosen("rand@0.8.5=../x", "0.8.9")).toBe("rand 0.8.5");
});

test("several that would do, and none", () => {
  expect(chosen("rand=../x", "0.8.9")).toBe(`\`Cargo.lock\` has several versions of \`rand\`
it has \`0.8.4\` (crates-io), \`0.8.5\` (https://h/rand)
the local one is 0.8.9
say which one is meant: gantry with rand@0.8.4=../x -- …`);
  expect(chosen("cfg-if@2.0.0=../x", "2.0.0")).toMatch(/^`Cargo.lock` has no `cfg-if` of version 2.0.0/);
});

test("one that is not there, with what may be meant", () => {
  expect(chosen("tiny-deb=../x")).toBe(`\`Cargo.lock\` has no package \`tiny-deb\`
an override replaces a dependency that is there; it adds none
did you mean \`tiny-dep\`: gantry with tiny-dep=../x -- …`);
});

test("a package of the project itself", () => {
  expect(chosen("app=../x")).toMatch(/^`app` is a package of this project already, or a path dependency/);
});

test.for(["a", "=b", "a b=c", "a@=b", "a="])("`%s` is no override", (word) => {
  const parsed = parseLocalOverride(word, "/work");
  expect(parsed.ok ? parsed.value : parsed.error.code).toBe("override-syntax");
});

test("a relative path counts from where the user stands", () => {
  expect(parseLocalOverride("a@1.0.0-rc.1+x=../a=b", "/work/app")).toEqual({
    ok: true,
    value: { name: "a", version: "1.0.0-rc.1+x", written: "../a=b", path: "/work/a=b" },
  });
});
