import * as v from "valibot";
import { diagnostic } from "../../base/diagnostic.ts";
import type { Derivation } from "../../derivation/model.ts";
import {
  type HealthCheck,
  type hardening,
  type Port,
  portMark,
  type Service,
  type Setting,
  type SettingsFormat,
  type SettingsTable,
  type SettingsValue,
  settingsFormats,
  settingsMark,
} from "../../derivation/service.ts";
import { byName } from "../arguments/byName.ts";
import type { LibContext } from "../arguments/libContext.ts";
import { refuse, type Schema } from "../arguments/refuse.ts";
import { bareLine, directive, line, plainHardening, settingsTable, urlPath } from "./serviceValues.ts";

/** Named as what NixOS's modules have. */
export type ServiceArgs = {
  /** The step that builds the program; it has to be among the project's packages. */
  readonly package: Derivation;
  /** Of the package's programs. Default: its only one, or the one that is called as the package. */
  readonly program?: string;
  /** In a line, for people. Default: the service's name. */
  readonly description?: string;
  /** Of the program. `{port}` in them is the port, `{settings}` the file of `settings`. Default: none. */
  readonly args?: readonly string[];
  /** Variables. `{port}` in a value is the port. Nothing secret. Default: none. */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * What the program reads in a file, whose path it is told by `{settings}`: `args: ["--config", "{settings}"]`. Whoever installs
   * it may change what it says, and add to it. `{port}` in a text is the port. Nothing secret. Default: it reads none.
   */
  readonly settings?: SettingsTable;
  /** How they are written. Default: `toml`. */
  readonly settingsFormat?: SettingsFormat;
  /**
   * A file on the machine that it runs on with further variables, `NAME=value` in a line: secrets. It must be there. Default:
   * `/etc/NAME.env` in a plain unit, where that is, and none in the NixOS module.
   */
  readonly environmentFile?: string;
  /** The port that it listens on, told to it by `{port}`; `8080` is that of TCP. Default: none. */
  readonly port?: number | string;
  /** Those that it listens on besides, or that it does not let anybody choose. Default: none. */
  readonly otherPorts?: readonly (number | string)[];
  /** Whom it runs as. One that the machine does not have is there while it runs. Default: called as the service. */
  readonly user?: string;
  /** Default: called as the user. */
  readonly group?: string;
  /** A directory below `/var/lib` that is its own, and in which it starts. Default: none, and it can write nowhere. */
  readonly stateDirectory?: string;
  /** How to see that it works: `{ path: "/health" }` at its port, or `{ command: ["server", "--ping"] }`. Default: none. */
  readonly healthCheck?: HealthCheck;
  /** What it needs otherwise of what systemd is to keep it from; `false` leaves one out. Default: nothing. */
  readonly hardening?: Readonly<Partial<Record<keyof typeof hardening, Setting>>>;
};

const account = v.pipe(
  v.string(),
  v.check(isServiceName, "a name of lower-case letters, digits, `_` and `-`, of at most 31"),
);
const port = v.pipe(
  v.unknown(),
  v.check((given) => portOf(given) !== undefined, 'a port, such as `8080` or `"53/udp"`'),
);
export const serviceSchema = {
  package: v.looseObject(
    { type: v.literal("derivation", "a step, such as that of `crane.buildPackage`") },
    "a step, such as that of `crane.buildPackage`",
  ),
  program: v.optional(
    v.pipe(
      v.string(),
      v.check((name) => /^[^/\s\p{Cc}]+$/u.test(name), "the name of a program, without `/`"),
    ),
  ),
  description: v.optional(bareLine),
  args: v.optional(v.array(line)),
  environment: v.optional(
    byName(
      line,
      v.pipe(
        v.string(),
        v.check((name) => /^[A-Za-z_]\w*$/.test(name), "a name of letters, digits and `_`"),
      ),
    ),
  ),
  settings: v.optional(settingsTable),
  settingsFormat: v.optional(v.picklist(settingsFormats)),
  environmentFile: v.optional(
    v.pipe(
      bareLine,
      v.check((path) => path.startsWith("/"), "an absolute path"),
    ),
  ),
  port: v.optional(port),
  otherPorts: v.optional(v.array(port)),
  user: v.optional(account),
  group: v.optional(account),
  stateDirectory: v.optional(
    v.pipe(
      v.string(),
      v.check((path) => /^\w[\w.-]*(\/\w[\w.-]*)*$/.test(path), "a directory below `/var/lib`"),
    ),
  ),
  healthCheck: v.optional(
    v.union([
      v.strictObject({ path: urlPath }),
      v.strictObject({ command: v.pipe(v.array(line), v.minLength(1, "a list with a program")) }),
    ]),
  ),
  hardening: v.optional(directive),
} satisfies Schema<ServiceArgs>;

/** Whether systemd takes it for a user, which a service is called as. */
export function isServiceName(name: string): boolean {
  return /^[a-z_][a-z0-9_-]{0,30}$/.test(name);
}

function portOf(given: unknown): Port | undefined {
  if (typeof given !== "number" && typeof given !== "string") return undefined;
  const [, digits = "", protocol = "tcp"] = /^(\d{1,5})(?:\/(tcp|udp))?$/.exec(String(given)) ?? [];
  const number = Number(digits);
  if (digits === "" || number < 1 || number > 65_535) return undefined;
  return { number, protocol: protocol === "udp" ? "udp" : "tcp" };
}

/**
 * A server as an operating system starts it: `gantry eject flake` makes a NixOS module of it, and `gantry eject systemd` a unit
 * of systemd, both of which keep it from whatever a server does not need.
 *
 * @throws Refused: `configuration-argument`, `service-port`, `service-settings`, `service-user`
 * @example
 * const server = crane.service({
 *   package: app,
 *   port: 8080,
 *   args: ["--listen", "0.0.0.0:{port}"],
 *   healthCheck: { path: "/health" },
 * });
 */
export function service(_: LibContext, args: ServiceArgs): Service {
  const {
    args: words = [],
    environment = {},
    otherPorts = [],
    hardening: other = {},
    port: own,
    settings: values,
    settingsFormat: format = "toml",
    ...rest
  } = args;
  const chosen = own === undefined ? undefined : portOf(own);
  const told = [...words, ...Object.values(environment)];
  const isTold = tellsPort([...told, ...(values ? textsIn(values) : [])]);
  const isNamed = told.some((text) => text.includes(settingsMark));
  if (values && !isNamed) refuse(settingsUnread());
  if (!values && isNamed) refuse(settingsMissing());
  if (chosen && !isTold) refuse(portUnused(chosen));
  if (!chosen && isTold) refuse(portMissing());
  const { healthCheck } = rest;
  if (healthCheck && "command" in healthCheck && !chosen && tellsPort(healthCheck.command))
    refuse(portMissing());
  const hardened = plainHardening(other);
  if (rest.user === "root" && hardened.DynamicUser !== false) refuse(rootIsThere());
  const http = [chosen ?? [], otherPorts.flatMap((each) => portOf(each) ?? [])].flat();
  if (healthCheck && "path" in healthCheck && !http.some(({ protocol }) => protocol === "tcp"))
    refuse(nowhereToAsk());
  return {
    type: "service",
    ...rest,
    ...(chosen && { port: chosen }),
    args: words,
    environment,
    otherPorts: otherPorts.flatMap((each) => portOf(each) ?? []),
    ...(values && { settings: { format, values } }),
    hardening: hardened,
  };
}

function tellsPort(texts: readonly string[]): boolean {
  return texts.some((text) => text.includes(portMark));
}

/** With `DynamicUser=yes` systemd takes a user that the machine has: the service would be root, and the unit look as if not. */
function rootIsThere() {
  return diagnostic(
    "service-user",
    "`user` is `root`, whom every machine has, and `DynamicUser` makes none",
    {
      help: [
        "leave `user` out: the program runs as a user that exists only while it runs",
        "where it has to be root, say so: hardening: { DynamicUser: false }",
      ],
      status: 2,
    },
  );
}

function portUnused({ number }: Port) {
  return diagnostic("service-port", `nothing tells the program of the port ${number}`, {
    notes: ["whoever installs the service may choose another one, which the program would not hear of"],
    help: [
      `say where it goes: args: ["--port", "${portMark}"], or environment: { PORT: "${portMark}" }`,
      `a port that cannot be chosen is another one: otherPorts: [${number}]`,
    ],
    status: 2,
  });
}

function textsIn(value: SettingsValue): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" ? Object.values(value).flatMap((each) => textsIn(each)) : [];
}

function settingsUnread() {
  return diagnostic("service-settings", "nothing tells the program of the file of `settings`", {
    help: [
      `say how it is told: args: ["--config", "${settingsMark}"], or environment: { CONFIG: "${settingsMark}" }`,
    ],
    status: 2,
  });
}

function settingsMissing() {
  return diagnostic(
    "service-settings",
    `\`${settingsMark}\` stands for the file of \`settings\`, which are not said`,
    {
      help: ["say them, if only as an empty object: settings: {}"],
      status: 2,
    },
  );
}

function portMissing() {
  return diagnostic("service-port", `\`${portMark}\` stands for the \`port\`, which is not said`, {
    help: ["say it: port: 8080"],
    status: 2,
  });
}

function nowhereToAsk() {
  return diagnostic("service-port", "`healthCheck` names a path, and the service has no port of TCP", {
    help: [
      "say which it listens on: port: 8080",
      'or a command: healthCheck: { command: ["server", "--ping"] }',
    ],
    status: 2,
  });
}
