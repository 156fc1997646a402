import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { openStore } from "../../src/store/openStore.ts";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { expectWhole } from "../rig/expectWhole.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";
import { failureOf } from "./failureOf.ts";
import { smallProject } from "./smallProject.ts";

test("the store's path is a file", async () => {
  using project = smallProject();
  writeFileSync(project.store, "");
  expect(await failureOf(project)).toBe(`1
error[not-a-directory]: opening the store at \`<store>\` failed: not a directory: \`<store>\`
  = help: check the path, or choose another with \`--store DIR\`

Caused by:
  \`<store>\` is a file
`);
});

test("the store's index is not one: it is made again, and the build goes on", async () => {
  using project = smallProject();
  mkdirSync(project.store);
  writeFileSync(join(project.store, "index.sqlite"), "neither a database nor empty".repeat(100));
  const built = await project.gantry(["build"]);
  expect([built.status, built.err.split("\n").filter((line) => line.startsWith("note: the index"))]).toEqual([
    0,
    [
      "note: the index of the store was damaged, and was made again with the 0 records that could be read; what it no longer knows is found out again by building",
    ],
  ]);
  expect((await project.gantry(["build"])).err).not.toContain("note: the index");
});

test("a store of a layout that this Gantry does not know yet", async () => {
  using project = smallProject();
  mkdirSync(project.store);
  writeFileSync(join(project.store, "version"), "99\n");
  expect(await failureOf(project)).toBe(`1
error[store-newer]: the store at \`<store>\` was made by a newer Gantry
  = note: it has layout 99; this Gantry knows layouts up to 2
  = help: update Gantry, or use another store: \`--store DIR\`
`);
});

/** Starts a command as somebody who may write nowhere; root may anywhere, and so becomes nobody. */
const asNobody =
  process.getuid?.() === 0 ? ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] : [];

test("a directory in which no store can be made", async () => {
  using project = smallProject();
  chmodSync(dirname(project.root), 0o755);
  const store = join(project.root, "store");
  chmodSync(project.root, 0o555);
  expect(await failureOf(project, ["build"], { store, through: asNobody })).toBe(`1
error[not-permitted]: opening the store at \`<project>/store\` failed: permission denied: \`<project>/store\`
  = help: make the path writable for you, or choose another store with \`--store DIR\`

Caused by:
  EACCES: permission denied, mkdir '<project>/store'
`);
  chmodSync(project.root, 0o755);
});

test("a store that belongs to somebody else", async () => {
  using project = smallProject();
  chmodSync(dirname(project.root), 0o755);
  valueOfResult(openStore(project.store))[Symbol.dispose]();
  for (const name of ["", "trees", "blobs", "claims", "tmp", "logs"])
    chmodSync(join(project.store, name), 0o555);
  chmodSync(join(project.store, "index.sqlite"), 0o444);
  const said = await failureOf(project, ["build"], { through: asNobody });
  const isRoot = process.getuid?.() === 0;
  expect(said).toContain(
    isRoot
      ? `\nerror[store-of-another]: the store at \`<store>\` belongs to another user, \`${userInfo().username}\`\n`
      : "\nerror[not-permitted]: opening the store at `<store>` failed: permission denied: `<store>/claims/",
  );
});

describeIsolated("file systems that refuse", () => {
  /**
   * Runs in a user namespace where `<base>/mount` is a file system of its own; `script` gets the command as
   * `$@`.
   */
  const mounted = (options: string, directory: string, script: string): string[] => [
    ...["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"],
    `mount -t tmpfs -o ${options} none ${directory} && ${script}`,
    "sh",
  ];

  test("a read-only one", async () => {
    using project = smallProject();
    const mount = join(dirname(project.root), "mount");
    mkdirSync(mount);
    const through = mounted("size=1m", mount, `mount -o remount,ro ${mount} && exec "$@"`);
    expect(await failureOf(project, ["build"], { store: join(mount, "store"), through })).toBe(`1
error[not-permitted]: opening the store at \`<base>/mount/store\` failed: the file system is read-only: \`<base>/mount/store\`
  = help: choose another store with \`--store DIR\`

Caused by:
  EROFS: read-only file system, mkdir '<base>/mount/store'
`);
  });

  const tooSmall = `1
error[disk-full]: building failed: no space left on the device
  = help: free some space, for example with \`gantry store gc\`, or choose another place with \`--store DIR\`
`;

  /**
   * What a build says on a file system of that size, without the file that did not fit. Again with more space
   * it succeeds; before and after that the store is whole.
   */
  async function withSize(size: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
    using project = smallProject(more);
    const base = dirname(project.root);
    const [mount, before, after] = [join(base, "mount"), join(base, "before"), join(base, "after")];
    const store = join(mount, "store");
    mkdirSync(mount);
    // Copied, since the file system is gone when its namespace is.
    const script = `{
      "$@"; status=$?
      cp -a ${store} ${before} && mount -o remount,size=1g ${mount} && "$@" >&2 || status=99
      cp -a ${store} ${after}
      exit $status
    }`;
    const said = await failureOf(project, ["build"], {
      store,
      through: mounted(`size=${size}`, mount, script),
    });
    await expectWhole(project, before);
    await expectWhole(project, after);
    return said.replace(/on the device: `.*`/, "on the device").replace(/\nCaused by:[\s\S]*/, "");
  }

  test("one that is full before anything is known", async () => {
    expect(await withSize("64k")).toMatch(
      /^1\nerror\[disk-full\]: no space is left on the device of the store at `<base>\/mount\/store`\n {2}= note: [\d.]+ KiB are free/,
    );
  });

  test("one that becomes full while its parts are gathered", async () => {
    expect(await withSize("20m")).toBe(tooSmall);
  });

  test("one that becomes full while a build writes", async () => {
    const script = `use std::{env, fs::File, io::Write, path::Path};

fn main() {
    let mut file = File::create(Path::new(&env::var("OUT_DIR").unwrap()).join("large")).unwrap();
    for _ in 0..380 {
        file.write_all(&[1; 1 << 20]).unwrap();
    }
}
`;
    expect(await withSize("400m", { "build.rs": script })).toBe(tooSmall);
  });
});
