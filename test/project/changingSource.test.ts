import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Digest } from "../../src/base/digest.ts";
import { scan as look, type ScanCache, scanSource } from "../../src/project/scan/scanSource.ts";
import type { Unchanged } from "../../src/project/scan/unchanged.ts";
import { treeDigest } from "../../src/store/treeDigest.ts";
import { whenCalled } from "../rig/whenCalled.ts";
import { memoryCache, scan } from "./scan.ts";
import { tree } from "./tree.ts";

const everything = { kind: "everything" } as const;

const whenRead = (path: string, happens: () => void) =>
  whenCalled(["openSync", "readFileSync", "readlinkSync"], path, happens);

test("what vanishes after it was listed is left out", () => {
  using project = tree({ "a.txt": "a", link: { link: "a.txt" }, "sub/b.rs": "b", "z.rs": "z" });
  const at = (path: string) => join(project.path, path);
  const paths = () => scan(project.path, everything).map(({ path }) => path);
  const remove = (path: string) => whenRead(at(path), () => rmSync(at(path)));
  {
    using _removed = remove("a.txt");
    expect(paths()).toEqual(["link", "sub/b.rs", "z.rs"]);
  }
  {
    using _removed = remove("link");
    expect(paths()).toEqual(["sub/b.rs", "z.rs"]);
  }
  const keep = (path: string) => {
    if (path === "sub") rmSync(at("sub"), { recursive: true, force: true });
    return true;
  };
  expect(scan(project.path, { kind: "where", keep }).map(({ path }) => path)).toEqual(["z.rs"]);
});

test("what became something else since it was listed is read again", () => {
  using project = tree({ "a.txt": "a" });
  const file = join(project.path, "a.txt");
  using _replaced = whenRead(file, () => {
    rmSync(file);
    mkdirSync(file);
  });
  expect(scanSource(project.path, everything, memoryCache())).toMatchObject({
    ok: false,
    error: { code: "source-changed" },
  });
});

test("a directory of which the rules are gone when they are read is looked at again", () => {
  using project = tree({ "sub/.gitignore": "x", "sub/x": "", "sub/y": "" });
  const file = join(project.path, "sub/.gitignore");
  using _removed = whenRead(file, () => rmSync(file));
  expect(scan(project.path, everything).map(({ path }) => path)).toEqual(["sub/x", "sub/y"]);
});

/** A link that leads to one of two sources, which are the same but for contents and names. */
function twoSources() {
  const source = (name: string) => ({
    [`${name}/a.txt`]: name,
    [`${name}/lib.rs`]: `// ${name}`,
    [`${name}/link`]: { link: name },
    [`${name}/sub/${name}.txt`]: "",
  });
  const project = tree({ ...source("one"), ...source("two") });
  const path = join(project.path, "now");
  const lead = (to: string) => {
    rmSync(path, { force: true });
    symlinkSync(to, path);
  };
  lead("one");
  return { path, lead, [Symbol.dispose]: () => project[Symbol.dispose]() };
}

/** What a scan finds, and what it remembers of the source as a whole. */
function treeIn(directory: string, cache: ScanCache): Digest {
  const looked = look(directory, everything, cache);
  if (!looked.ok) throw new Error(looked.error.message);
  const { source, files, remember } = looked.value;
  if (source) return source;
  const found = files();
  if (!found.ok) throw new Error(found.error.message);
  const digest = treeDigest(found.value);
  remember(digest);
  return digest;
}

test.each(["a.txt", "lib.rs", "link", "sub"])(
  "nothing of one source is remembered of another that was in its place, when this came at %s, and left",
  (name) => {
    using sources = twoSources();
    let whole: Unchanged | undefined;
    const cache: ScanCache = {
      // Its clock is ahead, so that files count as settled.
      ...memoryCache(10_000),
      whole: {
        load: () => whole,
        save(unchanged) {
          whole = unchanged;
        },
      },
    };
    const anew = treeIn(sources.path, memoryCache());
    {
      const names = ["openSync", "readdirSync", "readFileSync", "readlinkSync"] as const;
      using _swapped = whenCalled(names, join(sources.path, name), () => sources.lead("two"));
      expect(treeIn(sources.path, cache)).not.toBe(anew);
    }
    sources.lead("one");
    expect(treeIn(sources.path, cache)).toBe(anew);
  },
);
