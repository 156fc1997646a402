import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore } from "../../src/store/openStore.ts";
import { describeWhere } from "../rig/describeWhere.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";

const asRoot = { isThere: process.getuid?.() === 0, missing: "to be root" };

/** A directory for stores that everybody reaches. */
function base(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "gantry-users-"));
  chmodSync(path, 0o1777);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

/** Opens a store as another user, and says the code of the error or `opened`. */
function openAs(user: number, root: string): string {
  const code = `
    import { openStore } from "${join(import.meta.dirname, "../../src/store/openStore.ts")}";
    const opened = openStore(${JSON.stringify(root)});
    console.log(opened.ok ? "opened" : opened.error.code);`;
  const node = [process.execPath, "--disable-warning=ExperimentalWarning", "--input-type=module", "-e", code];
  const ids = ["--reuid", String(user), "--regid", "60001", "--clear-groups"];
  const ran = spawnSync("setpriv", [...ids, ...node], { encoding: "utf8" });
  return ran.stdout.trim() || ran.stderr;
}

describeWhere(asRoot, "several users of one machine", () => {
  test("a store of another user is refused, also where its group may write to it, and nothing is left there", () => {
    using at = base();
    const root = join(at.path, "store");
    expect(openAs(60_001, root)).toBe("opened");
    execFileSync("chmod", ["-R", "g+rwX,o+rwX", root]);
    const before = readdirSync(root);
    expect(openAs(60_002, root)).toBe("store-of-another");
    expect(readdirSync(root)).toEqual(before);
  });

  test("root is refused, too, and is told how to be let in", () => {
    using at = base();
    const root = join(at.path, "store");
    openAs(60_001, root);
    const refused = openStore(root);
    expect(refused).toMatchObject({
      error: {
        code: "store-of-another",
        help: [
          expect.anything(),
          "or act as its owner: sudo -u 60001 gantry …",
          expect.stringMatching(/chown -R/),
        ],
      },
    });
    execFileSync("chown", ["-R", "root", root]);
    valueOfResult(openStore(root))[Symbol.dispose]();
  });

  test("a directory that somebody made for a user is theirs", () => {
    using at = base();
    const root = execFileSync("mktemp", ["-d", "-p", at.path], { encoding: "utf8" }).trim();
    expect(openAs(60_001, root)).toBe("store-of-another");
    chownSync(root, 60_001, 60_001);
    expect(openAs(60_001, root)).toBe("opened");
  });
});
