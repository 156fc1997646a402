import type { Derivation } from "./model.ts";

/**
 * A program that an operating system keeps running, as plain data: the NixOS module and the unit of systemd are made from the
 * same one, so that they cannot say different things.
 */
export type Service = {
  readonly type: "service";
  readonly package: Derivation;
  /** Of the package's. Default: its only one, or the one that is called as it. */
  readonly program?: string;
  /** For people, in a line. Default: its name. */
  readonly description?: string;
  /** `{port}` in them, and in values of `environment`, is the port, and `{settings}` where the file of `settings` lies. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** What the program reads in a file, whose values whoever installs it may change. Default: it reads none. */
  readonly settings?: Settings;
  /** A file of further variables, which is no part of the description: secrets. Absolute. */
  readonly environmentFile?: string;
  /** One that whoever installs it may choose; what the program is told it by has `{port}`. Default: none. */
  readonly port?: Port;
  /** Those that cannot be chosen. */
  readonly otherPorts: readonly Port[];
  /** Default: one of the service's name, which there is only while it runs. */
  readonly user?: string;
  /** Default: called as the user. */
  readonly group?: string;
  /** Below `/var/lib`, where the program starts, and the only place where it can write what stays. Default: none. */
  readonly stateDirectory?: string;
  readonly healthCheck?: HealthCheck;
  /** What it goes without, or has otherwise, of `hardening`. */
  readonly hardening: Readonly<Record<string, Setting>>;
};

export type Port = { readonly number: number; readonly protocol: "tcp" | "udp" };

/** How to see that it works: a path that it answers by HTTP at its port, or a command that succeeds. */
export type HealthCheck = { readonly path: string } | { readonly command: readonly [string, ...string[]] };

/** The value of a directive of systemd. A list is a line each; `false` is none. */
export type Setting = boolean | string | readonly string[];

/** What `{port}` stands for in arguments and values. */
export const portMark = "{port}";

/** A configuration file of a program: what it says, and how. `{port}` in a text is the port; alone, as a number. */
export type Settings = {
  readonly format: SettingsFormat;
  readonly values: SettingsTable;
};

/** They are the endings of their files, too, and what nixpkgs has in `pkgs.formats`. */
export const settingsFormats = ["toml", "yaml", "json"] as const;

export type SettingsFormat = (typeof settingsFormats)[number];

export type SettingsTable = { readonly [name: string]: SettingsValue };

export type SettingsValue = string | number | boolean | readonly SettingsValue[] | SettingsTable;

/** What stands in arguments and values for where the file of `settings` lies. */
export const settingsMark = "{settings}";

/** Whether a value has others by names. */
export function isSettingsTable(value: SettingsValue): value is SettingsTable {
  return typeof value === "object" && !Array.isArray(value);
}

/**
 * What keeps a service from everything that a server does not need, in the words of systemd 252 (systemd.exec(5)). Whatever a
 * service has otherwise is said by these names.
 */
export const hardening = {
  DynamicUser: true,
  UMask: "0077",
  NoNewPrivileges: true,
  CapabilityBoundingSet: "",
  AmbientCapabilities: "",
  ProtectSystem: "strict",
  ProtectHome: true,
  PrivateTmp: true,
  PrivateDevices: true,
  PrivateUsers: true,
  ProtectHostname: true,
  ProtectClock: true,
  ProtectKernelTunables: true,
  ProtectKernelModules: true,
  ProtectKernelLogs: true,
  ProtectControlGroups: true,
  ProtectProc: "invisible",
  RestrictAddressFamilies: "AF_UNIX AF_INET AF_INET6",
  RestrictNamespaces: true,
  RestrictRealtime: true,
  RestrictSUIDSGID: true,
  RemoveIPC: true,
  KeyringMode: "private",
  LockPersonality: true,
  MemoryDenyWriteExecute: true,
  SystemCallArchitectures: "native",
  SystemCallFilter: ["@system-service", "~@privileged"],
  SystemCallErrorNumber: "EPERM",
} as const satisfies Readonly<Record<string, Setting>>;

/** Below it, ports are for programs that have a capability, which none has in a user namespace of its own. */
export const firstFreePort = 1024;

const bindsLow = {
  CapabilityBoundingSet: "CAP_NET_BIND_SERVICE",
  AmbientCapabilities: "CAP_NET_BIND_SERVICE",
  PrivateUsers: false,
} as const satisfies Partial<Record<keyof typeof hardening, Setting>>;

/**
 * The directives of the section `[Service]` that are the same wherever the program lies, in their order.
 *
 * @param name of the service
 * @param port the one that is chosen. Default: the described one
 * @example
 * settingsOf("server", service) // [["Type", "exec"], ["Restart", "on-failure"], …, ["SystemCallErrorNumber", "EPERM"]]
 */
export function settingsOf(
  name: string,
  service: Service,
  port = service.port?.number,
): readonly (readonly [name: string, value: Setting])[] {
  const { user = name, group = user, stateDirectory } = service;
  const ports = [port ?? [], service.otherPorts.map(({ number }) => number)].flat();
  const isLow = ports.some((number) => number < firstFreePort);
  const settings: Readonly<Record<string, Setting>> = {
    Type: "exec",
    Restart: "on-failure",
    RestartSec: "5s",
    User: user,
    Group: group,
    ...(stateDirectory !== undefined && {
      StateDirectory: stateDirectory,
      StateDirectoryMode: "0700",
      WorkingDirectory: `%S/${stateDirectory}`,
    }),
    ...hardening,
    ...(isLow && bindsLow),
    ...service.hardening,
  };
  return Object.entries(settings);
}
