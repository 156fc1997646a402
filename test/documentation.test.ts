import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { commands } from "../src/cli/commands.ts";
import { parseCommandLine } from "../src/cli/parseCommandLine.ts";

// What the pages say of other pages and of the command line is there. That their output is what commands print, only running
// them tells.

const root = join(import.meta.dirname, "..");
const pages = [
  ...["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "findings/README.md"],
  ...["examples", "docs"].flatMap((directory) =>
    readdirSync(join(root, directory), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".md") && !/(?:^|\/)(?:target|result|vendor)\//.test(file))
      .map((file) => `${directory}/${file}`),
  ),
];
const textOf = new Map(pages.map((page) => [page, readFileSync(join(root, page), "utf8")]));

type Line = { readonly page: string; readonly number: number; readonly text: string };

/** The lines of a page, in blocks of code of these languages, or outside of all blocks. */
function linesOf(page: string, languages?: readonly string[]): readonly Line[] {
  let language: string | undefined;
  return (textOf.get(page) ?? "").split("\n").flatMap((text, index) => {
    const fence = /^\s*```(\w*)/.exec(text);
    if (fence) {
      language = language === undefined ? (fence[1] ?? "") : undefined;
      return [];
    }
    const isWanted = language === undefined ? !languages : languages?.includes(language);
    return isWanted ? [{ page, number: index + 1, text }] : [];
  });
}

/** As GitHub names them. */
function anchorsOf(page: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  return new Set(
    linesOf(page).flatMap(({ text }) => {
      const [, heading] = /^#+ (.*)$/.exec(text) ?? [];
      if (heading === undefined) return [];
      const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
      const anchor = words.replace(/[^\p{L}\p{N}_\- ]/gu, "").replaceAll(" ", "-");
      const before = seen.get(anchor) ?? 0;
      seen.set(anchor, before + 1);
      return [before === 0 ? anchor : `${anchor}-${before}`];
    }),
  );
}

const links = pages.flatMap((page) =>
  linesOf(page).flatMap(({ number, text }) =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = ""]) => {
      if (/^https?:/.test(target)) return [];
      const [path = "", anchor] = target.split("#");
      const to = path === "" ? page : normalize(join(dirname(page), path));
      return [{ from: `${page}:${number}`, page, target, to, anchor }];
    }),
  ),
);

test("what is linked is there, and so is the heading", () => {
  const broken = links.filter(({ to, anchor }) => {
    if (!existsSync(join(root, to))) return true;
    return anchor !== undefined && textOf.has(to) && !anchorsOf(to).has(anchor);
  });
  expect(broken.map(({ from, target }) => `${from}: ${target}`)).toEqual([]);
  expect(links.length).toBeGreaterThan(300);
});

test("a list of questions has all of them, once, and in their order", () => {
  const own = links.filter(({ page, target }) => page === "docs/faq.md" && target.startsWith("#"));
  const questions = [...anchorsOf("docs/faq.md")].filter((anchor) => anchor !== "questions");
  expect(own.map(({ anchor }) => anchor)).toEqual(questions);
});

test("every page is linked from another one", () => {
  const linked = new Set(links.flatMap(({ page, to }) => (page === to ? [] : [to])));
  expect(pages.filter((page) => page.startsWith("docs/") && !linked.has(page))).toEqual([]);
});

/** Command lines of Gantry's own in a line of code, from the word after `gantry` to where the shell ends it. */
function gantryLines(code: string): readonly string[] {
  const start =
    /(?:^(?:\$ )?|&& |; |\|\| |\$\(|-- |: )(?:[A-Z_]+=\S+ )*(?:[\w.~/-]*\/|cargo )?gantry ([^|<>;&#)"`]*)/g;
  return [...code.matchAll(start)].map(([, words = ""]) => words);
}

/** Without what is optional (`[NAME]`), left out (`…`), and what the shell puts in its place. */
function wordsOf(line: string): readonly string[] {
  const plain = line.replace(/ \[[^\]]*\]/g, "").replace(/'[^']*'/g, "TEXT");
  return plain.split(/\s+/).filter((word) => word !== "" && !word.includes("…"));
}

/** Of a command that is only named, or has a name in capitals, which stands for any. */
function isUnfinished(problem: string): boolean {
  return /`[A-Z]+`|is required and was not given|needs a value and got none/.test(problem);
}

const shown = pages
  .filter((page) => page !== "CHANGELOG.md")
  .flatMap((page) => [
    ...linesOf(page, ["sh"]),
    ...linesOf(page, ["console"]).filter(({ text }) => text.startsWith("$ ")),
    ...linesOf(page).flatMap((line) =>
      [...line.text.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => ({ ...line, text })),
    ),
  ])
  .flatMap(({ page, number, text }) =>
    gantryLines(text).map((line) => ({ from: `${page}:${number}`, words: wordsOf(line) })),
  );

test("command lines are understood", async () => {
  const problems = await Promise.all(
    shown.map(async ({ from, words }) => {
      const parsed = await parseCommandLine(commands, words, {
        from: root,
        look: { colors: false, columns: 80 },
      });
      if (parsed.ok || isUnfinished(parsed.error.message)) return [];
      return [`${from}: gantry ${words.join(" ")}: ${parsed.error.message}`];
    }),
  );
  expect(problems.flat()).toEqual([]);
  expect(shown.length).toBeGreaterThan(300);
});

test("scripts of npm are there", () => {
  const named = pages.flatMap((page) =>
    [...(textOf.get(page) ?? "").matchAll(/npm run ([\w:]+)/g)].map(([, script = ""]) => script),
  );
  expect([...new Set(named)].filter((script) => !Object.hasOwn(manifest.scripts, script))).toEqual([]);
  const told = textOf.get("CONTRIBUTING.md") ?? "";
  const inner = ["build", "test"];
  const all = Object.keys(manifest.scripts).filter((script) => !inner.includes(script));
  expect(all.filter((script) => !told.includes(`npm run ${script}`))).toEqual([]);
});
