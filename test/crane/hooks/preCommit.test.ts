import { expect, test } from "vitest";
import { pkgs } from "../../../src/crane/pkgs/pkgs.ts";
import { tools } from "../../../src/crane/tools/tools.ts";
import { hooksOf } from "../../../src/derivation/commitHooks.ts";
import { walkSteps } from "../../../src/derivation/steps.ts";
import { libOf } from "../lib.ts";
import { refusalOf } from "../refusalOf.ts";

const lib = libOf();
const src = lib.cleanCargoSource(".");

test("each hook that is enabled is a step of its own, and the check is their outputs", () => {
  const check = lib.preCommit({
    src,
    hooks: {
      shellcheck: true,
      rustfmt: { settings: { config: { max_width: 110 } } },
      clippy: { settings: { denyWarnings: true, allowedLints: ["clippy::all"] } },
      "cargo-check": true,
      taplo: false,
      nixfmt: { enable: false },
      spelling: { entry: ["typos"], package: tools.crate("typos-cli"), types: ["text"] },
    },
  });
  expect(check.name).toBe("app-hooks");
  expect(check.phases).toEqual([]);
  const commands = hooksOf(check)?.hooks.map(({ id, at, entry, step }) => [
    ...[id, at, entry.join(" "), step.name],
    step.phases.map((phase) => (phase.type === "run" ? phase.argv.slice(0, 5).join(" ") : "")).join(),
  ]);
  expect(commands).toEqual([
    ["shellcheck", "command", "shellcheck", "app-shellcheck", "sh /build/hook/run shellcheck shellcheck"],
    [
      ...["rustfmt", "rustfmt", "cargo fmt --all -- --config max_width=110", "app-fmt"],
      "cargo fmt --all -- --check",
    ],
    [
      ...["clippy", "step", "cargo clippy --offline -- -D warnings -A clippy::all", "app-clippy"],
      "cargo clippy --message-format json-diagnostic-rendered-ansi --profile",
    ],
    [
      ...["cargo-check", "step", "cargo check", "app-check"],
      "cargo check --message-format json-diagnostic-rendered-ansi --profile",
    ],
    ["spelling", "command", "typos", "app-spelling", "sh /build/hook/run spelling typos"],
  ]);
  // What goes through the data of steps, as a shell for their inputs, meets each of them once.
  expect(Object.keys(check)).not.toContain("preCommit");
  const names = walkSteps([check]).map((step) => step.name);
  expect(names).toEqual([
    ...["app-shellcheck", "app-fmt", "app-clippy-deps", "app-clippy", "app-check-deps", "app-check"],
    ...["app-spelling", "app-hooks"],
  ]);
});

test("a hook looks at all files that git does not ignore, and one that compiles at the source", () => {
  const hooks = hooksOf(lib.preCommit({ src, hooks: { nixfmt: true, clippy: true } }))?.hooks ?? [];
  const everything = { type: "source", root: ".", filter: { kind: "everything" } };
  expect(hooks.map(({ step }) => step.mounts["/build/source"])).toEqual([
    {
      ...everything,
      filter: { kind: "intersection", of: [everything.filter, { kind: "globs", patterns: ["**/*.nix"] }] },
    },
    src,
  ]);
  expect(hooks.map(({ packages }) => packages)).toEqual([[tools.nixfmt()], []]);
});

test("a hook has the fields and defaults of git-hooks.nix", () => {
  const check = lib.preCommit({
    src,
    excludes: ["^vendor/"],
    default_stages: ["pre-push"],
    hooks: {
      shellcheck: { args: ["-x"], excludes: ["\\.bats$"] },
      todo: {
        ...{
          entry: ["grep", "-n", "TODO"],
          files: "\\.rs$",
          types_or: ["text"],
          exclude_types: ["executable"],
        },
        ...{ pass_filenames: false, always_run: true, fail_fast: true, require_serial: true, verbose: true },
        ...{ stages: ["manual"], name: "to do", extraPackages: [pkgs.cmake] },
      },
    },
  });
  const shown = hooksOf(check)?.hooks.map(({ step: _, ...hook }) => hook);
  expect(shown).toEqual([
    {
      ...{ id: "shellcheck", name: "shellcheck", description: "find mistakes in shell scripts" },
      ...{ entry: ["shellcheck", "-x"], at: "command", stages: ["pre-push"], packages: [pkgs.shellcheck] },
      ...{ passFilenames: true, alwaysRun: false, failFast: false, requireSerial: false, verbose: false },
      select: {
        ...{ files: "", excludes: ["^vendor/", "\\.bats$"], types: ["shell"], typesOr: [], excludeTypes: [] },
      },
    },
    {
      ...{ id: "todo", name: "to do", description: "", entry: ["grep", "-n", "TODO"], at: "command" },
      ...{ stages: ["manual"], packages: [pkgs.cmake] },
      ...{ passFilenames: false, alwaysRun: true, failFast: true, requireSerial: true, verbose: true },
      select: {
        ...{ files: "\\.rs$", excludes: ["^vendor/"], types: ["file"] },
        ...{ typesOr: ["text"], excludeTypes: ["executable"] },
      },
    },
  ]);
});

test("what is wrong with a hook is refused, and the remedy is named", () => {
  const refused = (hooks: object) => {
    const { message, notes, help } = refusalOf(() => lib.preCommit({ src, hooks: { ...hooks } }));
    return [message, ...notes, ...help];
  };
  expect(refused({ rustfnt: true })).toEqual(["there is no hook `rustfnt`", "did you mean `rustfmt`?"]);
  expect(refused({ spelling: { files: "x" } })).toEqual([
    "the hook `spelling` has no `entry`",
    "known by name are `rustfmt`, `clippy`, `cargo-check`, `taplo`, `nixfmt`, `shellcheck`",
    'say what it runs: spelling: { entry: ["PROGRAM", "ARGUMENT"], files: "\\\\.txt$" }',
  ]);
  expect(refused({ a: { entry: "typos --format brief" } })).toEqual([
    '`entry` of `hooks.a` must be a list, and is `"typos --format brief"`',
    'write the words as a list: entry: ["typos","--format","brief"]',
  ]);
  expect(refused({ clippy: { settings: { denyWarning: true } } })).toEqual([
    "`hooks.clippy.settings` takes no argument `denyWarning`",
    "did you mean `denyWarnings`?",
  ]);
  expect(refused({ shellcheck: { settings: {} } })[0]).toBe(
    "`hooks.shellcheck` takes no argument `settings`",
  );
  expect(refused({ shellcheck: { types: ["shel"] } })).toEqual([
    '`types.0` of `hooks.shellcheck` must be a type of files, such as `"rust"`, `"shell"` or `"text"` (did you mean `"shell"`?), and is `"shel"`',
  ]);
  expect(refused({ shellcheck: { excludes: ["("] } })[0]).toBe(
    '`excludes.0` of `hooks.shellcheck` must be a regular expression, as JavaScript and Python both have them, and is `"("`',
  );
});
