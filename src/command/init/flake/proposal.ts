// command/init/flake: a configuration from the flake of somebody who uses Crane, as far as it can be followed without Nix.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Diagnostic, diagnostic, type Place, placeAt } from "../../../base/diagnostic.ts";
import { err, ok, type Result } from "../../../base/result.ts";
import { parseToml } from "../../../cargo/toml/toml.ts";
import { entryAt, isFile, textOf } from "../../../tree/files.ts";
import { typesReference } from "../../open/editorTypes.ts";
import { type Code, key, object, printed, property } from "./code.ts";
import { type HooksRun, hooksCode, hooksRun } from "./hooks.ts";
import { imageCode, imageOf } from "./images.ts";
import { lockedInputs } from "./inputs.ts";
import { type ReadFlake, readFlake, system } from "./nix/flakeWorld.ts";
import {
  calledBy,
  namedCall,
  type Origin,
  root,
  saidOf,
  type Thunk,
  Unclear,
  type Value,
} from "./nix/values.ts";
import { type Beside, shellCode } from "./shells.ts";
import { sourceCode } from "./sources.ts";
import { isStep, stepCode } from "./steps.ts";
import {
  attempted,
  type CraneLib,
  craneCall,
  given,
  type Left,
  leave,
  pathInPackages,
  type Writing,
} from "./writing.ts";

/** A configuration that says what a flake says. */
type Proposal = {
  readonly text: string;
  /** What it does not say, by where it stands. */
  readonly left: readonly { readonly place: Place; readonly what: string }[];
};

/** What is read of the project, without what is outside of it. */
type FlakeFiles = {
  readonly read: (path: string) => string | undefined;
  readonly exists: (path: string) => boolean;
};

/**
 * Proposes a `gantry.config.ts` that says what `flake.nix` says by Crane's functions. The flake is read here, and not evaluated by
 * Nix: which package of nixpkgs something is, and where it is said, an evaluated flake tells no more.
 *
 * Errors: `flake-missing`, `not-a-file`, `nix-syntax`, `flake-unread`; `flake-foreign` for one that calls nothing of Crane's.
 */
export function proposalOf(directory: string): Result<Proposal> {
  const isInside = (path: string) => path !== ".." && !path.startsWith("../");
  const flake = join(directory, "flake.nix");
  if (entryAt(flake) && !isFile(flake))
    return err(
      diagnostic("not-a-file", "`flake.nix` is no file, and a flake is read from one", { status: 2 }),
    );
  return proposalFrom({
    read: (path) =>
      isInside(path) && isFile(join(directory, path)) ? textOf(join(directory, path)) : undefined,
    exists: (path) => isInside(path) && existsSync(join(directory, path)),
  });
}

/** The same from the text of files. */
export function proposalFrom(files: FlakeFiles): Result<Proposal> {
  if (files.read("flake.nix") === undefined) return err(missing());
  const flake = readFlake(files);
  if (!flake.ok) return flake;
  const locked = lockedInputs(files.read("flake.lock"));
  const program = programIn(files.read("Cargo.toml") ?? "");
  const first = { locked, program, repeated: new Map(), allUsers: new Map() };
  const { counts, users } = written(flake.value, first).w;
  const { text, w } = written(flake.value, { locked, program, repeated: counts, allUsers: users });
  if (text === undefined) return err(foreign(w.left, flake.value));
  for (const [name, at] of flake.value.decided)
    leave(w, at, `what is otherwise on other systems (\`${name}\`): a description is for Linux`);
  return ok({
    text,
    left: sorted(w.left).map(({ at, what }) => ({ place: placeIn(flake.value, at), what })),
  });
}

/** The program that a package has by its name. */
function programIn(manifest: string): string | undefined {
  const parsed = parseToml("Cargo.toml", manifest);
  const { package: of } = parsed.ok ? parsed.value.table : {};
  const name = typeof of === "object" && of !== null && "name" in of ? of.name : undefined;
  return typeof name === "string" ? name : undefined;
}

function placeIn({ texts }: ReadFlake, { file, at }: Origin): Place {
  return placeAt(file, texts.get(file) ?? "", at);
}

function sorted(left: readonly Left[]): readonly Left[] {
  return left.toSorted((a, b) =>
    a.at.file === b.at.file ? a.at.at - b.at.at : a.at.file < b.at.file ? -1 : 1,
  );
}

function missing(): Diagnostic {
  return diagnostic(
    "flake-missing",
    "the project has no `flake.nix` that a configuration could be made from",
    {
      help: ["without `--from-flake`, it is made from the project itself: gantry init"],
      status: 2,
    },
  );
}

function foreign(left: readonly Left[], flake: ReadFlake): Diagnostic {
  const notes = sorted(left).map(({ at, what }) => {
    const { file, line, column } = placeIn(flake, at);
    return `${file}:${line}:${column}: ${what}`;
  });
  return diagnostic("flake-foreign", "`flake.nix` offers nothing that is made by Crane's functions", {
    notes: notes.slice(0, 10),
    help: ["make the configuration from the project itself: gantry init"],
    status: 2,
  });
}

type Known = Pick<Writing, "locked" | "repeated" | "allUsers" | "program">;

/** Names that a configuration is given, or has of JavaScript. */
const givenNames = [
  "crane",
  "fileset",
  "fromRepository",
  "git",
  "path",
  "pkg",
  "pkgs",
  "toolchains",
  "tools",
  "checks",
  "defineProject",
];

function written(flake: ReadFlake, known: Known): { readonly text: string | undefined; readonly w: Writing } {
  const w: Writing = {
    ...known,
    flake,
    constants: [],
    named: new Map(),
    taken: new Set(givenNames),
    used: new Set(),
    imported: new Set(),
    left: [],
    counts: new Map(),
    users: new Map(),
    step: (thunk) => stepCode(w, thunk),
  };
  return { text: textFor(w), w };
}

function textFor(w: Writing): string | undefined {
  const kinds = kindsOf(w);
  const of = (kind: string) => kinds.perSystem.get(kind) ?? new Map<string, Thunk>();
  const [packages, checks, shells] = [of("packages"), of("checks"), of("devShells")];
  const all = [...packages.values(), ...checks.values()];
  const lib = firstLib(w, all);
  if (!lib) {
    for (const [name, each] of packages)
      attempted(w, each.at, `\`packages.${name}\``, () => stepCode(w, each));
    return undefined;
  }
  const src = () => firstSource(w, all, lib);
  const hooks = (run: HooksRun) => hooksCode(w, run, { src: src(), lib });
  const images: Code[] = [];
  const said = [...packages].flatMap(([name, thunk]): Code[] => {
    const image = attempted(w, thunk.at, `\`packages.${name}\``, () => imageOf(thunk.force()));
    if (image) {
      const code = attempted(w, thunk.at, `the image \`${name}\``, () => imageCode(w, image, lib));
      if (code !== undefined) images.push(property(imageName(name, packages), code));
      return [];
    }
    const code = stepCode(w, thunk, {
      name: name === "default" ? "app" : name,
      label: `\`packages.${name}\``,
    });
    return code === undefined ? [] : [property(name, code)];
  });
  const checked = [...checks].flatMap(([name, thunk]): Code[] => {
    const run = attempted(w, thunk.at, `\`checks.${name}\``, () => hooksRun(w, thunk.force()));
    const code = run
      ? attempted(w, thunk.at, `\`checks.${name}\``, () => hooks(run))
      : stepCode(w, thunk, { name, label: `\`checks.${name}\`` });
    return code === undefined ? [] : [property(name, code)];
  });
  const module = preCommitOf(kinds);
  if (module) {
    const code = attempted(w, module.argument.at, "`pre-commit`", () => hooks(module));
    if (code !== undefined) checked.push(property("pre-commit", code));
  }
  const beside: Beside = { lib, checks, packages, shells, hooks, module, checksName: () => "checks" };
  let ownHooks: Code | undefined;
  const described = [...shells].flatMap(([name, thunk]): Code[] => {
    const shell = attempted(w, thunk.at, `\`devShells.${name}\``, () => shellCode(w, thunk, beside));
    if (!shell) return [];
    if (!shell.isDefault || name !== "default" || shells.size > 1) return [property(name, shell.code)];
    ownHooks = shell.hooks;
    return [];
  });
  leaveOthers(w, kinds, packages);
  return fileOf(w, [
    property("packages", object(said)),
    ...(images.length > 0 ? [property("images", object(images))] : []),
    ...(checked.length > 0 ? [{ name: "checks", code: object(checked) }] : []),
    ...(described.length > 0 ? [property("devShells", object(described))] : []),
    ...(ownHooks === undefined ? [] : [property("hooks", ownHooks)]),
  ]);
}

/** Hooks by the module that git-hooks.nix has for flake-parts. */
function preCommitOf({ others }: Kinds): HooksRun | undefined {
  const all = others.get("pre-commit")?.force();
  const here = all?.kind === "set" ? all.entries.get(system)?.force() : undefined;
  const settings = here?.kind === "set" ? here.entries.get("settings") : undefined;
  return settings && { run: root("pre-commit", settings.at), argument: settings };
}

function imageName(output: string, packages: ReadonlyMap<string, Thunk>): string {
  if (/^(image|docker|dockerImage|docker-image|container)$/.test(output) && packages.has("default"))
    return "default";
  return output.replace(/-?(image|docker)$/i, "") || output;
}

type Kinds = {
  readonly perSystem: ReadonlyMap<string, ReadonlyMap<string, Thunk>>;
  readonly others: ReadonlyMap<string, Thunk>;
};

const perSystem: ReadonlySet<string> = new Set([
  "packages",
  "checks",
  "devShells",
  "apps",
  "formatter",
  "legacyPackages",
]);
/** Nix before 2.7 had one of each. */
const single: Readonly<Record<string, string>> = {
  defaultPackage: "packages",
  devShell: "devShells",
  defaultApp: "apps",
};

/** What a flake offers for the system that it is read for. */
function kindsOf(w: Writing): Kinds {
  const { outputs } = w.flake;
  const found = new Map<string, Map<string, Thunk>>();
  const others = new Map<string, Thunk>();
  if (outputs.kind !== "set") throw new Error("outputs are a set");
  for (const [kind, thunk] of outputs.entries) {
    const into = single[kind] ?? kind;
    if (!perSystem.has(into)) {
      others.set(kind, thunk);
      continue;
    }
    const here = attempted(w, thunk.at, `\`${kind}\``, () => {
      const systems = thunk.force();
      return systems.kind === "set" ? systems.entries.get(system) : undefined;
    });
    if (!here) continue;
    const all = found.get(into) ?? new Map<string, Thunk>();
    found.set(into, all);
    if (into !== kind || kind === "formatter") {
      if (!all.has("default")) all.set("default", here);
      continue;
    }
    const named = attempted(w, here.at, `\`${kind}\``, () => here.force());
    if (named?.kind === "set") for (const [name, each] of named.entries) all.set(name, each);
    else if (named) leave(w, here.at, `\`${kind}\`, whose names are known to Nix alone`);
  }
  return { perSystem: found, others };
}

function leaveOthers(
  w: Writing,
  { perSystem: kinds, others }: Kinds,
  packages: ReadonlyMap<string, Thunk>,
): void {
  for (const [kind, thunk] of others) {
    const isTaken = kind === "pre-commit" || (kind === "_module" && saysPackagesAlone(w, thunk));
    const remedy = Object.hasOwn(remedies, kind) ? `: ${remedies[kind]}` : "";
    if (!isTaken) leave(w, thunk.at, `\`${kind}\`${remedy}`);
  }
  for (const [name, app] of kinds.get("apps") ?? [])
    if (!isOwnApp(app, packages))
      leave(w, app.at, `\`apps.${name}\`, which starts something else than a package's program`);
  for (const [, formatter] of kinds.get("formatter") ?? []) {
    const said = attempted(w, formatter.at, "`formatter`", () => saidOf(formatter.force()));
    if (said !== undefined && !/^pkgs\.nixfmt/.test(said))
      leave(
        w,
        formatter.at,
        "`formatter`, which is nixfmt in a flake of Gantry's: another is for flake.local.nix",
      );
  }
  for (const [name, each] of kinds.get("legacyPackages") ?? [])
    leave(w, each.at, `\`legacyPackages.${name}\``);
}

const remedies: Readonly<Record<string, string>> = {
  nixosModules: "describe the server by `services`, from which `gantry eject flake` makes a module",
  overlays: "it is for Nix alone, and for all systems: keep it in a flake of its own",
  treefmt: "add its formatters to the hooks: crane.preCommit({ hooks: { rustfmt: true, nixfmt: true } })",
};

/** `_module.args.pkgs = import nixpkgs { overlays = [ … ]; }`: what packages are is known by their names. */
function saysPackagesAlone(w: Writing, module: Thunk): boolean {
  const only = (value: Value | undefined, name: string): Value | undefined =>
    value?.kind === "set" && value.entries.size === 1 ? value.entries.get(name)?.force() : undefined;
  const found = attempted(w, module.at, "`_module`", () =>
    only(only(only(module.force(), system), "args"), "pkgs"),
  );
  return found !== undefined && pathInPackages(found) !== undefined;
}

/** `mkApp { drv = package; }`, `{ type = "app"; program = "${package}/bin/x"; }`: a package with a program has one by itself. */
function isOwnApp(app: Thunk, packages: ReadonlyMap<string, Thunk>): boolean {
  try {
    const value = app.force();
    const argument = namedCall(value)?.args[0] ?? calledBy(value)?.argument;
    const made = (argument ?? app).force();
    if (made.kind !== "set") return false;
    const drv = made.entries.get("drv")?.force();
    const program = made.entries.get("program")?.force();
    const ofs = [drv, ...(program?.kind === "text" ? program.parts : [])];
    return [...packages.values()].some((each) => ofs.includes(each.force()));
  } catch (thrown) {
    if (thrown instanceof Unclear) return false;
    throw thrown;
  }
}

/** Crane's functions as most of the flake has them. */
function firstLib(w: Writing, all: readonly Thunk[]): CraneLib | undefined {
  return firstOf(all, (thunk) => (isStep(w, thunk.force()) ? craneCall(w, thunk.force())?.lib : undefined));
}

function firstSource(w: Writing, all: readonly Thunk[], lib: CraneLib): Code {
  const src = firstOf(all, (thunk) => {
    const argument = craneCall(w, thunk.force())?.argument.force();
    return argument?.kind === "set" ? argument.entries.get("src") : undefined;
  });
  return src ? sourceCode(w, src, lib) : `${given(w, "fileset")}.automatic()`;
}

function firstOf<T>(all: readonly Thunk[], find: (thunk: Thunk) => T | undefined): T | undefined {
  for (const thunk of all) {
    try {
      const found = find(thunk);
      if (found !== undefined) return found;
    } catch (thrown) {
      if (!(thrown instanceof Unclear)) throw thrown;
    }
  }
  return undefined;
}

type Returned = Code | { readonly name: string; readonly code: Code };

function fileOf(w: Writing, returned: readonly Returned[]): string {
  const isNamed = (each: Returned): each is { readonly name: string; readonly code: Code } =>
    typeof each === "object" && "name" in each;
  const names = ["crane", ...[...w.used].filter((name) => name !== "crane").toSorted()];
  const constants = w.constants.map(({ name, code }) => [`const ${name} = `, code, ";"]);
  const own = returned.filter(isNamed).map(({ name, code }) => [`const ${name} = `, code, ";"]);
  const fields = returned.map((each) => (isNamed(each) ? key(each.name) : each));
  const lines = [...constants, ...own, ["return ", { open: "{", items: fields, close: "}" }, ";"]].map(
    (line) => `  ${printed(line, 2)}\n`,
  );
  const imports = ["defineProject", ...w.imported].join(", ");
  return `${typesReference}
// Proposed by \`gantry init --from-flake\`, from \`flake.nix\`.
import { ${imports} } from "gantry";

export default defineProject(({ ${names.join(", ")} }) => {
${lines.join("")}});
`;
}
