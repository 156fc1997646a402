import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import { writeVendorDirectory } from "../../../src/command/vendor/vendorDirectory.ts";
import { writeFiles } from "../../rig/writeFiles.ts";

test("`.cargo-checksum.json` lists the files that `cargo vendor` would have written", () => {
  const base = mkdtempSync(join(tmpdir(), "gantry-vendor-"));
  onTestFinished(() => rmSync(base, { recursive: true }));
  writeFiles(join(base, "tree"), {
    ".cargo-checksum.json": '{"files":{},"package":"aa"}',
    ".cargo-ok": "",
    ".gitignore": "target\n",
    "10": "ten",
    "Cargo.toml.orig": "orig",
    "src/.cargo-ok": "",
    "src/.gitattributes": "* -text\n",
    "src/lib.rs": "pub fn f() {}\n",
  });

  const written = writeVendorDirectory(join(base, "vendor"), [{ tree: join(base, "tree"), path: "dep" }]);
  expect(written).toEqual({ ok: true, value: undefined });
  const [empty, ten, orig, lib] = ["", "ten", "orig", "pub fn f() {}\n"].map(digestOf);
  expect(readFileSync(join(base, "vendor/dep/.cargo-checksum.json"), "utf8")).toBe(
    `{"files":{"10":"${ten}","Cargo.toml.orig":"${orig}","src/.cargo-ok":"${empty}","src/lib.rs":"${lib}"},"package":"aa"}`,
  );
});
