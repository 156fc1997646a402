import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { bwrap } from "../../src/sandbox/bwrap.ts";
import { chooseSandbox, recordBwrapWorks } from "../../src/sandbox/chooseSandbox.ts";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { storeRig } from "../store/rig.ts";

const installAdvice = (names: { apk?: readonly string[] }, program: string) => `${program}: ${names.apk}`;
const host = process.env.PATH ?? "";

/** A directory with the programs of these names, none of which works. */
function programs(...names: readonly string[]): Disposable & { readonly path: string } {
  const path = mkdtempSync(`${tmpdir()}/gantry-choose-`);
  for (const name of names) writeFileSync(`${path}/${name}`, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

test.each<[string, readonly string[], string]>([
  ["bwrap", [], "bubblewrap"],
  ["setpriv", ["bwrap"], "setpriv"],
  ["unshare", ["bwrap", "setpriv"], "util-linux-misc"],
  ["mount", ["bwrap", "setpriv", "unshare"], "mount"],
])(
  "without `%s`: how to install it in the warning, or in the error where it was asked for",
  async (missing, there, apk) => {
    await using rig = storeRig();
    using found = programs(...there);
    const machine = { path: found.path, records: rig.store.records, directory: "/d", installAdvice };
    expect(chooseSandbox({ ...machine, wanted: "auto" })).toMatchObject({
      value: {
        sandbox: { level: "none", identity: "none 2 /d/none" },
        wasTried: false,
        warning: {
          code: "sandbox-missing",
          message: `building without isolation: \`${missing}\` is not installed`,
          notes: ["what is built now is kept apart from what a sandbox builds"],
          help: [`${missing}: ${apk}`],
        },
      },
    });
    expect(chooseSandbox({ ...machine, wanted: "bwrap" })).toMatchObject({
      error: {
        code: "sandbox-missing",
        message: `\`${missing}\` is not installed`,
        help: [`${missing}: ${apk}`],
      },
    });
  },
);

test("where the system refuses namespaces: what it said, and what to allow", async () => {
  await using rig = storeRig();
  using found = programs("bwrap", "setpriv", "unshare", "mount");
  writeFileSync(`${found.path}/unshare`, "#!/bin/sh\necho 'unshare: not permitted' >&2\nexit 1\n");
  const machine = { path: found.path, records: rig.store.records, directory: "/d", installAdvice };
  expect(chooseSandbox({ ...machine, wanted: "bwrap" })).toMatchObject({
    error: {
      message: "the system does not allow user namespaces",
      causes: ["unshare: not permitted"],
      help: [
        "allow them, for example: sysctl kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0",
        "in a container, run it with a seccomp profile that allows `unshare`",
      ],
    },
  });
  recordBwrapWorks(rig.store.records);
  expect(chooseSandbox({ ...machine, wanted: "auto" })).toMatchObject({
    value: { sandbox: { level: "bwrap" } },
  });
});

test("who wants no sandbox is not warned, and nothing is tried", async () => {
  await using rig = storeRig();
  const machine = { path: "", records: rig.store.records, directory: "/d", installAdvice };
  const choice = chooseSandbox({ ...machine, wanted: "none" });
  expect(choice).toMatchObject({ ok: true, value: { sandbox: { level: "none" }, wasTried: false } });
  expect(choice).not.toHaveProperty("value.warning");
});

describeIsolated("bwrap", () => {
  test("is tried once, and then known to work", async () => {
    await using rig = storeRig();
    const machine = { path: host, records: rig.store.records, directory: rig.root, installAdvice };
    for (const wanted of ["auto", "bwrap"] as const) {
      expect(chooseSandbox({ ...machine, wanted })).toEqual({
        ok: true,
        value: { sandbox: bwrap, wasTried: true },
      });
    }
    recordBwrapWorks(rig.store.records);
    expect(chooseSandbox({ ...machine, wanted: "auto" })).toEqual({
      ok: true,
      value: { sandbox: bwrap, wasTried: false },
    });
  });
});

test.each([":", '"', "\\", "$", "\n"])("without isolation, no store has a path with %j", async (odd) => {
  await using rig = storeRig();
  using found = programs();
  const directory = `/a${odd}b`;
  const machine = { path: found.path, records: rig.store.records, directory, installAdvice };
  for (const wanted of ["none", "auto"] as const)
    expect(chooseSandbox({ ...machine, wanted })).toMatchObject({ error: { code: "store-path" } });
});
