import { spawnSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rewriteFile } from "../../src/tree/rewriteFile.ts";
import { containers, inContainer } from "../rig/container.ts";
import { describeWhere } from "../rig/describeWhere.ts";

test("a file gets other bytes, shorter or longer, and keeps its mode, its other names and the links to it", () => {
  const directory = mkdtempSync(join(tmpdir(), "gantry-rewrite-"));
  const [file, link] = [join(directory, "file"), join(directory, "link")];
  symlinkSync("file", link);
  writeFileSync(file, "before");
  chmodSync(file, 0o664);
  rewriteFile(link, Buffer.from("after that"), Buffer.from("before"));
  expect([readFileSync(file, "utf8"), statSync(file).mode & 0o777]).toEqual(["after that", 0o664]);

  linkSync(file, join(directory, "twin"));
  for (const [text, before] of [
    ["short", "after that"],
    ["longer than before", "short"],
  ] as const) {
    rewriteFile(file, Buffer.from(text), Buffer.from(before));
    expect(readFileSync(join(directory, "twin"), "utf8")).toBe(text);
  }
  expect(readdirSync(directory)).toEqual(["file", "link", "twin"]);
  rmSync(directory, { recursive: true });
});

/** What lies on a disk of 64 KiB with a file of 8, of which 48 were to be made. */
function afterFilling(twin: string): string {
  const directory = mkdtempSync(join(tmpdir(), "gantry-disk-"));
  const module = join(import.meta.dirname, "../../src/tree/rewriteFile.ts");
  const code = `
    import { linkSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
    import { rewriteFile } from ${JSON.stringify(module)};
    process.chdir(${JSON.stringify(directory)});
    const before = Buffer.alloc(8192, "b");
    writeFileSync("file", before);
    ${twin}
    writeFileSync("ballast", Buffer.alloc(SIZE));
    try {
      rewriteFile("file", Buffer.alloc(24576, "a"), before);
      console.log("written");
    } catch (thrown) {
      console.log(thrown.code, readFileSync("file").equals(before), readdirSync(".").sort().join());
    }`;
  const node = (size: string) => [
    process.execPath,
    "--disable-warning=ExperimentalWarning",
    "--input-type=module",
    "-e",
    code.replace("SIZE", size),
  ];
  // With no room for what is written beside, with room for that alone, and with room for both.
  const said = ["45056", "20480", "0"].map((size) => {
    const mounted = `mount -t tmpfs -o size=64k gantry ${directory} && exec "$@"`;
    const words = [...inContainer, "--mount", "sh", "-c", mounted, "sh", ...node(size)];
    const ran = spawnSync("unshare", words, { encoding: "utf8" });
    return ran.stdout.trim() || ran.stderr;
  });
  rmSync(directory, { recursive: true });
  return said.join("\n");
}

describeWhere(containers, "on a disk that gets full", () => {
  test("a file is as it was, or written whole", () => {
    expect(afterFilling("")).toBe("ENOSPC true ballast,file\nwritten\nwritten");
    expect(afterFilling('linkSync("file", "twin");')).toBe(
      "ENOSPC true ballast,file,twin\nENOSPC true ballast,file,twin\nwritten",
    );
  });
});
