import { lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeSource } from "../../src/project/writeSource.ts";
import { scan } from "./scan.ts";
import { tree } from "./tree.ts";

const everything = { kind: "everything" } as const;

test("a copy has the contents, modes and links of what was scanned, and nothing else", async () => {
  using project = tree({
    "src/deep/a.rs": "a",
    run: { script: "#!/bin/sh\n" },
    link: { link: "../outside" },
    ".gitignore": "ignored",
    ignored: "",
  });
  using copy = tree({});
  const files = scan(project.path, everything);
  expect(await writeSource(files, project.path, copy.path)).toEqual({ ok: true, value: undefined });
  expect(scan(copy.path, everything)).toEqual(files);
  const mode = (path: string): string => (lstatSync(join(copy.path, path)).mode & 0o777).toString(8);
  expect([mode("src/deep/a.rs"), mode("run"), readlinkSync(join(copy.path, "link"))]).toEqual([
    "644",
    "755",
    "../outside",
  ]);
});

test.each([
  ["edited", (file: string) => writeFileSync(file, "other")],
  ["removed", (file: string) => rmSync(file)],
  [
    "replaced by a directory",
    (file: string) => {
      rmSync(file);
      mkdirSync(file);
    },
  ],
])("a file that was %s since the scan is an error", async (_, change) => {
  using project = tree({ "src/a.rs": "a", "src/b.rs": "b" });
  using copy = tree({});
  const files = scan(project.path, everything);
  change(join(project.path, "src/b.rs"));
  expect(await writeSource(files, project.path, copy.path)).toEqual({
    ok: false,
    error: {
      code: "source-changed",
      message: "`src/b.rs` changed while it was being read",
      notes: ["a build uses one state of the source, and this file had two"],
      help: ["run the command again when nothing writes to the source any more"],
      causes: [],
      status: 1,
    },
  });
});

test("hundreds of files are copied", async () => {
  using project = tree(
    Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`d${n % 7}/f${n}.rs`, `${n}`])),
  );
  using copy = tree({});
  const files = scan(project.path, everything);
  expect(await writeSource(files, project.path, copy.path)).toMatchObject({ ok: true });
  expect(scan(copy.path, everything)).toEqual(files);
  expect(readFileSync(join(copy.path, "d3/f297.rs"), "utf8")).toBe("297");
});
