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
    '`args.0` of `service` must be a text without line breaks, and is `"a\nExecStartPost=b"`',
  ],
  [
    { environment: { "A=B": "" } },
    '`environment.A=B` of `service` must be a name of letters, digits and `_`, and is `"A=B"`',
  ],
])("what a unit could not say is refused: %j", (args, message) => {
  expect(messageOf(args)).toBe(message);
});

test("a directive that is not among those of hardening is refused, since it would have no effect", () => {
  expect(messageOf({ hardening: { MemoryDenyWriteExcute: false } })).toMatch(
    /^`hardening\.MemoryDenyWriteExcute` of `service` must be one of `DynamicUser`, `UMask`, .* and is `"MemoryDenyWriteExcute"`$/,
  );
});
