import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { type Digest, digestOf } from "../../../src/base/digest.ts";
import { verifyStore } from "../../../src/store/care/verify.ts";
import { openStore } from "../../../src/store/openStore.ts";
import { readTree } from "../../../src/store/readTree.ts";
import type { Store } from "../../../src/store/store.ts";
import { describeWhere } from "../../rig/describeWhere.ts";
import { notCovered } from "../../rig/notCovered.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";
import { writeFiles } from "../../rig/writeFiles.ts";
import { editRecords, listing, storeRig } from "../rig.ts";

/** A store with a unit, a crate, and an output that a step left. */
type Subject = {
  readonly root: string;
  readonly unit: string;
  readonly crate: string;
  readonly output: string;
  readonly blob: string;
};

type Damage = {
  readonly how: (store: Subject) => void;
  /** What `verify` counts it as. */
  readonly is: "tree" | "blob" | "unsettled" | "stray" | "record" | "index" | "nothing";
  /** Whether a build sees it by itself. */
  readonly noticed?: true;
  /** Why it cannot be had here. */
  readonly needs?: "root";
};

const text = "unit";

const damages: Readonly<Record<string, Damage>> = {
  "another content": { how: ({ unit }) => writeFileSync(`${unit}/lib/a`, "UNIT"), is: "tree" },
  "content cut off": { how: ({ unit }) => truncateSync(`${unit}/lib/a`, 2), is: "tree" },
  "a file too many": { how: ({ unit }) => writeFileSync(`${unit}/lib/more`, ""), is: "tree" },
  "a missing file": { how: ({ unit }) => rmSync(`${unit}/lib/a`), is: "tree" },
  "a missing directory": { how: ({ unit }) => rmSync(`${unit}/lib`, { recursive: true }), is: "tree" },
  "an empty directory too many": { how: ({ unit }) => mkdirSync(`${unit}/more`), is: "tree" },
  "a link that leads elsewhere": {
    how({ unit }) {
      rmSync(`${unit}/link`);
      symlinkSync("elsewhere", `${unit}/link`);
    },
    is: "tree",
  },
  "a link in the place of a file": {
    how({ unit }) {
      renameSync(`${unit}/lib/a`, `${unit}/../../a`);
      symlinkSync("../../../a", `${unit}/lib/a`);
    },
    is: "tree",
  },
  "a hard link to another file": {
    how({ unit, crate }) {
      rmSync(`${unit}/lib/a`);
      linkSync(`${crate}/b`, `${unit}/lib/a`);
    },
    is: "tree",
  },
  "a copy in the place of a link to the blob": {
    how({ unit }) {
      rmSync(`${unit}/lib/a`);
      writeFileSync(`${unit}/lib/a`, text, { mode: 0o644 });
      utimesSync(`${unit}/lib/a`, 1, 1);
      utimesSync(`${unit}/lib`, 1, 1);
    },
    is: "nothing",
  },
  "a pipe": { how: ({ unit }) => void execFileSync("mkfifo", [`${unit}/pipe`]), is: "tree" },
  "a socket": {
    how: ({ unit }) =>
      void execFileSync("python3", [
        "-c",
        "import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])",
        `${unit}/s`,
      ]),
    is: "tree",
  },
  "a device": {
    how: ({ unit }) => void execFileSync("mknod", [`${unit}/null`, "c", "1", "3"]),
    is: "tree",
    needs: "root",
  },
  "a file that became executable": { how: ({ unit }) => chmodSync(`${unit}/lib/a`, 0o755), is: "tree" },
  "a link in the place of a tree": {
    how({ root, unit }) {
      renameSync(unit, `${root}/moved`);
      symlinkSync(`${root}/moved`, unit);
    },
    is: "tree",
  },
  "a file in the place of a tree": {
    how({ unit }) {
      rmSync(unit, { recursive: true });
      writeFileSync(unit, "");
    },
    is: "tree",
  },
  "a missing tree": { how: ({ unit }) => rmSync(unit, { recursive: true }), is: "nothing", noticed: true },
  "a missing blob": { how: ({ blob }) => rmSync(blob), is: "nothing" },
  "a directory in the place of a blob": {
    how({ blob }) {
      rmSync(blob);
      mkdirSync(blob);
    },
    is: "blob",
  },
  "a blob that is none": { how: ({ blob }) => writeFileSync(join(dirname(blob), "x"), ""), is: "blob" },
  "another mode": { how: ({ unit }) => chmodSync(`${unit}/lib/a`, 0o600), is: "unsettled" },
  "a set-user-ID bit": { how: ({ unit }) => chmodSync(`${unit}/bin`, 0o4755), is: "unsettled" },
  "a directory that anybody may write to": {
    how: ({ unit }) => chmodSync(`${unit}/lib`, 0o777),
    is: "unsettled",
  },
  "another time": { how: ({ unit }) => utimesSync(`${unit}/lib/a`, 2, 2), is: "unsettled" },
  "another time of a directory": { how: ({ unit }) => utimesSync(`${unit}/lib`, 2, 2), is: "unsettled" },
  "another time of a link": { how: ({ unit }) => lutimesSync(`${unit}/link`, 2, 2), is: "unsettled" },
  "another owner": { how: ({ unit }) => chownSync(`${unit}/lib/a`, 1, 1), is: "unsettled", needs: "root" },
  "something among the trees": { how: ({ root }) => writeFileSync(`${root}/trees/notes`, ""), is: "stray" },
  "something among the blobs": { how: ({ root }) => mkdirSync(`${root}/blobs/notes`), is: "stray" },
  "another content of an output": {
    how: ({ output }) => writeFileSync(`${output}/app`, "changed"),
    is: "tree",
    noticed: true,
  },
  "another mode of an output": { how: ({ output }) => chmodSync(`${output}/app`, 0o700), is: "nothing" },
  "a record of which the text is another": {
    how: ({ root }) => editRecords(root, "UPDATE records SET value = '{}' WHERE kind = 'unit'"),
    is: "record",
    noticed: true,
  },
  "a record that says other files than the tree has": {
    how({ root }) {
      const database = new DatabaseSync(`${root}/index.sqlite`);
      const row = database.prepare("SELECT * FROM records WHERE kind = 'unit'").get() ?? {};
      const value = String(row.value).replace("lib/a", "lib/b");
      const digest = digestOf(["unit", row.key, row.version, value].join("\0"));
      database.prepare("UPDATE records SET value = ?, digest = ? WHERE kind = 'unit'").run(value, digest);
      database.close();
    },
    is: "record",
  },
  "an index that is cut off": {
    how: ({ root }) => truncateSync(`${root}/index.sqlite`, 5000),
    is: "nothing",
    noticed: true,
  },
  "an index without its log": {
    how({ root }) {
      // As after a crash, from a copy that was taken while the index was in use.
      const database = new DatabaseSync(`${root}/index.sqlite`);
      database.exec("PRAGMA wal_autocheckpoint = 0; UPDATE records SET used = used");
      cpSync(`${root}/index.sqlite`, `${root}/copy`);
      database.close();
      renameSync(`${root}/copy`, `${root}/index.sqlite`);
    },
    is: "nothing",
  },
  "no index": { how: ({ root }) => rmSync(`${root}/index.sqlite`), is: "nothing", noticed: true },
};

const asRoot = { isThere: process.getuid?.() === 0, missing: "to be root" };

for (const need of [undefined, "root"] as const) {
  const cases = Object.entries(damages).filter(([, { needs }]) => needs === need);
  const tests = () => {
    test.each(cases)("%s", async (_, { how, is, noticed = false }) => {
      await using rig = storeRig();
      const subject = await makeSubject(rig.store);
      rig.close();
      how(subject);
      expect({ noticed: await seenByBuild(subject), is: await kindsAt(rig.root) }).toEqual({
        noticed,
        is: is === "nothing" ? [] : [is],
      });
      await verifyStore(rig.root, { repair: true });
      expect(await kindsAt(rig.root)).toEqual([]);
      // What a build makes again is as it was.
      {
        using store = valueOfResult(openStore(rig.root));
        const again = await makeSubject(store);
        expect(listing(again.unit)).toEqual({ bin: "755 1 bin", "lib/a": "644 1 unit" });
      }
      expect([await kindsAt(rig.root), readdirSync(`${rig.root}/tmp`)]).toEqual([[], []]);
    });
  };
  if (need === "root") describeWhere(asRoot, "damages that need root", tests);
  else tests();
}

/** Not every file system knows it. */
function makeImmutable(path: string): boolean {
  return spawnSync("chattr", ["+i", path]).status === 0;
}

describeWhere(asRoot, "what cannot be removed", () => {
  test("is said, is in nobody's way, and goes once it can", async () => {
    await using rig = storeRig();
    const { root, unit, blob } = await makeSubject(rig.store);
    rig.close();
    writeFileSync(`${unit}/lib/a`, "changed");
    if (!makeImmutable(blob)) return notCovered("immutable files", "a file system that has them");
    try {
      const { stuck } = await verifyStore(root, { repair: true });
      expect(stuck).toEqual([blob.slice(root.length + 1)]);
      expect(readdirSync(`${root}/tmp`).length).toBe(1);
      valueOfResult(openStore(root))[Symbol.dispose]();
    } finally {
      execFileSync("chattr", ["-i", blob]);
    }
    valueOfResult(openStore(root))[Symbol.dispose]();
    await verifyStore(root, { repair: true });
    expect([await kindsAt(root), readdirSync(`${root}/tmp`)]).toEqual([[], []]);
  });
});

async function makeSubject(store: Store): Promise<Subject> {
  await using temp = await store.tempDir("test");
  const place = (name: string) => `${temp.path}/${name}`;
  writeFiles(place("unit"), { bin: "bin", "lib/a": text });
  chmodSync(`${place("unit")}/bin`, 0o755);
  symlinkSync("lib/a", `${place("unit")}/link`);
  writeFiles(place("crate"), { b: "crate" });
  writeFiles(place("output"), { app: "app" });
  chmodSync(`${place("output")}/app`, 0o755);
  const files = readTree(place("unit"));
  const unit = await store.addTree(place("unit"));
  const crate = await store.addTree(place("crate"));
  const output = await store.addOutput(place("output"));
  store.records.set("unit", digestOf("unit"), { tree: unit, files, against: {} });
  store.records.set("crate", "crate", crate);
  store.records.set("result", digestOf("step"), { output, seconds: 1 });
  const [tree, blob] = [(digest: Digest) => `${store.root}/trees/${digest}`, digestOf(text)];
  return {
    ...{ root: store.root, unit: tree(unit), crate: tree(crate), output: tree(output) },
    blob: `${store.root}/blobs/${blob.slice(0, 2)}/${blob}`,
  };
}

/** Whether a build that opens the store, and takes what it has recorded, says something or finds it missing. */
async function seenByBuild({ root }: Subject): Promise<boolean> {
  const notes: string[] = [];
  using store = valueOfResult(openStore(root, { note: (note) => notes.push(note) }));
  const unit = store.records.get("unit", digestOf("unit"));
  const result = store.records.get("result", digestOf("step"));
  const changes = result ? await store.changesOf(result.output) : [];
  return notes.length > 0 || !unit || !result || changes.length > 0;
}

/** As what `verify` counts that which is wrong. */
async function kindsAt(root: string): Promise<string[]> {
  const found = await verifyStore(root, { repair: false });
  const isOf = {
    tree: found.damagedTrees.length > 0,
    blob: found.damagedBlobs.length > 0 && found.damagedTrees.length === 0,
    unsettled: found.unsettled.length > 0 && found.damagedTrees.length === 0,
    stray: found.strays.length > 0,
    record: found.damagedRecords > 0,
    index: found.isIndexDamaged,
  };
  return Object.entries(isOf).flatMap(([kind, is]) => (is ? [kind] : []));
}
