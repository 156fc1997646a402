import { expect, test } from "vitest";
import { libOf } from "../lib.ts";
import { refusalOf } from "../refusalOf.ts";

const lib = libOf();
const app = lib.buildPackage({ src: lib.cleanCargoSource(".") });
type Args = Parameters<typeof lib.service>[0];

const messageOf = (args: object) => refusalOf(() => lib.service({ package: app, ...args } as Args)).message;

test("a service is what it was described as, with its ports as numbers", () => {
  expect(lib.service({ package: app, port: 8080, otherPorts: ["53/udp"], args: ["{port}"] })).toEqual({
    type: "service",
    package: app,
    port: { number: 8080, protocol: "tcp" },
    otherPorts: [{ number: 53, protocol: "udp" }],
    args: ["{port}"],
    environment: {},
    hardening: {},
  });
});

test.each([
  [{ port: 8080 }, "nothing tells the program of the port 8080"],
  [{ args: ["{port}"] }, "`{port}` stands for the `port`, which is not said"],
  [{ healthCheck: { path: "/" } }, "`healthCheck` names a path, and the service has no port of TCP"],
  [
    { port: 70_000, args: ["{port}"] },
    '`port` of `service` must be a port, such as `8080` or `"53/udp"`, and is `70000`',
  ],
  [
    { user: "Me" },
    '`user` of `service` must be a name of lower-case letters, digits, `_` and `-`, of at most 31, and is `"Me"`',
  ],
  [
    { args: ["a\nExecStartPost=b"] },
    '`args.0` of `service` must be a text without line breaks and control characters, and is `"a\nExecStartPost=b"`',
  ],
  [
    { environment: { "A=B": "" } },
    '`environment.A=B` of `service` must be a name of letters, digits and `_`, and is `"A=B"`',
  ],
])("what a unit could not say is refused: %j", (args, message) => {
  expect(messageOf(args)).toBe(message);
});

const holed = [1];
holed[2] = 3;
const endless: { self?: unknown } = {};
endless.self = { endless };

test.each([
  [{ environment: { A: "\u001b[2J" } }, "`environment.A`"],
  [{ description: "ends in \\" }, "`description`"],
  [{ description: "at {port}" }, "`description`"],
  [{ environmentFile: "/etc/x\\" }, "`environmentFile`"],
  [{ hardening: { ProtectHome: "\\" } }, "`hardening.ProtectHome`"],
  [{ hardening: { DynamicUser: "maybe" } }, "`hardening.DynamicUser`"],
  [{ hardening: { UMask: true } }, "`hardening.UMask`"],
  [{ hardening: { SystemCallFilter: ["@system-service", "a b\\"] } }, "`hardening.SystemCallFilter`"],
  [{ port: [8080], args: ["{port}"] }, "`port`"],
  [{ port: 80, args: ["{port}"], healthCheck: { path: "/a b" } }, "`healthCheck.path`"],
  [{ port: 80, args: ["{port}"], healthCheck: { path: "/[1-9]" } }, "`healthCheck.path`"],
])("a value that systemd or curl would take for another is refused: %j", (args, place) => {
  expect(messageOf(args)).toContain(`${place} of \`service\` must be `);
});

const kinds = "a text, a number, `true`, `false`, a list or a plain object";
test.each([
  [{ a: null }, `\`settings.a\` of \`service\` must be ${kinds}, and is \`null\``],
  [{ a: undefined }, `\`settings.a\` of \`service\` must be ${kinds}, and is \`undefined\``],
  [{ a: [{ at: new Date(0) }] }, `\`settings.a.0.at\` of \`service\` must be ${kinds}, and is \`Date\``],
  [{ a: new Map() }, `\`settings.a\` of \`service\` must be ${kinds}, and is \`Map\``],
  [{ a: 5n }, `\`settings.a\` of \`service\` must be ${kinds}, and is \`5n\``],
  [new Map(), "`settings` of `service` must be a plain object, and is `Map`"],
  [{ a: holed }, `\`settings.a.1\` of \`service\` must be ${kinds}, and is \`undefined\``],
  [{ a: Number.NaN }, "`settings.a` of `service` must be a finite number, and is `NaN`"],
  [
    { a: 2 ** 60 },
    "`settings.a` of `service` must be an integer of at most 2^53 - 1, beyond which JavaScript does not count exactly; as a text it is exact, and is `1152921504606847000`",
  ],
  [
    endless,
    "`settings.self.endless` of `service` must be an object that does not contain itself, and is `an object`",
  ],
  [
    { a: "in {settings}" },
    '`settings.a` of `service` must be a text without `{settings}`: a file cannot say where it lies, and is `"in {settings}"`',
  ],
  [
    { "{port}": 1 },
    "`settings.{port}` of `service` must be called otherwise: in a name nothing replaces `{port}`, and is `1`",
  ],
])("what a configuration file cannot say is refused by its path: %#", (settings, message) => {
  expect(messageOf({ args: ["{settings}"], settings })).toBe(message);
});

test("one object may be in settings twice, and booleans of systemd are such", () => {
  const limits = { at: 2.5, to: 2 ** 53 - 1 };
  const settings = { a: limits, b: [limits] };
  expect(lib.service({ package: app, args: ["{settings}"], settings }).settings?.values).toEqual(settings);
  expect(lib.service({ package: app, hardening: { DynamicUser: "off", PrivateTmp: "1" } }).hardening).toEqual(
    {
      DynamicUser: false,
      PrivateTmp: true,
    },
  );
});

test("root is asked for twice, since systemd takes a user that is there", () => {
  expect(messageOf({ user: "root" })).toBe(
    "`user` is `root`, whom every machine has, and `DynamicUser` makes none",
  );
  expect(lib.service({ package: app, user: "root", hardening: { DynamicUser: false } }).user).toBe("root");
});

test("a directive that is not among those of hardening is refused, since it would have no effect", () => {
  expect(messageOf({ hardening: { MemoryDenyWriteExcute: false } })).toMatch(
    /^`hardening\.MemoryDenyWriteExcute` of `service` must be one of `DynamicUser`, `UMask`, .* and is `"MemoryDenyWriteExcute"`$/,
  );
});
