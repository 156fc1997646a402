import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { containers, inContainer } from "../rig/container.ts";
import { describeWhere } from "../rig/describeWhere.ts";

/** Opens a store on a disk of that size, and gives the code of the error or `opened`. */
function openOn(size: string): string {
  const directory = mkdtempSync(join(tmpdir(), "gantry-disk-"));
  const store = join(import.meta.dirname, "../../src/store/openStore.ts");
  const code = `
    import { openStore } from ${JSON.stringify(store)};
    const opened = openStore(${JSON.stringify(`${directory}/store`)});
    console.log(opened.ok ? "opened" : opened.error.code);`;
  const node = [process.execPath, "--disable-warning=ExperimentalWarning", "--input-type=module", "-e", code];
  const mounted = `mount -t tmpfs -o size=${size} gantry ${directory} && exec "$@"`;
  const ran = spawnSync("unshare", [...inContainer, "--mount", "sh", "-c", mounted, "sh", ...node], {
    encoding: "utf8",
  });
  rmSync(directory, { recursive: true });
  return ran.stdout.trim() || ran.stderr;
}

describeWhere(containers, "a store on a full disk", () => {
  test("is not opened, since SQLite would be ended by SIGBUS", () => {
    expect(openOn("28k")).toBe("disk-full");
    expect(openOn("900k")).toBe("disk-full");
    expect(openOn("4m")).toBe("opened");
  });
});
