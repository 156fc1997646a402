import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scanSource } from "../../src/project/scan/scanSource.ts";
import { whenCalled } from "../rig/whenCalled.ts";
import { memoryCache, scan } from "./scan.ts";
import { tree } from "./tree.ts";

const everything = { kind: "everything" } as const;

const whenRead = (path: string, happens: () => void) =>
  whenCalled(["readFileSync", "readlinkSync"], path, happens);

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
