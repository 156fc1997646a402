import { execFileSync } from "node:child_process";
import { mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type StubKind, stubText } from "../../../src/cargo/dummy/stubTargets.ts";
import { describeWhere } from "../../rig/describeWhere.ts";

const editions = ["2015", "2018", "2021", "2024"];
const kinds: readonly StubKind[] = ["program", "library", "linked-library"];
const everyWay = editions.flatMap((edition) => kinds.map((kind) => ({ edition, kind })));
const crateType = { program: "bin", library: "rlib", "linked-library": "cdylib" };

function rustc(text: string, args: readonly string[]): void {
  using directory = mkdtempDisposableSync(join(tmpdir(), "stub-"));
  const file = join(directory.path, "stub.rs");
  writeFileSync(file, text);
  const lints = ["missing-docs", "unused-crate-dependencies", "unreachable-pub"];
  const strict = ["-D", "warnings", ...lints.flatMap((lint) => ["-W", lint])];
  execFileSync("rustc", [file, "--out-dir", directory.path, ...strict, ...args], { stdio: "pipe" });
}

test.for(everyWay)(
  "a $kind compiles without warnings in edition $edition",
  { timeout: 60_000 },
  ({ edition, kind }) => {
    expect(() =>
      rustc(stubText(kind), ["--edition", edition, "--crate-type", crateType[kind]]),
    ).not.toThrow();
  },
);

test.for(everyWay.filter(({ kind }) => kind === "program"))(
  "a program compiles as a test in edition $edition",
  { timeout: 60_000 },
  ({ edition }) => {
    expect(() => rustc(stubText("program"), ["--edition", edition, "--test"])).not.toThrow();
  },
);

const linux = { isThere: process.platform === "linux", missing: "this is no Linux" };

const withoutStd = everyWay.flatMap((way) => ["none", "uefi"].map((system) => ({ ...way, system })));

// The library of such a target may not be installed, so the host plays its part.
describeWhere(linux, "without std", () => {
  test.for(withoutStd)(
    "a $kind compiles and links in edition $edition for $system",
    { timeout: 60_000 },
    ({ edition, kind, system }) => {
      const text = stubText(kind).replaceAll(`target_os = "${system}"`, 'target_os = "linux"');
      const args = ["--edition", edition, "--crate-type", crateType[kind], "-C", "panic=abort"];
      const entry = system === "uefi" ? ["-C", "link-arg=-Wl,--entry=efi_main,--fatal-warnings"] : [];
      const alone = ["-C", "link-arg=-nostartfiles", "-C", "link-arg=-nostdlib"];
      const linked = [...alone, ...(kind === "program" ? entry : [])];
      expect(() => rustc(text, [...args, ...(kind === "library" ? [] : linked)])).not.toThrow();
    },
  );
});
