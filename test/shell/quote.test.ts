import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import type { ShellEnvironment } from "../../src/shell/environment.ts";
import { printedEnvironment, type ShellFormat } from "../../src/shell/printed.ts";
import { isOnPath } from "../../src/tree/files.ts";
import { notCovered } from "../rig/notCovered.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";

const values = {
  SPACE: "/a path/with spaces",
  QUOTES: `it's "so" '' \\' r#'raw'##`,
  MANY: "first\nsecond\n",
  DOLLARS: "$HOME `id` $(id) \\$ %s !! *",
  UNICODE: "grün → 木",
  EMPTY: "",
  END: "ends with \\",
} as const;

const environment: ShellEnvironment = {
  name: "default",
  root: "/a project",
  parts: [],
  path: ["/opt/it's here/bin", "/opt/other/bin"],
  env: values,
  trees: [],
  madeFrom: [],
  sourceMap: [],
  notes: [],
};

const printed = (format: ShellFormat, of: Partial<ShellEnvironment> = {}) =>
  printedEnvironment({ ...environment, ...of }, format, { root: "/a project" });

const program = `process.stdout.write(JSON.stringify([process.env.PATH, ${JSON.stringify(Object.keys(values))}.map((name) => process.env[name])]))`;
const node = process.execPath;

test.each([
  ["sh", "sh", ["-c"]],
  ["sh", "bash", ["--norc", "-c"]],
  ["sh", "zsh", ["-c"]],
  ["direnv", "bash", ["--norc", "-c"]],
  ["fish", "fish", ["--no-config", "-c"]],
] as const)("what is printed by --%s has its values in %s", (format, shell, words) => {
  if (!isOnPath(shell, process.env))
    return notCovered(`gantry env --${format}`, `${shell} (apt install ${shell})`);
  const text = valueOfResult(printed(format));
  const out = execFileSync(shell, [...words, `${text}\n'${node}' -e '${program}'`], {
    env: { PATH: "/usr/bin:/bin" },
    encoding: "utf8",
  });
  expect(JSON.parse(out)).toEqual(["/opt/it's here/bin:/opt/other/bin:/usr/bin:/bin", Object.values(values)]);
});

test("to set it twice changes nothing more", () => {
  const text = valueOfResult(printed("sh"));
  const path = execFileSync("sh", ["-c", `${text}${text}echo "$PATH"`], {
    env: { PATH: "/bin" },
    encoding: "utf8",
  });
  expect(path).toBe("/opt/it's here/bin:/opt/other/bin:/bin\n");
});

test("a `.env` has what all its readers take alike, and nothing else", () => {
  const { SPACE, DOLLARS, UNICODE, EMPTY } = values;
  const text = valueOfResult(
    printed("dotenv", { env: { URL: "sqlite:dev.db", SPACE, DOLLARS, UNICODE, EMPTY, APOSTROPHE: "it's" } }),
  );
  expect(text).toBe(
    `URL=sqlite:dev.db\nSPACE='/a path/with spaces'\nDOLLARS='${DOLLARS}'\nUNICODE='grün → 木'\nEMPTY=''\nAPOSTROPHE="it's"\n`,
  );
  const refused = printed("dotenv");
  expect(refused.ok ? undefined : refused.error.message).toBe(
    "a `.env` cannot have the value of `QUOTES`, `MANY`, `END` so that all its readers understand it",
  );
});

test("for programs it is JSON", () => {
  const text = valueOfResult(printed("json", { shellHook: "true" }));
  const { name, root, path, env } = environment;
  expect(JSON.parse(text)).toEqual({ version: 1, name, root, path, env, shellHook: "true" });
});
