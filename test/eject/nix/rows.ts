import {
  attrs,
  bind,
  call,
  list,
  localPath,
  type Nix,
  set,
  string,
  text,
  word,
} from "../../../src/eject/nix/nix.ts";

const long = "a".repeat(70);
const lambda = (parameter: string, body: Nix): Nix => ({ kind: "function", parameter, body });
const or = (left: Nix, right: Nix): Nix => ({ kind: "operation", operator: "||", left, right });

/** Expressions as nixfmt prints them: `npm run test:flake` asks it. */
export const rows: Readonly<Record<string, readonly [Nix, string]>> = {
  "one attribute stays on the line": [attrs([bind("a", word("1"))]), "{ a = 1; }"],
  "several do not": [
    set([
      ["a", word("1")],
      ["b", word("2")],
    ]),
    "{\n  a = 1;\n  b = 2;\n}",
  ],
  "a set of one attribute is a path": [set([["a", set([["b", word("1")]])]]), "{ a.b = 1; }"],
  "what has the same name is inherited, up to three on a line": [
    set([
      ["a", word("a")],
      ["b", word("b")],
      ["c", word("1")],
    ]),
    "{\n  inherit a b;\n  c = 1;\n}",
  ],
  "four names have a line each": [
    set([
      ["a", word("a")],
      ["b", word("b")],
      ["c", word("c")],
      ["d", word("d")],
    ]),
    "{\n  inherit\n    a\n    b\n    c\n    d\n    ;\n}",
  ],
  "names that are no identifiers are quoted": [
    set([
      ["1.95", word("1")],
      ["in", word("2")],
    ]),
    '{\n  "1.95" = 1;\n  "in" = 2;\n}',
  ],
  "one item stays, two do not": [
    set([
      ["a", list([word("b")])],
      ["c", list([word("d"), word("e")])],
    ]),
    "{\n  a = [ b ];\n  c = [\n    d\n    e\n  ];\n}",
  ],
  "a call with a set": [
    set([
      [
        "a",
        call(
          "f",
          set([
            ["b", word("1")],
            ["c", word("2")],
          ]),
        ),
      ],
    ]),
    "{\n  a = f {\n    b = 1;\n    c = 2;\n  };\n}",
  ],
  "a call with a set on top of another": [
    set([
      [
        "a",
        call("f", {
          kind: "operation",
          operator: "//",
          left: word("b"),
          right: set([
            ["c", word("1")],
            ["d", word("2")],
          ]),
        }),
      ],
    ]),
    "{\n  a = f (\n    b\n    // {\n      c = 1;\n      d = 2;\n    }\n  );\n}",
  ],
  "a function that does not fit": [
    set([["a", lambda("b", lambda("c", or(word(long), word(long))))]]),
    `{\n  a =\n    b: c:\n    ${long} || ${long};\n}`.replace(" || ", "\n    || "),
  ],
  "text with quotes and interpolation": [
    string('say "', word("pkgs.a"), '" and ${b}'),
    '"say \\"${pkgs.a}\\" and \\${b}"',
  ],
  "lines, in which nothing is escaped but what it has to be": [
    set([["a", text("echo ''$x'' ${y}\n\n  two\n")]]),
    "{\n  a = ''\n    echo '''$x''' ''${y}\n\n      two\n  '';\n}",
  ],
  "lines that begin with space are one text": [text("  a\nb\n"), '"  a\\nb\\n"'],
  "a condition that fits, and one that does not": [
    set([
      [
        "a",
        lambda("b", {
          kind: "if",
          condition: word("c"),
          yes: word(long),
          no: { kind: "if", condition: call("f", string(long + long)), yes: word("d"), no: word("e") },
        }),
      ],
    ]),
    `{\n  a =\n    b:\n    if c then\n      ${long}\n    else if\n      f "${long}${long}"\n    then\n      d\n    else\n      e;\n}`,
  ],
  paths: [
    list([localPath("."), localPath("./a/b/"), localPath("../c"), localPath(".."), localPath("d e")]),
    '[\n  ./.\n  ./a/b\n  ../c\n  ../.\n  (./. + "/d e")\n]',
  ],
  "a call in a list, and one that does not fit": [
    list([
      call(
        "f",
        word("a"),
        set([
          ["b", word("1")],
          ["c", word("2")],
        ]),
      ),
      call("g", word("d")),
    ]),
    "[\n  (f a {\n    b = 1;\n    c = 2;\n  })\n  (g d)\n]",
  ],
};
