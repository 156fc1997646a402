// eject/systemd: the services of a description as units of systemd, for Linux without NixOS.

import { stringify } from "smol-toml";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import {
  isSettingsTable,
  portMark,
  type Service,
  type Setting,
  type Settings,
  type SettingsValue,
  settingsMark,
  settingsOf,
} from "../../derivation/service.ts";
import { gantryLockOf, readGantryLock } from "../../fetch/gantryLock.ts";
import { type EjectedFile, headOf, type MakeFiles } from "../ejectedFile.ts";
import { describedServices } from "../flake/programs.ts";
import { newScope } from "../flake/scope.ts";
import { type DescribedService, healthCommand } from "../nixos/module.ts";

const command = "gantry eject systemd";

/** Where the program is installed; `/usr/local` is the administrator's own (FHS 3.0), and all units can run what is there. */
const programs = "/usr/local/bin";

/**
 * `systemd/NAME.service` of each service, with the directives that the NixOS module has. What installs it, and its program, stands
 * at its top.
 *
 * Errors: `service-none`, `service-settings`, `service-package`, `service-program`, `secret-in-env`,
 * `secret-in-settings`; those of `readGantryLock`.
 */
export const systemdFiles: MakeFiles = (subject) => {
  const pins = readGantryLock(gantryLockOf(subject.project));
  if (!pins.ok) return pins;
  const scope = newScope(subject, { pins: pins.value, native: undefined });
  const services = describedServices(scope, { fileOf: unitPath, settingsFileOf, all: true });
  return services.ok ? unitFiles(services.value) : services;
};

function unitPath(name: string): string {
  return `systemd/${name}.service`;
}

function unitFiles(services: readonly DescribedService[]): Result<readonly EjectedFile[]> {
  if (services.length === 0)
    return err(
      diagnostic("service-none", "the project describes no service", {
        help: [
          "describe one: return { packages: { … }, services: { server: crane.service({ package: app }) } }",
        ],
        status: 2,
      }),
    );
  const unsayable = services.find(({ service }) => service.settings?.format === "json");
  if (unsayable) return err(noComments(unsayable.name));
  return ok(
    services.flatMap((described) => {
      const { name, service } = described;
      const path = unitPath(name);
      const next = "commit it; its first lines say what installs it";
      const unit = { path, text: unitText(path, described), command, next };
      if (!service.settings) return [unit];
      const text = headOf(command) + settingsText(service.settings, service.port?.number);
      return [unit, { path: settingsPath(name, service.settings), text, command, next: "commit it" }];
    }),
  );
}

function noComments(name: string) {
  return diagnostic(
    "service-settings",
    `the settings of the service \`${name}\` cannot be written as JSON here`,
    {
      notes: [
        "JSON has no comments, by which a file is known as one that Gantry wrote",
        "the NixOS module makes the file itself",
      ],
      help: ['have the program read TOML or YAML, which JSON is a part of: settingsFormat: "yaml"'],
      status: 2,
    },
  );
}

function settingsFileOf(name: string, { settings }: Service): string {
  return settings ? settingsPath(name, settings) : unitPath(name);
}

function settingsPath(name: string, { format }: Settings): string {
  return `systemd/${name}.${format}`;
}

/** Where the file of settings is installed. */
function settingsPlace(name: string, { format }: Settings): string {
  return `/etc/${name}.${format}`;
}

/** The file that the program reads: TOML, or JSON, which is YAML (YAML 1.2.2, "1.2"). */
function settingsText({ format, values }: Settings, port: number | undefined): string {
  const told = (value: SettingsValue): SettingsValue => {
    if (value === portMark) return port ?? value;
    if (typeof value === "string") return value.replaceAll(portMark, String(port ?? ""));
    if (typeof value !== "object") return value;
    if (!isSettingsTable(value)) return value.map(told);
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, told(each)]));
  };
  const all = told(values);
  return format === "toml" ? `${stringify(all).trimEnd()}\n` : `${JSON.stringify(all, undefined, 2)}\n`;
}

function unitText(path: string, described: DescribedService): string {
  const { name, service } = described;
  const { description = name, environment, args, environmentFile = `-/etc/${name}.env` } = service;
  const file = service.settings ? settingsPlace(name, service.settings) : "";
  const told = (text: string) =>
    text.replaceAll(portMark, String(service.port?.number ?? "")).replaceAll(settingsMark, file);
  const words = [`${programs}/${described.program}`, ...args.map(told)];
  const directives: readonly (readonly [string, Setting])[] = [
    ["ExecStart", words.map(commandWord).join(" ")],
    ["Environment", Object.entries(environment).map(([key, value]) => quoted(`${key}=${told(value)}`))],
    ["EnvironmentFile", environmentFile.replaceAll("%", "%%")],
    ...settingsOf(name, service),
  ];
  return [
    headOf(command),
    ...headerOf(path, described).map((line) => `# ${line}\n`),
    "\n[Unit]\n",
    ...lines("Description", description.replaceAll("%", "%%")),
    "Wants=network-online.target\n",
    "After=network-online.target\n",
    "\n[Service]\n",
    ...directives.flatMap(([key, value]) => lines(key, value)),
    "\n[Install]\n",
    "WantedBy=multi-user.target\n",
  ].join("");
}

/** For who installs it. */
function headerOf(
  path: string,
  { name, service, package: output, program }: DescribedService,
): readonly string[] {
  const [build, link] =
    output === "default" ? ["gantry build", "result"] : [`gantry build ${output}`, `result-${output}`];
  const { user = name, environmentFile = `/etc/${name}.env` } = service;
  const account =
    service.hardening.DynamicUser === false && user !== "root"
      ? [`  sudo useradd --system --user-group --no-create-home --shell /usr/sbin/nologin ${user}`]
      : [];
  const asked = healthCommand(service);
  return [
    "These install the program and the unit, and start it, or start it again after a change:",
    `  ${build}`,
    `  sudo install -D --mode=0755 ${link}/bin/${program} ${programs}/${program}`,
    ...account,
    `  sudo install -D --mode=0644 ${path} /etc/systemd/system/${name}.service`,
    ...(service.settings ? installSettings(name, service.settings) : []),
    "  sudo systemctl daemon-reload",
    `  sudo systemctl enable ${name}.service`,
    `  sudo systemctl restart ${name}.service`,
    ...(asked === undefined ? [] : ["This succeeds once it works:", `  ${asked}`]),
    `Secrets, a NAME=value in a line, belong into ${environmentFile}, with mode 0600.`,
    `What one machine has otherwise is said by: sudo systemctl edit ${name}.service`,
  ];
}

/** Somebody may have edited the file on the machine: what is other there stays, under another name. */
function installSettings(name: string, settings: Settings): readonly string[] {
  const place = settingsPlace(name, settings);
  return [
    `  # A ${place} that differs stays beside it, as ${place}.~1~`,
    `  sudo install -D --compare --backup=numbered --mode=0644 ${settingsPath(name, settings)} ${place}`,
  ];
}

/** All directives are written here. What a value must not be, such as end in `\`, `crane.service` has refused. */
function lines(key: string, value: Setting): readonly string[] {
  if (value === false) return [];
  if (value === true) return [`${key}=yes\n`];
  return (typeof value === "string" ? [value] : value).map((each) => `${key}=${each}\n`);
}

/** A word of `ExecStart`, in which `$` begins a variable and `%` a specifier (systemd.service(5), "Command lines"). */
function commandWord(word: string): string {
  return quoted(word).replaceAll("$", "$$$$");
}

/** A word among others (systemd.syntax(7), "Quoting"). */
function quoted(word: string): string {
  const plain = word.replaceAll("%", "%%");
  if (/^[\w@%+=:,./$~-]+$/.test(plain)) return plain;
  return `"${plain.replace(/[\\"]/g, "\\$&").replaceAll("\t", "\\t")}"`;
}
