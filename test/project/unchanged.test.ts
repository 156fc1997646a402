import {
  chmodSync,
  lutimesSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Digest } from "../../src/base/digest.ts";
import type { Filter } from "../../src/derivation/model.ts";
import { scan } from "../../src/project/scan/scanSource.ts";
import { isUnchanged, type Unchanged } from "../../src/project/scan/unchanged.ts";
import { treeDigest } from "../../src/store/treeDigest.ts";
import { tempProject } from "../rig/tempProject.ts";
import { memoryCache } from "./scan.ts";

const files = {
  "Cargo.toml": '[package]\nname = "app"\n',
  "Cargo.lock": "",
  "src/main.rs": 'const TEXT: &str = include_str!("../README.md");\n',
  "src/a/b.rs": "// b\n",
  "README.md": "# Read\n",
  "CHANGELOG.md": "# Changed\n",
  "data/one.txt": "1",
};

/** In the order in which they are made; each is undone by none. */
const changes: Readonly<Record<string, (at: (path: string) => string) => void>> = {
  "content, with size and time as before": (at) => {
    const { mtime } = statSync(at("src/a/b.rs"));
    writeFileSync(at("src/a/b.rs"), "// c\n");
    utimesSync(at("src/a/b.rs"), mtime, mtime);
  },
  "a file that the filter drops and the code names": (at) => writeFileSync(at("README.md"), "# Rise\n"),
  "a file that nobody names": (at) => writeFileSync(at("CHANGELOG.md"), "# Other\n"),
  "a file is made executable": (at) => chmodSync(at("data/one.txt"), 0o755),
  "a file comes": (at) => writeFileSync(at("src/a/c.rs"), ""),
  "a file goes": (at) => rmSync(at("src/a/c.rs")),
  "a directory comes, with a file": (at) => {
    mkdirSync(at("src/new"));
    writeFileSync(at("src/new/d.rs"), "");
  },
  "a directory gets another name": (at) => renameSync(at("src/new"), at("src/newer")),
  "a file is replaced by one of the same size and time": (at) => {
    const { mtime } = statSync(at("data/one.txt"));
    writeFileSync(at("data/two"), "2", { mode: 0o755 });
    utimesSync(at("data/two"), mtime, mtime);
    renameSync(at("data/two"), at("data/one.txt"));
  },
  "a link comes": (at) => symlinkSync("one.txt", at("data/link")),
  "a link leads elsewhere": (at) => {
    rmSync(at("data/link"));
    symlinkSync("../src", at("data/link"));
    lutimesSync(at("data/link"), 1, 1);
  },
  "the code names another file": (at) =>
    writeFileSync(at("src/main.rs"), 'const TEXT: &str = include_str!("../CHANGELOG.md");\n'),
  "the file that it names now": (at) => writeFileSync(at("CHANGELOG.md"), "# Third\n"),
  "git ignores more": (at) => writeFileSync(at(".gitignore"), "/data/\n"),
  "what git ignores changes": (at) => writeFileSync(at("data/one.txt"), "4"),
};

const filters: readonly Filter[] = [
  { kind: "everything" },
  { kind: "automatic" },
  { kind: "cargo" },
  { kind: "union", of: [{ kind: "cargo" }, { kind: "globs", patterns: ["data/**"] }] },
  { kind: "difference", of: { kind: "automatic" }, without: { kind: "globs", patterns: ["data"] } },
];

test.for(filters)("%o: a source is what it would be if nothing of it were remembered", async (filter) => {
  using project = tempProject(files);
  mkdirSync(`${project.root}/.git`);
  const cache = rememberingCache();
  expect(sourceOf(project.root, filter, cache)).toEqual({
    source: anew(project.root, filter),
    isKnown: false,
  });
  for (const [what, change] of Object.entries(changes)) {
    expect([what, sourceOf(project.root, filter, cache).isKnown]).toEqual([what, true]);
    change((path) => `${project.root}/${path}`);
    // The next change must not get the same time.
    await sleep(12);
    expect([what, sourceOf(project.root, filter, cache).source]).toEqual([what, anew(project.root, filter)]);
  }
});

test("the files of what was recognised are those of the source", () => {
  using project = tempProject(files);
  const cache = rememberingCache();
  const filter: Filter = { kind: "automatic" };
  const before = filesOf(project.root, filter, cache);
  sourceOf(project.root, filter, cache);
  const { isKnown } = sourceOf(project.root, filter, cache);
  expect([isKnown, filesOf(project.root, filter, cache)]).toEqual([true, before]);
});

test("nothing is remembered of what was just written, nor where a user's function chooses", () => {
  using project = tempProject(files);
  const keep = () => true;
  for (const [filter, later] of [
    [{ kind: "everything" }, 0],
    [{ kind: "where", keep }, 10_000],
    [{ kind: "union", of: [{ kind: "cargo" }, { kind: "where", keep }] }, 10_000],
  ] as const satisfies readonly (readonly [Filter, number])[]) {
    const cache = rememberingCache(later);
    for (const _ of [1, 2]) expect(sourceOf(project.root, filter, cache).isKnown).toBe(false);
  }
});

/** Its clock is ahead, so that files count as settled. */
function rememberingCache(later = 10_000) {
  let text = "null";
  return {
    ...memoryCache(later),
    whole: {
      load(): Unchanged | undefined {
        const value: unknown = JSON.parse(text);
        return isUnchanged(value) ? value : undefined;
      },
      save(unchanged: Unchanged) {
        text = JSON.stringify(unchanged);
      },
    },
  };
}

type Cache = Parameters<typeof scan>[2];

function filesOf(root: string, filter: Filter, cache: Cache) {
  const looked = scan(root, filter, cache);
  const found = looked.ok ? looked.value.files() : looked;
  if (!found.ok) throw new Error(found.error.message);
  return found.value;
}

function anew(root: string, filter: Filter): Digest {
  return treeDigest(filesOf(root, filter, memoryCache()));
}

function sourceOf(root: string, filter: Filter, cache: Cache) {
  const looked = scan(root, filter, cache);
  if (!looked.ok) throw new Error(looked.error.message);
  const { source, files, remember } = looked.value;
  if (source) return { source, isKnown: true };
  const found = files();
  if (!found.ok) throw new Error(found.error.message);
  const digest = treeDigest(found.value);
  remember(digest);
  return { source: digest, isKnown: false };
}
