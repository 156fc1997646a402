import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { readFlake } from "../../../../src/command/init/flake/nix/flakeWorld.ts";
import { plainText, type Value } from "../../../../src/command/init/flake/nix/values.ts";
import { parseNix } from "../../../../src/eject/nix/parse.ts";
import { unpackedNix } from "../../../rig/nix.ts";
import { tempProject } from "../../../rig/tempProject.ts";

const nix = unpackedNix("how flakes are read, compared with Nix");
afterAll(() => nix?.[Symbol.dispose]());

/** Expressions of the language, as flakes have them. */
const expressions = [
  `1 + 2 * 3 - 4 / 2`,
  `-1 < 2 && !(2 <= 1) || false`,
  `if "a" == "a" then 1 else 2`,
  `[ 1 (2 + 3) "x" ] ++ [ null ]`,
  `{ a = 1; b.c = 2; b.d = 3; } // { a = 5; }`,
  `{ a.b = { c = 1; }; a.b.d = 2; }`,
  `rec { a = 1; b = a + 1; }`,
  `let a = 1; b = a; inherit ({ c = 3; }) c; in [ a b c ]`,
  `with { a = 1; b = 2; }; let a = 9; in [ a b ]`,
  `with { a = 1; }; with { a = 2; }; a`,
  `(a: b: a + b) 1 2`,
  `({ a, b ? a + 1, ... }@all: [ a b (all ? c) (all.c or 7) ]) { a = 1; d = 2; }`,
  `(all@{ a, ... }: all.a) { a = 1; }`,
  `{ a = { b = 1; }; }.a.b`,
  `{ a = 1; }.b or "none"`,
  `{ a.b = 1; } ? a.b`,
  `{ a.b = 1; } ? a.c`,
  `{ "a b" = 1; \${"c" + "d"} = 2; }."a b"`,
  `let n = "x"; in { x = 1; }.\${n}`,
  `"a \${"b"} $c $$\${"d"} \\n \\" \\\${e}"`,
  `''\n    one\n      two\n\n    three \${"x"}\n  ''`,
  `''  one line''`,
  `''\r\n    one\r\n      two\r\n  ''`,
  `''\n    one\r\n      two\r\n  ''`,
  `"a\r\nb\rc"`,
  `''\n    ''' ''$ ''\${a} ''\\n end\n  ''`,
  `''\n  \${"a"}\n    b\n''`,
  `''a\n  b''`,
  `builtins.map (x: x * 2) [ 1 2 ]`,
  `builtins.attrNames { b = 1; a = 2; }`,
  `builtins.listToAttrs (map (n: { name = n; value = n + "!"; }) [ "a" "b" ])`,
  `builtins.mapAttrs (n: v: n + toString v) { a = 1; b = "c"; }`,
  `builtins.concatStringsSep ", " [ "a" "b" ]`,
  `builtins.filter (x: x > 1) [ 1 2 3 ]`,
  `builtins.foldl' (a: b: a + b) 0 [ 1 2 3 ]`,
  `builtins.elem "a" [ "a" ]`,
  `builtins.removeAttrs { a = 1; b = 2; } [ "a" ]`,
  `builtins.fromTOML "a = [1, 2]\\n[b]\\nc = \\"d\\""`,
  `builtins.fromJSON "{\\"a\\": [true, null]}"`,
  `builtins.replaceStrings [ "a" ] [ "b" ] "banana"`,
  `toString true + toString null + toString 3`,
  `assert 1 == 1; "ok"`,
  `{ __functor = self: x: x + self.y; y = 2; } 3`,
  `let f = x: if x == 0 then [ ] else [ x ] ++ f (x - 1); in f 3`,
  `(import ./other.nix { a = 2; }).b`,
  `builtins.readFile ./said`,
  `builtins.pathExists ./said && !builtins.pathExists ./unsaid`,
  `baseNameOf ./a/b.txt`,
  `[ 1 2 ] == [ 1 2 ] || true`,
  `/* a */ 1 # b`,
  `let a-b' = 1; in a-b'`,
  `1 / 2`,
  `[ a.b (a.b) ] == [ 1 1 ] || true`.replaceAll("a.b", "{ a = 1; }.a"),
];

const files = { "other.nix": "{ a }: { b = a + 1; }\n", said: "said" };

describe.runIf(nix)("an expression comes to what real Nix makes of it", () => {
  test("a table of the language", async () => {
    using project = tempProject({
      ...files,
      "all.nix": `[\n${expressions.map((each) => `(${each}\n)`).join("\n")}\n]`,
    });
    const evaluated = await nix?.nix(project.root, "eval", "--json", "--file", "all.nix");
    expect({ err: evaluated?.err, status: evaluated?.status }).toEqual({ err: "", status: 0 });
    const wanted: readonly unknown[] = JSON.parse(evaluated?.out ?? "");
    const read = expressions.map((each) => [each, ownValue(each)]);
    expect(read).toEqual(expressions.map((each, index) => [each, wanted[index]]));
  });

  test("texts of several lines with anything in them", async () => {
    const piece = fc.constantFrom(
      " ",
      "  ",
      "\n",
      "a",
      "'",
      "$",
      "''$",
      "'''",
      "''\\n",
      '${"x"}',
      "\\",
      '"',
      "\t",
      "b c",
    );
    const samples = fc.sample(fc.array(piece, { maxLength: 12 }), { numRuns: 300, seed: 7 });
    // Two quotes are their own end.
    const bodies = samples.map((each) => each.join("")).filter((body) => isIndented(body));
    expect(bodies.length).toBeGreaterThan(150);
    using project = tempProject({ "all.nix": `[\n${bodies.map((body) => `''${body}''`).join("\n")}\n]` });
    const evaluated = await nix?.nix(project.root, "eval", "--json", "--file", "all.nix");
    expect({ err: evaluated?.err, status: evaluated?.status }).toEqual({ err: "", status: 0 });
    const wanted: readonly string[] = JSON.parse(evaluated?.out ?? "");
    expect(bodies.map((body) => [body, ownValue(`''${body}''`)])).toEqual(
      bodies.map((body, index) => [body, wanted[index]]),
    );
  });
});

/** Whether it is the inside of one text. */
function isIndented(body: string): boolean {
  const rest = body.replace(/'''|''\$|''\\[\s\S]/g, "");
  return !rest.includes("''") && !/'$/.test(rest) && !/\$\{(?!"x")/.test(rest);
}

function ownValue(expression: string): unknown {
  const flake = `{ outputs = _: { value = ${expression}\n; }; }`;
  const read = readFlake({
    read: (path) => ({ ...files, "flake.nix": flake })[path],
    exists: (path) => path in files,
  });
  if (!read.ok) return read.error.message;
  return dataOf(
    read.value.outputs.kind === "set" ? read.value.outputs.entries.get("value")?.force() : undefined,
  );
}

function dataOf(value: Value | undefined): unknown {
  if (value?.kind === "data") return value.value;
  if (value?.kind === "list") return value.items.map((item) => dataOf(item.force()));
  if (value?.kind === "set")
    return Object.fromEntries([...value.entries].map(([name, each]) => [name, dataOf(each.force())]));
  return (value && plainText(value)) ?? `a ${value?.kind}`;
}

test.for([
  ["{ a = 1 }", "`;` was expected", 9],
  ["[ 1", "`]` was expected", 4],
  ['"a', "a text does not end", 3],
  ["''a", "a text does not end", 4],
  ["{ a }: ", "an expression was expected", 8],
  ["1 2 3 }", "nothing more was expected", 7],
  ["if 1 then 2", "`else` was expected", 12],
] as const)("what is no Nix is refused with its place: %s", ([text, message, column]) => {
  const parsed = parseNix("flake.nix", text);
  expect(parsed.ok ? "read" : [parsed.error.code, parsed.error.message, parsed.error.place?.column]).toEqual([
    "nix-syntax",
    `\`flake.nix\` cannot be read: ${message}`,
    column,
  ]);
});
