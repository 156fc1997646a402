import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { unpackComponent } from "../../../src/fetch/toolchain/unpackComponent.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";
import { writeFiles } from "../../rig/writeFiles.ts";

const work = mkdtempSync(join(tmpdir(), "gantry-unpack-"));
afterAll(() => rmSync(work, { recursive: true }));

test.each(["J", "z"])(
  "an archive that `tar -c%s` packed, as those of newer and of older releases are",
  async (how) => {
    const at = (name: string) => join(work, `${name}-${how}`);
    writeFiles(at("top"), {
      components: "cargo\n",
      "rust-installer-version": "3\n",
      "cargo/manifest.in": "file:bin/cargo\n",
      "cargo/bin/cargo": "cargo",
    });
    execFileSync("tar", [`-c${how}f`, at("archive"), "-C", work, `top-${how}`]);
    for (const name of ["into", "scratch"]) mkdirSync(at(name));
    const { signal } = new AbortController();
    valueOfResult(
      await unpackComponent(at("archive"), {
        name: "cargo",
        into: at("into"),
        scratch: at("scratch"),
        signal,
      }),
    );
    expect(readFileSync(join(at("into"), "bin/cargo"), "utf8")).toBe("cargo");
    expect(readdirSync(join(at("into"), "lib/rustlib"))).toEqual(["manifest-cargo"]);
  },
);
