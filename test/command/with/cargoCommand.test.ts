import { expect, test } from "vitest";
import { cargoCommand } from "../../../src/command/with/cargoCommand.ts";
import { runWith } from "../../../src/command/with/runWith.ts";

const external = (verb: string): boolean => verb === "clippy" || verb === "nextest";

function commandLine(line: string): string | undefined {
  const command = cargoCommand(line.split(" "), external);
  return command.ok && command.value.type === "cargo"
    ? command.value.commandLine(["F"]).join(" ")
    : undefined;
}

test.for([
  ["cargo build", "cargo F build"],
  ["/opt/cargo test --locked -- name", "/opt/cargo F test --locked -- name"],
  ["cargo run a -- b", "cargo F run a -- b"],
  ["cargo +nightly -v run", "cargo +nightly F -v run"],
  ["cargo clippy", "cargo F clippy F"],
  ["cargo +1.95 clippy --all -- -D warnings", "cargo +1.95 F clippy --all F -- -D warnings"],
  ["cargo --color always nextest run x", "cargo F --color always nextest run x F"],
  ["cargo --version", "cargo F --version"],
] as const)("`%s` becomes `%s`", ([line, expected]) => {
  expect(commandLine(line)).toBe(expected);
});

test.for([
  ["cargo build --offline", true],
  ["cargo build --frozen", true],
  ["cargo run -- --offline", false],
] as const)("`%s` is offline: %s", ([line, offline]) => {
  const command = cargoCommand(line.split(" "), external);
  expect(command.ok && command.value.type === "cargo" && command.value.offline).toBe(offline);
});

test.for([
  ["gantry build -p a", ["build", "-p", "a"]],
  ["./gantry -C x run -- y", ["-C", "x", "run", "--", "y"]],
  ["cargo gantry check fmt", ["check", "fmt"]],
] as const)("`%s` is Gantry's own", ([line, words]) => {
  expect(cargoCommand(line.split(" "), external)).toEqual({ ok: true, value: { type: "gantry", words } });
});

test.for([
  ["make all", "`make` cannot be given overrides"],
  ["gantry vendor", "`gantry vendor` takes no overrides"],
] as const)("`%s` is refused", ([line, message]) => {
  const command = cargoCommand(line.split(" "), external);
  expect(command.ok ? "" : [command.error.code, command.error.message]).toEqual(["with-command", message]);
});

test("so is nothing at all", () => {
  const command = cargoCommand([], external);
  expect(command.ok ? "" : command.error.message).toBe("no command was given");
});

test("a command without `--` before it is told of, with the line as it should be", async () => {
  const overrides = ["itoa=../itoa", "cargo", "build"];
  const { signal } = new AbortController();
  const refused = await runWith({ overrides, command: [], cwd: "/", offline: true, signal }, () => {});
  expect(refused.ok ? "" : [refused.error.message, ...refused.error.help]).toEqual([
    "`--` is missing before the command `cargo`",
    "gantry with itoa=../itoa -- cargo build",
  ]);
});
