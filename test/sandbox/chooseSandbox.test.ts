import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { chooseSandbox } from "../../src/sandbox/chooseSandbox.ts";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { storeRig } from "../store/rig.ts";

const installAdvice = (names: { apk?: readonly string[] }, program: string) => `${program}: ${names.apk}`;

describeIsolated("where namespaces can be had", () => {
  test.each(["auto", "full", "bwrap"] as const)(
    "`%s` is the full sandbox, whose program is compiled once",
    async (wanted) => {
      await using rig = storeRig();
      const machine = { store: rig.store, env: process.env, installAdvice };
      const choice = await chooseSandbox({ ...machine, wanted });
      expect(choice).toMatchObject({ value: { sandbox: { level: "full", observes: true } } });
      expect(choice).not.toHaveProperty("value.warning");
      // Neither compiled nor tried again: no program is found here.
      expect(await chooseSandbox({ ...machine, env: { PATH: "" }, wanted })).toMatchObject({
        value: { sandbox: { level: "full" } },
      });
    },
  );
});

describeIsolated("where nothing can be written to but the store", () => {
  test("the program that enters the sandbox is compiled all the same", () => {
    const directory = mkdtempSync("/var/tmp/gantry-store-");
    onTestFinished(() => rmSync(directory, { recursive: true }));
    // A compiler writes into these, and else where it is started.
    const script = `mount --bind ${directory} /mnt
for each in /tmp /var/tmp "$1"; do
  mount --rbind "$each" "$each"
  mount -o remount,bind,ro "$each"
done
shift
exec "$@"`;
    const sources = join(import.meta.dirname, "../../src/sandbox/entry");
    const through = ["--user", "--map-root-user", "--mount", "sh", "-e", "-c", script, "sh", sources];
    const [auto] = chosenThrough(through, "/mnt/store");
    expect(auto).toEqual({ level: "full" });
  });
});

test("who wants no sandbox is not warned, and nothing is compiled", async () => {
  await using rig = storeRig();
  const choice = await chooseSandbox({ store: rig.store, env: {}, installAdvice, wanted: "none" });
  expect(choice).toMatchObject({ ok: true, value: { sandbox: { level: "none" } } });
  expect(choice).not.toHaveProperty("value.warning");
});

test.each(["none", "landlock"] as const)(
  "at the level `%s` no store has a path that it could not be told by",
  async (wanted) => {
    await using rig = storeRig();
    for (const odd of [":", '"', "\\", "$", "\n"]) {
      const store = {
        root: `/a${odd}b`,
        records: rig.store.records,
        tempDir: rig.store.tempDir,
        addTree: rig.store.addTree,
        pathOf: rig.store.pathOf,
      };
      expect(await chooseSandbox({ store, env: process.env, installAdvice, wanted })).toMatchObject({
        error: { code: "store-path" },
      });
    }
  },
);

const source = (path: string) => JSON.stringify(join(import.meta.dirname, "../../src", path));

/** What is chosen by a program that is started through another one, which ends with the words of a third. */
function chosenThrough(through: readonly string[], root: string): object[] {
  const script = `import { chooseSandbox } from ${source("sandbox/chooseSandbox.ts")};
import { openStore } from ${source("store/openStore.ts")};
const store = openStore(process.argv[1]).value;
const found = [];
for (const wanted of ["auto", "full", "landlock", "none"]) {
  const { value, error } = await chooseSandbox({ wanted, store, env: { PATH: process.env.PATH }, installAdvice: () => "" });
  const { message, help } = value?.warning ?? error ?? {};
  found.push({ level: value?.sandbox.level, message, help });
}
console.log(JSON.stringify(found));`;
  return printedThrough(through, script, root);
}

function printedThrough(through: readonly string[], script: string, root: string): object[] {
  const program = [process.execPath, "--input-type=module", "--eval", script, root];
  const ran = spawnSync("unshare", [...through, ...program], { encoding: "utf8" });
  return JSON.parse(ran.stdout || ran.stderr) as object[];
}

describeIsolated("where namespaces are refused", () => {
  // In a user namespace whose own limit is 0.
  const refusing = [
    "--user",
    "--map-root-user",
    "sh",
    "-c",
    'echo 0 >/proc/sys/user/max_user_namespaces; exec "$@"',
    "sh",
  ];

  test("`auto` goes on with a warning that names the setting, with the level that is next; `full` is an error", async () => {
    await using rig = storeRig();
    rig.close();
    const [auto, full, landlock, none] = chosenThrough(refusing, rig.root);
    const help = [
      "sudo sysctl --write user.max_user_namespaces=15000",
      "and for good: echo user.max_user_namespaces=15000 | sudo tee /etc/sysctl.d/90-gantry.conf",
    ];
    const message = "the system does not allow user namespaces";
    expect(full).toEqual({ message, help });
    expect(none).toEqual({ level: "none" });
    const hasLandlock = "level" in (landlock ?? {});
    const [level, how] = hasLandlock ? ["landlock", "with less isolation"] : ["none", "without isolation"];
    expect(auto).toEqual({ level, message: `building ${how}: ${message}`, help });
  });

  test("a limit that is reached while a build runs is named, with what to do", async () => {
    await using rig = storeRig();
    rig.close();
    const script = `import { writeFileSync } from "node:fs";
import { chooseSandbox } from ${source("sandbox/chooseSandbox.ts")};
import { openStore } from ${source("store/openStore.ts")};
const store = openStore(process.argv[1]).value;
const { value } = await chooseSandbox({ wanted: "full", store, env: process.env, installAdvice: () => "" });
await using scratch = await store.tempDir("run");
const mounts = [{ at: "/usr", kind: "read-only", directories: ["/usr"] }];
const instance = value.sandbox.enter({ mounts, scratch: ["/tmp"] }, scratch.path);
const signal = new AbortController().signal;
const run = () => instance.run({ argv: ["/usr/bin/true"], cwd: "/", env: {}, onLine() {}, signal });
const before = await run();
writeFileSync("/proc/sys/user/max_user_namespaces", "1");
console.log(JSON.stringify([before, await run()]));`;
    const [before, after] = printedThrough(["--user", "--map-root-user"], script, rig.root);
    expect(before).toMatchObject({ value: { status: 0 } });
    expect(after).toMatchObject({
      error: {
        code: "sandbox-failed",
        message:
          "the sandbox could not be set up for `/usr/bin/true`: all namespaces are in use that the system allows you: `user.max_user_namespaces` is 1",
        // The namespaces of the first command may be there for a moment.
        causes: [
          expect.stringMatching(
            /^cannot make (?:a|the command's) user namespace: the system allows no more of them \(ENOSPC\)$/,
          ),
        ],
        help: [
          "sudo sysctl --write user.max_user_namespaces=15000",
          "and for good: echo user.max_user_namespaces=15000 | sudo tee /etc/sysctl.d/90-gantry.conf",
          "or end what has them, such as containers and browsers: lsns --type user",
        ],
      },
    });
  });

  test("root without rights has the next level, too, and is told which right it lacks", async () => {
    await using rig = storeRig();
    rig.close();
    const without = ["--user", "--map-root-user", "setpriv", "--bounding-set=-all", "--inh-caps=-all"];
    const [auto, full, landlock] = chosenThrough(without, rig.root);
    const [ofAll] = chosenThrough(refusing, rig.root);
    const message = "root is not allowed to make user namespaces without the capability CAP_SETFCAP";
    expect(full).toMatchObject({ message });
    const level = (of: object | undefined) => (of && "level" in of ? of.level : undefined);
    expect(level(auto)).toBe(level(ofAll));
    expect(level(landlock)).toBe(level(auto) === "landlock" ? "landlock" : undefined);
  });
});
