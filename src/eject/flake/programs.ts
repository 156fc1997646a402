import { join, posix } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { backticked, type Diagnostic, diagnostic, type Place, together } from "../../base/diagnostic.ts";
import { isRecord } from "../../base/digest.ts";
import { nearest } from "../../base/nearest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { parseManifest } from "../../cargo/manifest/parseManifest.ts";
import { programsOfMember } from "../../cargo/manifest/targets.ts";
import { membersAmong } from "../../cargo/workspace/workspaceMembers.ts";
import { callOf } from "../../crane/arguments/calls.ts";
import { optionValues } from "../../crane/arguments/optionValues.ts";
import { wholeSource } from "../../crane/arguments/sources.ts";
import type { BuildPackageArgs } from "../../crane/verbs/buildPackage.ts";
import type { Derivation } from "../../derivation/model.ts";
import type { Service, SettingsValue } from "../../derivation/service.ts";
import { scanMemory } from "../../project/scan/scanMemory.ts";
import { walkSource } from "../../project/scan/walkSource.ts";
import { isSecret, placeOfVariable, valuesThatAreNone, withoutSecrets } from "../../shell/secrets.ts";
import { textOf } from "../../tree/files.ts";
import { attribute } from "../nix/nix.ts";
import type { DescribedService } from "../nixos/module.ts";
import { crossingIn, stepOf } from "./describedSteps.ts";
import { placeOfCall, type Scope } from "./scope.ts";

/**
 * The program that `nix run` is to start of a package: the only one that it builds, or the only `default-run`, else the one that
 * is called as the package. Undefined where there is none, it is not clear, or it is for another platform.
 */
export function programOf(scope: Scope, value: Derivation): string | undefined {
  const built = programsOf(scope, value);
  if (!built) return undefined;
  const { programs, defaults } = built;
  const [only, second] = programs;
  if (second === undefined) return only;
  const [first, another] = defaults.filter((name) => programs.includes(name));
  if (first !== undefined && another === undefined) return first;
  return programs.find((name) => name === value.name);
}

/** The programs that a package builds, and which are a `default-run`. Undefined where that cannot be told, or it is for another platform. */
function programsOf(
  scope: Scope,
  value: Derivation,
): { readonly programs: readonly string[]; readonly defaults: readonly string[] } | undefined {
  const step = stepOf(value);
  if (step?.call.verb !== "buildPackage" || crossingIn(scope, step).platforms.length > 0) return undefined;
  const { project } = scope;
  const { src, sourceRoot = ".", cargoExtraArgs = [] } = step.call.args as BuildPackageArgs;
  const directory = posix.join(wholeSource(src).root, sourceRoot);
  const root = join(project.root, directory);
  const walked = walkSource(root, () => true, scanMemory(undefined, 0).listings);
  if (!walked.ok) return undefined;
  const paths = walked.value.paths.toSorted();
  const members = membersAmong(paths, (path) => textOf(join(root, path)) ?? "");
  const top = parseManifest("Cargo.toml", textOf(join(root, "Cargo.toml")) ?? "");
  if (!members.ok || !top.ok) return undefined;
  const named = optionValues(cargoExtraArgs, "--package", "-p");
  const chosen = members.value.filter(({ manifest }) =>
    named.length === 0 ? true : named.includes(manifest.package?.name ?? ""),
  );
  const wanted = optionValues(cargoExtraArgs, "--bin");
  const programs = chosen
    .flatMap((member) => programsOfMember(member, top.value, paths))
    .filter((name) => wanted.length === 0 || wanted.includes(name));
  const defaults = chosen.flatMap(({ manifest }) => manifest.package?.defaultRun ?? []);
  return { programs, defaults };
}

/** What the project says of itself, its first paragraph as a line; else what it is called. */
export function summaryOf({ project, offered }: Scope): string {
  const manifest = parseManifest("Cargo.toml", textOf(join(project.root, "Cargo.toml")) ?? "");
  const own = manifest.ok ? manifest.value.package : undefined;
  const text = typeof own?.description === "string" ? own.description : own?.name;
  const [paragraph = ""] = (text ?? "").trim().split(/\n\s*\n/);
  const line = paragraph.replace(/\s*\n\s*/g, " ");
  const [first] = [offered.packages.default ?? [], Object.values(offered.packages)].flat();
  return line === "" ? (first?.name ?? "A Rust project") : line;
}

/**
 * The services of a description, but those that the flake goes without.
 *
 * Errors: `service-package`, `service-program`, `secret-in-env`, `secret-in-settings`.
 *
 * @param fileOf what is written of a service, for the error
 * @param settingsFileOf where its settings are written. Default: there, too
 * @param all whether those count that the flake goes without
 */
export function describedServices(
  scope: Scope,
  {
    fileOf = (_: string): string => "flake.nix",
    settingsFileOf = (name: string, _: Service): string => fileOf(name),
    all = false,
  } = {},
): Result<readonly DescribedService[]> {
  const { offered, project } = scope;
  const without = all ? [] : (offered.flake?.without ?? []);
  const problems: Diagnostic[] = [];
  const found = Object.entries(offered.services ?? {}).flatMap(([name, service]): DescribedService[] => {
    if (without.includes(`services.${name}`)) return [];
    const safe = withoutSecrets(
      {
        ...service.environment,
        ...namedValues(service.args),
      },
      { file: fileOf(name), project, where: elsewhere(name, service) },
    );
    if (!safe.ok) problems.push({ ...atCall(scope, service), ...safe.error, status: 2 });
    const secrets = secretSettings(service.settings?.values ?? {});
    if (secrets.length > 0)
      problems.push(settingsSecret(scope, { name, service, secrets, file: settingsFileOf(name, service) }));
    const step = service.package;
    const offers = Object.entries(offered.packages).filter(([, each]) => isDeepStrictEqual(each, step));
    const [kept] = offers.filter(([each]) => !without.includes(`packages.${each}`));
    const program = service.program ?? programOf(scope, step);
    if (!kept) problems.push(notOffered(scope, name, service));
    if (program === undefined) problems.push(unclearProgram(scope, name, service));
    else if (service.program !== undefined && !mayHave(scope, step, service.program))
      problems.push(noProgram(scope, name, service));
    return kept && program !== undefined ? [{ name, service, package: kept[0], program }] : [];
  });
  const [first, ...also] = problems;
  return first ? err(together(first, also)) : ok(found);
}

/** What options are given, as variables are called: `--db-password x` as `DB_PASSWORD`. */
function namedValues(args: readonly string[]): Readonly<Record<string, string>> {
  const entries = args.flatMap((arg, index): [string, string][] => {
    const [, option, value] = /^--?([A-Za-z][\w-]*)(?:=(.*))?$/.exec(arg) ?? [];
    if (option === undefined) return arg.startsWith("-") ? [] : [[`argument ${index + 1}`, arg]];
    return [[option.replaceAll("-", "_").toUpperCase(), value ?? args[index + 1] ?? ""]];
  });
  return Object.fromEntries(entries);
}

/** The settings that look like secrets, by their paths; their names count as those of variables: `database.password`. */
function secretSettings(value: SettingsValue, path: readonly string[] = []): readonly string[] {
  if (typeof value === "object")
    return Object.entries(value).flatMap(([name, each]) => secretSettings(each, [...path, name]));
  const variable = path.join("_").replace(/\W/g, "_").toUpperCase();
  return isSecret(variable, String(value)) ? [path.join(".")] : [];
}

type SecretSettings = {
  readonly name: string;
  readonly service: Service;
  readonly secrets: readonly string[];
  readonly file: string;
};

/** A program that reads a file asks no variable for it; systemd hands it a file that only root can read (systemd.exec(5), "Credentials"). */
function settingsSecret(scope: Scope, { name, service, secrets, file }: SecretSettings): Diagnostic {
  const paths = secrets.map((path) => `settings.${path}`);
  const [looks, it] = secrets.length === 1 ? ["looks like a secret", "it"] : ["look like secrets", "them"];
  const key = secrets[0]?.replace(/^.*\./, "") ?? "";
  const { environmentFile = `/etc/${name}.env` } = service;
  const ending = service.settings?.format ?? "toml";
  return diagnostic(
    "secret-in-settings",
    `${backticked(paths)} ${looks}, and \`${file}\` would show ${it} to everybody`,
    {
      ...atCall(scope, service),
      ...placed(placeOfVariable(key, scope.project)),
      help: [
        `take ${it} out of the description; a program that takes ${it} from a variable, too, has that in \`${environmentFile}\` where the service runs`,
        `else keep the whole file on that machine: args: ["--config", "/run/credentials/${name}.service/config"] without \`settings\`, and by \`systemctl edit ${name}\` below [Service]: LoadCredential=config:/etc/${name}.secret.${ending}`,
        valuesThatAreNone,
      ],
    },
  );
}

function placed(place: Place | undefined) {
  return place ? { place } : {};
}

/** What a package may have besides what Cargo builds, its own commands know. */
function mayHave(scope: Scope, step: Derivation, program: string): boolean {
  const { args } = stepOf(step)?.call ?? {};
  const own = isRecord(args) && Object.keys(args).some((name) => /install|Hook|^post|^pre|Phase/i.test(name));
  const built = own ? undefined : programsOf(scope, step);
  return !built || built.programs.includes(program);
}

function noProgram(scope: Scope, name: string, service: Service): Diagnostic {
  const { program = "", package: step } = service;
  const programs = programsOf(scope, step)?.programs ?? [];
  const guess = nearest(program, programs);
  return diagnostic(
    "service-program",
    `the package of the service \`${name}\` has no program \`${program}\``,
    {
      ...atCall(scope, service),
      notes: [programs.length === 0 ? "it builds none" : `it builds ${backticked(programs)}`],
      help: guess === undefined ? [] : [`did you mean \`${guess}\`?`],
    },
  );
}

function elsewhere(name: string, { environmentFile = `/etc/${name}.env` }: Service): string {
  return `take it out of the description, and write it into \`${environmentFile}\` where the service runs, as NAME=value`;
}

function atCall(scope: Scope, service: Service) {
  const made = callOf(service);
  const place = made && placeOfCall(scope, made);
  return { status: 2, ...(place && { place }) } as const;
}

function notOffered(scope: Scope, name: string, service: Service): Diagnostic {
  const step = service.package.name;
  return diagnostic("service-package", `the package of the service \`${name}\` is not among \`packages\``, {
    ...atCall(scope, service),
    notes: [`what is offered there is ${backticked(Object.keys(scope.offered.packages))}`],
    help: [`offer it: return { packages: { ${attribute(step)}: … }, services: { … } }`],
  });
}

function unclearProgram(scope: Scope, name: string, service: Service): Diagnostic {
  return diagnostic("service-program", `it is not clear which program the service \`${name}\` starts`, {
    ...atCall(scope, service),
    notes: ["the package builds none, several, or is not for the platform that builds it"],
    help: ['say it: crane.service({ …, program: "server" })'],
  });
}
