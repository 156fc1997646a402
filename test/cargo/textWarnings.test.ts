import { expect, test } from "vitest";
import { type TextBlock, textWarnings } from "../../src/cargo/plan/textWarnings.ts";

function blocksIn(text: string): TextBlock[] {
  const blocks: TextBlock[] = [];
  const { line, flush } = textWarnings((block) => blocks.push(block));
  for (const each of text.split("\n")) line(each, each);
  flush();
  return blocks;
}

// Cargo 1.97 nightly, with `cargo-lints`.
const unused = `warning: unused dependency
 --> Cargo.toml:7:1
  |
7 | cfg-if = "1"
  | ^^^^^^^^^^^^
  |
  = note: \`cargo::unused_dependencies\` is set to \`warn\` by default
help: remove the dependency
  |
7 - cfg-if = "1"
7 + cfg-if.
  |`;

const virtual = `warning: virtual workspace defaulting to \`resolver = "1"\`
note: to keep the current resolver, specify it`;

test("warnings about manifests come before the first package, or have a place in one", () => {
  const key = "warning: unused manifest key: badkey";
  const text = `${key}\n${virtual}\n   Compiling app v0.1.0\n${unused}\n    Finished\nwarning: of a test\nok`;
  expect(blocksIn(text)).toEqual([
    { lines: [key], isOfBuild: true, manifests: { hasPlace: false } },
    { lines: virtual.split("\n"), isOfBuild: true, manifests: { hasPlace: false } },
    { lines: ["   Compiling app v0.1.0"] },
    { lines: unused.split("\n"), isOfBuild: true, manifests: { hasPlace: true } },
    { lines: ["    Finished"] },
    { lines: ["warning: of a test"] },
    { lines: ["ok"] },
  ]);
});

test("a warning of rustc's in words is none, and no line is lost", () => {
  const text = "running 1 test\nwarning: unused variable: `x`\n --> src/main.rs:1:17\n  |\n\nok";
  const blocks = blocksIn(text);
  expect(blocks.filter(({ manifests }) => manifests)).toEqual([]);
  expect(blocks.flatMap(({ lines }) => lines).join("\n")).toBe(text);
});

test("what goes on without end is no warning, and comes before it has ended", () => {
  const blocks: TextBlock[] = [];
  const { line } = textWarnings((block) => blocks.push(block));
  for (const each of ["warning: of a test", ...Array<string>(5000).fill("  | data")]) line(each, each);
  expect(blocks[0]?.lines.length).toBe(1000);
  expect(blocks.length).toBeGreaterThan(4000);
});

test("what is printed once all is built is no warning of the build, said by a line or by whoever knows", () => {
  const blocks: TextBlock[] = [];
  const { line, end, flush } = textWarnings((block) => blocks.push(block));
  const say = (text: string) => line(text, text);
  say("   Compiling app v0.1.0");
  say("warning: app@0.1.0: of a build script");
  say("warning: `app` (lib) generated 1 warning");
  end();
  say("warning: of a test");
  flush();
  expect(blocks.map(({ isOfBuild }) => isOfBuild)).toEqual([undefined, true, true, undefined]);
});
