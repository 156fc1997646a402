import { spawnSync } from "node:child_process";
import { openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { refuseKilled, systemError } from "../../src/base/systemError.ts";

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (thrown) {
    return thrown;
  }
  throw new Error("nothing was thrown");
}

test("what the system refused, where, and what to do", () => {
  const thrown = thrownBy(() => openSync("/dev/null/a", "r"));
  expect(systemError(thrown, "building")).toEqual({
    code: "not-a-directory",
    message: "building failed: not a directory: `/dev/null/a`",
    notes: [],
    help: ["check the path, or choose another with `--store DIR`"],
    causes: ["ENOTDIR: not a directory, open '/dev/null/a'"],
    status: 1,
  });
});

test("a full disk, whoever notices it", () => {
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  expect(systemError(full, "building")).toMatchObject({ code: "disk-full" });
  const database = new DatabaseSync(":memory:");
  database.exec("PRAGMA max_page_count = 2; CREATE TABLE a (b)");
  const thrown = thrownBy(() => database.exec("INSERT INTO a VALUES (zeroblob(100000))"));
  expect(systemError(thrown, "building")).toMatchObject({ code: "disk-full" });
});

test("a name that is too long", () => {
  const thrown = thrownBy(() => openSync(`/tmp/${"x".repeat(300)}`, "w"));
  expect(systemError(thrown, "fetching")).toMatchObject({ code: "name-too-long" });
});

test("of a path that is as long as the system allows the beginning and the end are shown", () => {
  const path = `/store/${"many/".repeat(1000)}file`;
  const told = systemError(
    thrownBy(() => openSync(path, "w")),
    "building",
  );
  const shown = `/store/${"many/".repeat(28)}…/${"many/".repeat(29)}file`;
  expect(told).toMatchObject({
    code: "name-too-long",
    message: `building failed: the name is too long for the file system: \`${shown}\``,
    causes: [`ENAMETOOLONG: name too long, open '${shown}'`],
  });
});

test("a program that was killed, itself or in a shell", () => {
  refuseKilled("ldd", { exitCode: 1 });
  expect(thrownBy(() => refuseKilled("ldd", { signal: "SIGKILL" }))).toMatchObject({
    message: "`ldd` was ended by SIGKILL",
  });
  const thrown = thrownBy(() => refuseKilled("ldd", { exitCode: 130 }));
  expect(systemError(thrown, "building")).toMatchObject({
    code: "program-killed",
    message: "building failed: a program that it needs was killed: `ldd`",
    causes: ["`ldd` was ended by signal 2"],
  });
});

test("a bug is no system error", () => {
  expect(systemError(new TypeError("x is not a function"), "building")).toBeUndefined();
  expect(
    systemError(Object.assign(new Error("?"), { code: "ERR_INVALID_ARG_TYPE" }), "building"),
  ).toBeUndefined();
  expect(systemError("text", "building")).toBeUndefined();
});

test("of two paths, the one that was written to", () => {
  const refused = Object.assign(new Error("EACCES: permission denied"), {
    code: "EACCES",
    path: "/from",
    dest: "/to",
  });
  expect(systemError(refused, "building")?.message).toBe("building failed: permission denied: `/to`");
});

test.each([
  ["ENOSPC", "disk-full"],
  ["EDQUOT", "disk-full"],
  ["EACCES", "not-permitted"],
  ["EPERM", "not-permitted"],
  ["EROFS", "not-permitted"],
  ["ENOTDIR", "not-a-directory"],
  ["EMFILE", "too-many-files"],
  ["EFBIG", "file-too-large"],
  ["E2BIG", "variable-too-long"],
  ["ENOENT", undefined],
])("%s is told as %s", (code, told) => {
  expect(systemError(Object.assign(new Error("?"), { code }), "building")?.code).toBe(told);
});

test("what SQLite says of a failed write is told as the limit of files where there is one", () => {
  const source = JSON.stringify(join(import.meta.dirname, "../../src/base/systemError.ts"));
  const script = `import { systemError } from ${source};
const thrown = Object.assign(new Error("disk I/O error"), { code: "ERR_SQLITE_ERROR", errcode: 778 });
console.log(systemError(thrown, "building").code);`;
  const told = (limit: string) =>
    spawnSync(
      "sh",
      ["-c", `${limit} exec "$@"`, "sh", process.execPath, "--input-type=module", "-e", script],
      { encoding: "utf8" },
    ).stdout.trim();
  expect([told(""), told("ulimit -f 1000;")]).toEqual(["disk-failed", "file-too-large"]);
});

test("another place is named for what is written to", () => {
  const helpOf = (code: string, path: string | undefined, where: Parameters<typeof systemError>[2]) => {
    const refused = Object.assign(new Error("?"), { code, ...(path !== undefined && { path }) });
    return systemError(refused, "building", where)?.help[0];
  };
  const other = { what: "target directory", option: "--target-dir DIR" };
  const warm = { store: "/store", other };
  expect([
    helpOf("EACCES", "/store/tmp", { store: "/store" }),
    helpOf("EACCES", "/project/a", { store: "/store" }),
    helpOf("EROFS", "/project/a", { store: "/store" }),
    helpOf("ENOTDIR", "/project/a", { store: "/store" }),
    helpOf("ENOTDIR", "/project/target", warm),
    helpOf("EACCES", "/store/units", warm),
    helpOf("ENOSPC", undefined, warm),
  ]).toEqual([
    "make the path writable for you, or choose another store with `--store DIR`",
    "make the path writable for you",
    "act where it is writable, such as in a copy of the project",
    "check the path",
    "check the path, or choose another with `--target-dir DIR`",
    "make the path writable for you, or choose another store with `--store DIR`",
    "free some space, for example with `gantry store gc`, or choose another place with `--target-dir DIR`",
  ]);
});
