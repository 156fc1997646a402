import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import type { CrateToWrite } from "../../../src/command/vendor/writeCrate.ts";
import { writeCrates } from "../../../src/command/vendor/writeCrates.ts";
import { craftCrate } from "../../fetch/registry/craftCrate.ts";
import { writeFiles } from "../../rig/writeFiles.ts";

const umask = 0o022;
const { signal } = new AbortController();

function directory(): string {
  const base = mkdtempSync(join(tmpdir(), "gantry-vendor-"));
  onTestFinished(() => rmSync(base, { recursive: true }));
  return base;
}

const files = {
  ".cargo-ok": "",
  ".gitignore": "target\n",
  "10": "ten",
  "Cargo.toml": "[package]\n",
  "empty/.gitignore": "",
  "src/.cargo-ok": "",
  "src/.gitattributes": "* -text\n",
  "src/lib.rs": "pub fn f() {}\n",
};

/** An archive below `base` with the files, and a program. */
function archive(base: string, name: string) {
  const stem = `${name}-1.0.0`;
  const entries = Object.entries(files).map(([path, body]) => ({ path: `${stem}/${path}`, body }));
  const program = { path: `${stem}/run.sh`, body: "#!/bin/sh\n", mode: 0o755 };
  const { bytes, checksum } = craftCrate([...entries, program]);
  writeFileSync(join(base, `${stem}.crate`), bytes);
  return { type: "archive", stem, checksum, files: [join(base, `${stem}.crate`)] } as const;
}

const [ten, manifest, lib, program] = ["ten", "[package]\n", files["src/lib.rs"], "#!/bin/sh\n"].map(
  digestOf,
);

test.each([1, 2])("%i threads write what `cargo vendor` would write of each archive", async (threads) => {
  const base = directory();
  const crates = ["a", "b", "c", "d", "e"].map((name) => ({
    directory: join(base, "vendor", name),
    from: archive(base, name),
    umask,
  }));
  const told: number[] = [];
  const written = await writeCrates(crates, { signal, threads, onWritten: (done) => told.push(done) });
  expect(written.ok && written.value.map(({ from }) => from.stem).sort()).toEqual(
    crates.map(({ from }) => from.stem),
  );
  expect(told).toEqual([1, 2, 3, 4, 5]);
  for (const { directory, from } of crates) {
    const paths = readdirSync(directory, { recursive: true, encoding: "utf8" }).sort();
    expect(paths).toEqual([".cargo-checksum.json", "10", "Cargo.toml", "run.sh", "src", "src/lib.rs"]);
    expect(readFileSync(`${directory}/.cargo-checksum.json`, "utf8")).toBe(
      `{"files":{"10":"${ten}","Cargo.toml":"${manifest}","run.sh":"${program}","src/lib.rs":"${lib}"},"package":"${from.checksum}"}`,
    );
    expect(statSync(`${directory}/run.sh`).mode & 0o777).toBe(0o755);
    expect(readFileSync(`${directory}/src/lib.rs`, "utf8")).toBe(files["src/lib.rs"]);
  }
});

test.each([1, 2])(
  "%i threads write nothing of an archive with another checksum, or that is damaged",
  async (threads) => {
    const base = directory();
    const good = archive(base, "good");
    const noArchive = Buffer.from("no archive");
    writeFileSync(join(base, "none.crate"), noArchive);
    const write = (from: CrateToWrite["from"], name: string) => ({
      directory: join(base, "vendor", name),
      from,
      umask,
    });
    const crates = [
      write({ ...good, checksum: digestOf("another") }, "another"),
      write({ ...good, files: [join(base, "none.crate")], checksum: digestOf(noArchive) }, "damaged"),
      write({ ...good, stem: "other-1.0.0" }, "elsewhere"),
      write(
        { ...good, files: [join(base, "absent.crate"), join(base, "none.crate"), ...good.files] },
        "good",
      ),
    ];
    const written = await writeCrates(crates, { signal, threads });
    expect(written).toEqual({ ok: true, value: [crates[3]] });
    expect(readdirSync(join(base, "vendor"))).toEqual(["good"]);
  },
);

test("a tree is copied without what `cargo vendor` leaves out", async () => {
  const base = directory();
  const tree = join(base, "tree");
  writeFiles(tree, { ...files, ".cargo-checksum.json": '{"files":{},"package":"aa"}' });
  const crate = { directory: join(base, "vendor/dep"), from: { type: "tree", tree } as const, umask };
  expect(await writeCrates([crate], { signal })).toEqual({ ok: true, value: [crate] });
  const nothing = digestOf("");
  expect(readFileSync(join(base, "vendor/dep/.cargo-checksum.json"), "utf8")).toBe(
    `{"files":{"10":"${ten}","Cargo.toml":"${manifest}","src/.cargo-ok":"${nothing}","src/lib.rs":"${lib}"},"package":"aa"}`,
  );
});

test.each([1, 2])(
  "of %i threads comes what the system says of a file that cannot be written",
  async (threads) => {
    const base = directory();
    writeFileSync(join(base, "file"), "");
    const crate = { directory: join(base, "file/dep"), from: archive(base, "dep"), umask };
    await expect(writeCrates([crate, crate], { signal, threads })).rejects.toMatchObject({ code: "ENOTDIR" });
  },
);

test("whoever is stopped writes no more", async () => {
  const base = directory();
  const crate = { directory: join(base, "vendor/dep"), from: archive(base, "dep"), umask };
  const stopped = await writeCrates([crate], { signal: AbortSignal.abort(), threads: 2 });
  expect(stopped).toMatchObject({ ok: false, error: { code: "interrupted" } });
});
