import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { expectWhole } from "../rig/expectWhole.ts";
import { failureOf } from "./failureOf.ts";
import { smallProject } from "./smallProject.ts";

test("the store's path is a file", async () => {
  using project = smallProject();
  writeFileSync(project.store, "");
  expect(await failureOf(project)).toBe(`1
error[not-a-directory]: opening the store at \`<store>\` failed: not a directory: \`<store>/trees\`
  = help: check the path, or choose another with \`--store DIR\`

Caused by:
  ENOTDIR: not a directory, mkdir '<store>/trees'
`);
});

test("the store's index is not one", async () => {
  using project = smallProject();
  mkdirSync(project.store);
  writeFileSync(join(project.store, "index.sqlite"), "neither a database nor empty".repeat(100));
  expect(await failureOf(project)).toBe(`1
error[store-damaged]: the index of the store at \`<store>\` cannot be read
  = help: remove \`<store>/index.sqlite\`; what it knew is found out again by building

Caused by:
  file is not a database
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
error[not-permitted]: opening the store at \`<project>/store\` failed: permission denied: \`<project>/store/trees\`
  = help: make the path writable for you, or choose another store with \`--store DIR\`

Caused by:
  EACCES: permission denied, mkdir '<project>/store/trees'
`);
  chmodSync(project.root, 0o755);
});

test("a store that belongs to somebody else", async () => {
  using project = smallProject();
  chmodSync(dirname(project.root), 0o755);
  await project.gantry(["store", "verify"]);
  for (const name of ["", "trees", "blobs", "tmp", "logs"]) chmodSync(join(project.store, name), 0o555);
  for (const name of ["index.sqlite"]) chmodSync(join(project.store, name), 0o444);
  expect(await failureOf(project, ["build"], { through: asNobody })).toBe(`1
error[not-permitted]: opening the store at \`<store>\` failed: permission denied: \`<store>/claims/19861-XXXXXX\`
  = help: make the path writable for you, or choose another store with \`--store DIR\`

Caused by:
  EACCES: permission denied, mkdtemp '<store>/claims/19861-XXXXXX'
`);
});

describeIsolated("file systems that refuse", () => {
  /** Runs in a user namespace where `<base>/mount` is a file system of its own; `script` gets the command as `$@`. */
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

  /** Builds on a file system of that size, and again with more; in between, and at the end, the store is whole. */
  async function withSize(
    size: string,
    change: (project: ReturnType<typeof smallProject>) => void,
  ): Promise<string> {
    using project = smallProject();
    change(project);
    const mount = join(dirname(project.root), "mount");
    const [store, early, late] = [join(mount, "store"), join(mount, "../early"), join(mount, "../late")];
    mkdirSync(mount);
    const script = `{ "$@"; status=$?
      cp -a ${store} ${early} && mount -o remount,size=600m ${mount} && "$@" >/dev/null 2>&1; again=$?
      cp -a ${store} ${late}; test $again = 0 && exit $status; exit 99; }`;
    const said = await failureOf(project, ["build"], {
      store,
      through: mounted(`size=${size}`, mount, script),
    });
    await expectWhole(project, early);
    await expectWhole(project, late);
    return said;
  }

  test("one that is full before anything is known", async () => {
    expect(await withSize("64k", () => undefined)).toBe(`1
error[disk-full]: building failed: no space left on the device
  = help: free some space, for example with \`gantry store gc\`, or choose another place with \`--store DIR\`

Caused by:
  database or disk is full
`);
  });

  test("one that becomes full while its parts are gathered", async () => {
    expect(await withSize("20m", () => undefined)).toBe(`1
error[disk-full]: building failed: no space left on the device: \`<base>/mount/store/tmp/20871-base-system-cK6S21/usr/bin/x86_64-linux-gnu-gcov-12\`
  = help: free some space, for example with \`gantry store gc\`, or choose another place with \`--store DIR\`

Caused by:
  ENOSPC: no space left on device, copyfile '/usr/bin/x86_64-linux-gnu-gcov-12' -> '<base>/mount/store/tmp/20871-base-system-cK6S21/usr/bin/x86_64-linux-gnu-gcov-12'
`);
  });

  test("one that becomes full while a build writes", async () => {
    // Only as long as there is little space, so that the second time it builds.
    const script = `use std::{fs::File, io::Write};
fn main() {
    let mut file = File::create(std::path::Path::new(&std::env::var("OUT_DIR").unwrap()).join("large")).unwrap();
    for _ in 0..300 { file.write_all(&[1; 1 << 20]).unwrap(); }
}
`;
    expect(await withSize("400m", (project) => project.write("build.rs", script))).toBe(`1
error[disk-full]: building failed: no space left on the device
  = help: free some space, for example with \`gantry store gc\`, or choose another place with \`--store DIR\`

Caused by:
  database or disk is full
`);
  });
});
