// eject/nixos: services of a description as modules of NixOS, and as tests on a machine of its own.

import {
  firstFreePort,
  isSettingsTable,
  portMark,
  type Service,
  type Setting,
  type SettingsValue,
  settingsMark,
  settingsOf,
} from "../../derivation/service.ts";
import { shellWord } from "../../shell/quote.ts";
import {
  attribute,
  attrs,
  type Binding,
  bind,
  call,
  list,
  type Nix,
  set,
  string,
  text,
  word,
} from "../nix/nix.ts";

/** A service with what is known of its package. */
export type DescribedService = {
  readonly name: string;
  readonly service: Service;
  /** What the package is offered as. */
  readonly package: string;
  readonly program: string;
};

/** `nixosModules`: one of each service, and `default`, which is all of them. */
export function serviceModules(services: readonly DescribedService[]): readonly Binding[] {
  const [only, second] = services;
  if (only === undefined) return [];
  if (second === undefined) return [bind("nixosModules.default", moduleOf(only))];
  const modules = services.map((each) => bind(each.name, moduleOf(each), { isApart: true }));
  const imports = services.map(({ name }) => word(`self.nixosModules.${name}`));
  return [
    bind(
      "nixosModules",
      attrs([...modules, bind("default", set([["imports", list(imports)]]), { isApart: true })]),
    ),
  ];
}

function moduleOf(described: DescribedService): Nix {
  const { name } = described;
  const body = attrs([
    bind(`options.services.${name}`, attrs(optionsOf(described))),
    bind("config", call("lib.mkIf", word("cfg.enable"), attrs(configOf(described))), { isApart: true }),
  ]);
  return {
    kind: "function",
    parameter: { names: ["config", "lib", "pkgs", "utils"], isOpen: true },
    body: {
      kind: "let",
      bindings: [bind("cfg", word(`config.services.${name}`)), ...fileOf(described)],
      body,
    },
  };
}

/** The file that the program reads, by nixpkgs' `formats`. */
function fileOf({ name, service: { settings } }: DescribedService): readonly Binding[] {
  if (!settings) return [];
  const { format } = settings;
  const file = call("settingsFormat.generate", string(`${name}.${format}`), word("cfg.settings"));
  return [bind("settingsFormat", call(`pkgs.formats.${format}`, attrs([]))), bind("settingsFile", file)];
}

type OptionSaid = {
  readonly type: Nix;
  readonly default?: Nix;
  readonly defaultText?: string;
  readonly description: string;
};

function option(name: string, { type, default: value, defaultText, description }: OptionSaid): Binding {
  const said = attrs([
    bind("type", type),
    ...(value ? [bind("default", value)] : []),
    ...(defaultText === undefined
      ? []
      : [bind("defaultText", call("lib.literalExpression", string(defaultText)))]),
    bind("description", string(description)),
  ]);
  return bind(name, call("lib.mkOption", said), { isApart: name !== "enable" });
}

const types = (name: string) => word(`lib.types.${name}`);

function optionsOf({ name, service, package: output }: DescribedService): readonly Binding[] {
  const { user = name, group, port, environmentFile, description } = service;
  const what = description === undefined ? name : `${name}: ${description}`;
  return [
    bind("enable", call("lib.mkEnableOption", string(what))),
    option("package", {
      type: types("package"),
      default: word(`self.packages.\${pkgs.stdenv.hostPlatform.system}.${attribute(output)}`),
      defaultText: `the package \`${output}\` of the flake`,
      description: "The package that has the program.",
    }),
    option("user", {
      type: types("str"),
      default: string(user),
      description: "Whom it runs as. A user that the machine does not have is there while it runs.",
    }),
    option("group", {
      type: types("str"),
      default: group === undefined ? word("cfg.user") : string(group),
      ...(group === undefined && { defaultText: `config.services.${name}.user` }),
      description: "The group that it runs as.",
    }),
    ...(port
      ? [
          option("port", {
            type: types("port"),
            default: word(String(port.number)),
            description: "The port that it listens on.",
          }),
        ]
      : []),
    ...(port || service.otherPorts.length > 0
      ? [
          option("openFirewall", {
            type: types("bool"),
            default: word("false"),
            description: "Whether other machines reach its ports.",
          }),
        ]
      : []),
    option("extraArgs", {
      type: call("lib.types.listOf", types("str")),
      default: list([]),
      description: "Further arguments of the program.",
    }),
    ...(service.settings
      ? [
          option("settings", {
            type: word("settingsFormat.type"),
            default: attrs([]),
            description: "What the program reads in its file. Everybody on the machine can read it.",
          }),
        ]
      : []),
    option("environment", {
      type: call("lib.types.attrsOf", types("str")),
      default: attrs([]),
      description:
        "Variables. Everybody on the machine can read them: secrets belong into the environmentFile.",
    }),
    option("environmentFile", {
      type: call("lib.types.nullOr", types("path")),
      default: environmentFile === undefined ? word("null") : string(environmentFile),
      description: "A file of variables, a NAME=value in a line, outside of the Nix store: secrets.",
    }),
  ];
}

function configOf({ name, service, program }: DescribedService): readonly Binding[] {
  const { description = name, port, otherPorts, environment } = service;
  const variables = Object.entries(environment).map(([variable, value]): [string, Nix] => [
    variable,
    call("lib.mkDefault", marked(value.replaceAll("%", "%%"))),
  ]);
  const words = [call("lib.getExe'", word("cfg.package"), string(program)), ...service.args.map(marked)];
  const command: Nix = { kind: "operation", operator: "++", left: list(words), right: word("cfg.extraArgs") };
  const fileOf = call(
    "lib.mkIf",
    { kind: "operation", operator: "!=", left: word("cfg.environmentFile"), right: word("null") },
    word("cfg.environmentFile"),
  );
  const unit = attrs([
    bind("description", string(description.replaceAll("%", "%%"))),
    bind("wantedBy", list([string("multi-user.target")])),
    bind("wants", list([string("network-online.target")])),
    bind("after", list([string("network-online.target")])),
    bind("environment", { kind: "select", of: word("cfg"), name: "environment" }),
    bind(
      "serviceConfig",
      attrs([
        bind("ExecStart", call("utils.escapeSystemdExecArgs", command)),
        bind("EnvironmentFile", fileOf),
        ...settingBindings(name, service),
      ]),
    ),
  ]);
  const opened = (["tcp", "udp"] as const).flatMap((protocol) => {
    const fixed = otherPorts
      .filter((each) => each.protocol === protocol)
      .map(({ number }) => word(String(number)));
    const ports = [...(port?.protocol === protocol ? [word("cfg.port")] : []), ...fixed];
    return ports.length === 0 ? [] : [bind(`allowed${protocol.toUpperCase()}Ports`, list(ports))];
  });
  const settings = service.settings && settingsNix(service.settings.values);
  return [
    ...(settings?.kind === "attrs" && settings.bindings.length > 0
      ? [bind(`services.${name}.settings`, settings)]
      : []),
    ...(variables.length > 0 ? [bind(`services.${name}.environment`, set(variables))] : []),
    bind(`systemd.services.${name}`, unit, { isApart: true }),
    ...(opened.length > 0
      ? [
          bind("networking.firewall", call("lib.mkIf", word("cfg.openFirewall"), attrs(opened)), {
            isApart: true,
          }),
        ]
      : []),
  ];
}

/** A text of the description, with the port that is chosen, and with where the file of settings lies. */
function marked(given: string): Nix {
  const port = call("toString", word("cfg.port"));
  if (given === portMark) return port;
  const parts = given
    .split(/(\{port\}|\{settings\})/)
    .map((part) => (part === portMark ? port : part === settingsMark ? word("settingsFile") : part));
  return string(...parts.filter((part) => part !== ""));
}

/** Settings as defaults, each of which can be changed by itself. */
function settingsNix(value: SettingsValue): Nix {
  if (isSettingsTable(value))
    return set(Object.entries(value).map(([name, each]) => [name, settingsNix(each)]));
  return call("lib.mkDefault", plainNix(value));
}

function plainNix(value: SettingsValue): Nix {
  if (value === portMark) return word("cfg.port");
  if (typeof value === "string") return marked(value);
  if (typeof value === "number") return word(numberNix(value));
  if (typeof value !== "object") return word(String(value));
  if (isSettingsTable(value)) return set(Object.entries(value).map(([name, each]) => [name, plainNix(each)]));
  return list(value.map(plainNix));
}

/** Nix takes an exponent only after a point. */
function numberNix(value: number): string {
  const text = String(value).replace(/^(-?\d+)e/, "$1.0e");
  return value < 0 ? `(${text})` : text;
}

/** What is other for a port that only programs with a capability have depends on the port that is chosen. */
function settingBindings(name: string, service: Service): readonly Binding[] {
  const { port } = service;
  const low = new Map(settingsOf(name, service, port && 1));
  const free = new Map(settingsOf(name, service, port && firstFreePort));
  return [...free].flatMap(([setting, value]) => {
    if (setting === "User") return [bind(setting, word("cfg.user"))];
    if (setting === "Group") return [bind(setting, word("cfg.group"))];
    const lowValue = low.get(setting) ?? false;
    if (JSON.stringify(lowValue) === JSON.stringify(value))
      return value === false ? [] : [bind(setting, settingNix(value))];
    const condition = {
      kind: "operation",
      operator: "<",
      left: word("cfg.port"),
      right: word(String(firstFreePort)),
    } as const satisfies Nix;
    if (typeof value === "boolean" && typeof lowValue === "boolean")
      return [bind(setting, value ? { ...condition, operator: ">=" } : condition)];
    return [bind(setting, { kind: "if", condition, yes: settingNix(lowValue), no: settingNix(value) })];
  });
}

function settingNix(value: Setting): Nix {
  if (typeof value === "boolean") return word(String(value));
  return typeof value === "string" ? string(value) : list(value.map((each) => string(each)));
}

/** What to do on the machine to see that a service works, as a shell's command; undefined where it does not say. */
export function healthCommand({ healthCheck, port, otherPorts }: Service): string | undefined {
  if (!healthCheck) return undefined;
  const told = (word: string) => shellWord(word.replaceAll(portMark, String(port?.number ?? "")));
  if ("command" in healthCheck) return healthCheck.command.map(told).join(" ");
  const asked = [port ?? [], otherPorts].flat().find(({ protocol }) => protocol === "tcp");
  const url = `http://localhost:${asked?.number}${healthCheck.path}`;
  return `curl --fail --silent --show-error ${shellWord(url)}`;
}

/** Tests on a machine of NixOS's own, as checks: one of each service that says how to see that it works. */
export function serviceTests(
  services: readonly DescribedService[],
  checks: Readonly<Record<string, unknown>>,
): readonly Binding[] {
  return services.flatMap(({ name, service }) => {
    const { healthCheck, port, environmentFile } = service;
    if (!healthCheck) return [];
    const ports = [port ?? [], service.otherPorts].flat().filter(({ protocol }) => protocol === "tcp");
    const script = [
      `machine.wait_for_unit("${name}.service")`,
      ...ports.map(({ number }) => `machine.wait_for_open_port(${number})`),
      `machine.wait_until_succeeds(${JSON.stringify(healthCommand(service))}, timeout=60)`,
    ];
    const machine = attrs([
      bind("imports", list([word("self.nixosModules.default")])),
      ...("command" in healthCheck
        ? [bind("environment.systemPackages", list([word(`config.services.${name}.package`)]))]
        : []),
      bind(
        `services.${name}`,
        attrs([
          bind("enable", word("true")),
          ...(environmentFile === undefined ? [] : [bind("environmentFile", word("null"))]),
        ]),
      ),
    ]);
    const node: Nix =
      "command" in healthCheck
        ? { kind: "function", parameter: { names: ["config"], isOpen: true }, body: machine }
        : machine;
    let key = `${name}-service`;
    while (Object.hasOwn(checks, key)) key += "-test";
    const test = attrs([
      bind("name", string(name)),
      bind("nodes.machine", node),
      bind("testScript", text(script.map((each) => `${each}\n`).join(""))),
    ]);
    return [bind(attribute(key), call("pkgs.testers.runNixOSTest", test))];
  });
}
