import fc from "fast-check";
import { expect, test } from "vitest";
import { parseToml } from "../../../src/cargo/toml/toml.ts";
import { inheritingLints, withPedantic } from "../../../src/command/init/editLints.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";

const group = 'pedantic = { level = "warn", priority = -1 }';

const pedantic = (text: string, table: "lints" | "workspace.lints" = "lints") =>
  valueOfResult(withPedantic("Cargo.toml", text, table));

test.each([
  ["no lints", '[package]\nname = "a"\n', `[package]\nname = "a"\n\n[lints.clippy]\n${group}\n`],
  ["no last line break", "[package]", `[package]\n\n[lints.clippy]\n${group}\n`],
  ["a blank line at the end", "[package]\n\n", `[package]\n\n[lints.clippy]\n${group}\n`],
  ["line breaks of Windows", "[package]\r\n", `[package]\r\n\r\n[lints.clippy]\r\n${group}\r\n`],
  [
    "lints of rustc, and something after them",
    '[lints.rust]\nunsafe_code = "forbid" # never\n\n[features]\n',
    `[lints.rust]\nunsafe_code = "forbid" # never\n\n[lints.clippy]\n${group}\n\n[features]\n`,
  ],
  [
    "lints of Clippy with comments",
    '[lints.clippy]\n# one\n  all = "warn" # two\n# three\n\n[features]\n',
    `[lints.clippy]\n# one\n  all = "warn" # two\n# three\n  ${group}\n\n[features]\n`,
  ],
  [
    "a comment about the next table",
    '[lints.clippy]\nall = "warn"\n# what there is\n[features]\n',
    `[lints.clippy]\nall = "warn"\n${group}\n# what there is\n[features]\n`,
  ],
  ["an empty table", "[lints.clippy] # none\n", `[lints.clippy] # none\n${group}\n`],
  [
    "a table at the end of the file",
    '[lints.clippy]\nall = "warn"',
    `[lints.clippy]\nall = "warn"\n${group}\n`,
  ],
  [
    "tables of single lints",
    '[lints.clippy.all]\nlevel = "warn"\n',
    `[lints.clippy.all]\nlevel = "warn"\n\n[lints.clippy]\n${group}\n`,
  ],
  [
    "an inline table of Clippy's",
    '[lints]\nclippy = { all = "warn" }\n',
    `[lints]\nclippy = { all = "warn", ${group} }\n`,
  ],
  ["an empty inline table", "[lints]\nclippy = {}\n", `[lints]\nclippy = { ${group} }\n`],
  [
    "inline tables within each other",
    'lints = { rust = {}, clippy = { all = "warn" } }\n[package]\n',
    `lints = { rust = {}, clippy = { all = "warn", ${group} } }\n[package]\n`,
  ],
  [
    "an inline table of rustc's lints",
    'lints = { rust.unsafe_code = "forbid" }\n',
    `lints = { rust.unsafe_code = "forbid", clippy.${group} }\n`,
  ],
  [
    "dotted keys",
    '[lints]\nclippy.all = "warn"\nrust.unsafe_code = "forbid"\n',
    `[lints]\nclippy.all = "warn"\nclippy.${group}\nrust.unsafe_code = "forbid"\n`,
  ],
  [
    "dotted keys before all tables",
    'lints.clippy.all = "warn"\n\n[package]\n',
    `lints.clippy.all = "warn"\nlints.clippy.${group}\n\n[package]\n`,
  ],
  [
    "dotted keys of rustc's lints",
    '[lints]\nrust.unsafe_code = "forbid"\n',
    `[lints]\nrust.unsafe_code = "forbid"\n\n[lints.clippy]\n${group}\n`,
  ],
  ["a mark of the byte order", "\ufeff[package]\n", `\ufeff[package]\n\n[lints.clippy]\n${group}\n`],
])("%s", (_, before, after) => {
  expect(pedantic(before)).toBe(after);
});

test("those of a workspace stand with its other tables", () => {
  expect(pedantic('[workspace]\nmembers = ["a"]\n\n[profile.release]\nlto = true\n', "workspace.lints")).toBe(
    `[workspace]\nmembers = ["a"]\n\n[workspace.lints.clippy]\n${group}\n\n[profile.release]\nlto = true\n`,
  );
});

test.each(['pedantic = "allow"', "pedantic = { level = 'deny' }", group])(
  "a level that the group has stays: %s",
  (line) => {
    expect(pedantic(`[lints.clippy]\n${line}\n`)).toBe(`[lints.clippy]\n${line}\n`);
  },
);

test("a member inherits", () => {
  expect(valueOfResult(inheritingLints("a/Cargo.toml", '[package]\nname = "a"\n'))).toBe(
    '[package]\nname = "a"\n\n[lints]\nworkspace = true\n',
  );
});

test("lints that are no table are not added to", () => {
  expect(withPedantic("Cargo.toml", "lints = 1\n", "lints")).toMatchObject({
    ok: false,
    error: { code: "lints-edit", message: "`Cargo.toml` has its lints in a form that cannot be added to" },
  });
});

const blank = fc.constantFrom("", "\n", "# a comment\n", "   # lints = 1 [lints.clippy]\n", "\t\n");
const level = fc.constantFrom('"warn"', "'allow'", '{ level = "deny", priority = 1 }', '"""warn"""');
const lint = fc.constantFrom("all", "unwrap_used", '"todo"', "nursery");
const trailing = fc.constantFrom("", " # why", "  ");

const pairs = (prefix: string) =>
  fc
    .uniqueArray(fc.tuple(lint, level, trailing, blank), { selector: ([name]) => name, maxLength: 3 })
    .map((all) =>
      all.map(([name, value, end, after]) => `${prefix}${name} = ${value}${end}\n${after}`).join(""),
    );

/** The lints of Clippy in one of the forms that TOML has for them. */
const clippy = fc.oneof(
  fc.constant(""),
  pairs("").map((text) => `[lints.clippy]\n${text}`),
  pairs("clippy.").map((text) => `[lints]\n${text}`),
  fc.tuple(lint, level).map(([name, value]) => `[lints]\nclippy = { ${name} = ${value} } # so\n`),
  fc
    .tuple(lint, level)
    .map(([name, value]) => `[lints.rust]\nx = 1\n[lints.clippy.${name}]\nlevel = ${value}\n`),
);

const manifests = fc
  .tuple(
    blank,
    blank,
    clippy,
    blank,
    fc.constantFrom("", '[[bin]]\nname = "b"\n', "[features]\nx = []"),
    fc.boolean(),
  )
  .map(([first, second, lints, third, rest, windows]) => {
    const text = `${first}[package]\nname = "a"\n${second}${lints}${third}${rest}`;
    return windows ? text.replaceAll("\n", "\r\n") : text;
  })
  .filter((text) => parseToml("Cargo.toml", text).ok);

test("whatever a manifest looks like: every byte of it stays, the group is added, and once only", () => {
  fc.assert(
    fc.property(manifests, (before) => {
      const after = pedantic(before);
      const grown = after.length - before.length;
      const cuts = Array.from(
        { length: before.length + 1 },
        (_, at) => after.slice(0, at) + after.slice(at + grown),
      );
      expect(cuts).toContain(before);
      expect(valueOfResult(parseToml("Cargo.toml", after)).table).toMatchObject({
        package: { name: "a" },
        lints: { clippy: { pedantic: { level: "warn", priority: -1 } } },
      });
      if (before.includes("\r\n")) expect(after.replaceAll("\r\n", "")).not.toContain("\n");
      expect(pedantic(after)).toBe(after);
    }),
    { numRuns: 300 },
  );
});
