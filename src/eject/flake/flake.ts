// eject/flake: the flake that a user of Crane would have written for the project.

import { backticked, diagnostic, placeAt, together } from "../../base/diagnostic.ts";
import { nearest } from "../../base/nearest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { offeredOutputs, shellsOf } from "../../crane/project.ts";
import { hooksOf } from "../../derivation/commitHooks.ts";
import type { Derivation } from "../../derivation/model.ts";
import { gantryLockOf, readGantryLock } from "../../fetch/gantryLock.ts";
import { withoutSecrets } from "../../shell/secrets.ts";
import { type EjectedFile, headOf, isEjectedCheck, type MakeFiles } from "../ejectedFile.ts";
import { type LocalFile, local, readLocalFile } from "../nix/localFile.ts";
import { attribute, attrs, type Binding, bind, call, list, type Nix, string, word } from "../nix/nix.ts";
import { printNix } from "../nix/print.ts";
import { serviceModules, serviceTests } from "../nixos/module.ts";
import { nativePackages } from "../setupFacts.ts";
import { hooksAmongChecks } from "./hooks.ts";
import { imageBindings, imageSteps } from "./images.ts";
import { describedServices, programOf, summaryOf } from "./programs.ts";
import { cannot, defined, flakeNames, newScope, type Scope, usesFlake } from "./scope.ts";
import { shellBindings, shellSteps } from "./shells.ts";
import { type SaidSteps, saySteps } from "./steps.ts";

const path = "flake.nix";
const command = "gantry eject flake";

/**
 * `flake.nix`, by Crane, rust-overlay, git-hooks.nix and flake-utils, for those who have Nix: nothing of Gantry is needed to use
 * it. What of the description has no counterpart there is refused, all of it at once.
 *
 * Errors: `flake-unsayable`, `secret-in-env`; those of `readGantryLock`, `nativePackages` and `describedToolchain`.
 */
export const flakeFiles: MakeFiles = (subject) => {
  const pins = readGantryLock(gantryLockOf(subject.project));
  if (!pins.ok) return pins;
  const native = nativePackages(subject, []);
  if (!native.ok) return native;
  const isConfigured = subject.project.configuration !== undefined;
  const scope = newScope(subject, {
    pins: pins.value,
    native: isConfigured ? undefined : native.value.native,
  });
  const file = flakeOf(scope);
  if (!file.ok) return file;
  const [first, ...also] = scope.problems;
  if (first) return err(together(first, also));
  const made: EjectedFile = {
    path,
    text: `${headOf(command)}${printNix(file.value)}`,
    command,
    next: "commit it, and let Nix pin its inputs: nix flake lock",
  };
  return ok([made]);
};

/** A part of what the flake offers. */
type Section = {
  /** For each system. */
  readonly perSystem?: readonly Binding[];
  /** For all systems at once. */
  readonly forAll?: readonly Binding[];
};

function flakeOf(scope: Scope): Result<Nix> {
  const { offered, project } = scope;
  const without = new Set(offered.flake?.without ?? []);
  const kept = (kind: string, of: Readonly<Record<string, Derivation>>) =>
    Object.fromEntries(
      Object.entries(of).filter(([name, step]) => !without.has(`${kind}.${name}`) && !isEjectedCheck(step)),
    );
  checkLeftOut(scope);
  const packages = kept("packages", offered.packages);
  const checks = kept("checks", offered.checks ?? {});
  const images = kept("images", offered.images ?? {});
  const shells = Object.values(shellsOf(offered));
  for (const each of [...Object.values(packages), ...Object.values(checks), ...shells]) {
    const hook = "shellHook" in each ? each.shellHook : undefined;
    const safe = withoutSecrets(each.env, { file: path, project, hook });
    if (!safe.ok) return safe;
  }
  const prefixed = (kind: string, of: Readonly<Record<string, Derivation>>) =>
    Object.entries(of).map(([name, step]) => [`${kind}.${name}`, step] as const);
  const said = saySteps(scope, {
    ...Object.fromEntries([...prefixed("packages", packages), ...prefixed("checks", checks)]),
    ...imageSteps(images),
    ...shellSteps(scope),
  });
  const services = describedServices(scope);
  if (!services.ok) return services;
  if (scope.problems.length > 0) return ok(word("null"));
  const named = packageNames(packages, said);
  const sections: readonly Section[] = [
    { perSystem: checkBindings(scope, { checks, said, tests: serviceTests(services.value, checks) }) },
    {
      perSystem: nested("packages", [
        ...Object.entries(named).map(([name, of]) => bind(attribute(name), of)),
        ...imageBindings(scope, images, said),
      ]),
    },
    { perSystem: nested("apps", appBindings(scope, packages, named)) },
    { perSystem: nested("devShells", shellBindings(scope, { said, checks })) },
    { perSystem: [bind("formatter", word("pkgs.nixfmt"), { isApart: true })] },
    { forAll: serviceModules(services.value) },
  ];
  return ok(whole(scope, sections));
}

/** What is left out has to be there. */
function checkLeftOut(scope: Scope): void {
  const { flake, ...offered } = scope.offered;
  const services = Object.keys(offered.services ?? {}).map((name) => `services.${name}`);
  const known = [...Object.keys(offeredOutputs(offered)), ...services];
  for (const output of flake?.without ?? []) {
    if (known.includes(output)) continue;
    const guess = nearest(output, known);
    cannot(scope, `\`flake.without\` names \`${output}\`, which the project does not offer`, {
      help: [guess === undefined ? `it offers ${backticked(known)}` : `did you mean \`${guess}\`?`],
    });
  }
}

/** Packages have the names that they are offered under; the default one, that of its step. */
function packageNames(
  packages: Readonly<Record<string, Derivation>>,
  said: SaidSteps,
): Readonly<Record<string, Nix>> {
  return Object.fromEntries(
    Object.entries(packages).map(([name, step]) => [
      name,
      said.named(step, name === "default" ? step.name : name),
    ]),
  );
}

function nested(name: string, bindings: readonly Binding[]): readonly Binding[] {
  return bindings.length === 0 ? [] : [bind(name, attrs(bindings), { isApart: true })];
}

type Checks = {
  readonly checks: Readonly<Record<string, Derivation>>;
  readonly said: SaidSteps;
  /** Of services, which there are on Linux alone. */
  readonly tests: readonly Binding[];
};

function checkBindings(scope: Scope, { checks, said, tests }: Checks): readonly Binding[] {
  const bindings = Object.entries(checks).map(([name, step]) => {
    const value = isHooksCheck(step) ? hooksAmongChecks(scope, step, said) : said.expression(step);
    return bind(attribute(name), value);
  });
  const left = (scope.offered.flake?.without ?? []).filter((output) => output.startsWith("checks."));
  const comment: Binding[] =
    left.length > 0
      ? [
          {
            kind: "comment",
            comment: [
              `Not here: ${left.map((each) => each.slice("checks.".length)).join(", ")}, which Gantry alone has.`,
            ],
          },
        ]
      : [];
  const own = [...bindings, ...comment];
  if (tests.length === 0) return nested("checks", own);
  const onLinux = call("lib.optionalAttrs", word("pkgs.stdenv.hostPlatform.isLinux"), attrs(tests));
  const all: Nix =
    own.length === 0 ? onLinux : { kind: "operation", operator: "//", left: attrs(own), right: onLinux };
  return [bind("checks", all, { isApart: true })];
}

function isHooksCheck(
  step: Derivation,
): step is Derivation & { readonly preCommit: NonNullable<ReturnType<typeof hooksOf>> } {
  return hooksOf(step) !== undefined;
}

function appBindings(
  scope: Scope,
  packages: Readonly<Record<string, Derivation>>,
  named: Readonly<Record<string, Nix>>,
): readonly Binding[] {
  return Object.entries(packages).flatMap(([name, step]) => {
    const program = programOf(scope, step);
    if (program === undefined) return [];
    usesFlake(scope, "flake-utils");
    const more = program === step.name ? [] : [bind("name", string(program))];
    return [
      bind(
        attribute(name),
        call("flake-utils.lib.mkApp", attrs([bind("drv", named[name] ?? word("null")), ...more])),
      ),
    ];
  });
}

function whole(scope: Scope, sections: readonly Section[]): Nix {
  usesFlake(scope, "nixpkgs");
  usesFlake(scope, "flake-utils");
  const perSystem = sections.flatMap((section) => section.perSystem ?? []);
  const forAll = sections.flatMap((section) => section.forAll ?? []);
  const read = readLocalFile(scope.project.root);
  if (!read.ok) scope.problems.push(read.error);
  const own = read.ok ? read.value : undefined;
  const body = own ? withLocal(scope, attrs(perSystem), own) : attrs(perSystem);
  const bindings = letBindings(scope, body);
  const system: Nix = {
    kind: "function",
    parameter: "system",
    body: { kind: "let", bindings, body },
  };
  const each = call("flake-utils.lib.eachDefaultSystem", system);
  const names = inputNames(scope);
  return attrs([
    bind("description", string(summaryOf(scope))),
    bind("inputs", attrs(names.map((name) => inputBinding(scope, name))), { isApart: true }),
    bind(
      "outputs",
      {
        kind: "function",
        parameter: { names: ["self", ...names], isOpen: true, ...(own && { whole: "inputs" }) },
        body:
          forAll.length === 0
            ? each
            : { kind: "operation", operator: "//", left: each, right: attrs(forAll) },
      },
      { isApart: true },
    ),
  ]);
}

/**
 * The outputs and those of the local file, which go before them; it is given all that stands after `let`. What it asks for
 * besides, and the flake does not have, is told: Nix would stop there.
 */
function withLocal(scope: Scope, described: Nix, file: LocalFile): Nix {
  const bound = scope.bindings.flatMap((binding) => (binding.kind === "binding" ? [binding.name] : []));
  const usual = ["inputs", "system", "pkgs", ...bound];
  const more = ["lib", "self", ...scope.inputs.keys()].filter((name) => !usual.includes(name));
  const asked = file.parameter?.fields ?? [];
  const isOpen = file.parameter?.isOpen ?? true;
  const names = [
    ...(isOpen ? usual : usual.filter((name) => asked.some((each) => each.name === name))),
    ...more.filter((name) => asked.some((each) => each.name === name)),
  ];
  const missing = asked.filter(({ name, fallback }) => !fallback && !names.includes(name));
  if (missing.length > 0) scope.problems.push(notThere(file, { missing, there: [...usual, ...more] }));
  const outputs = defined(scope, { of: "outputs", name: "described" }, () => described);
  const own = defined(scope, { of: local, name: "local" }, () =>
    call(`import ./${local}`, attrs(names.length > 0 ? [{ kind: "inherit", names }] : [])),
  );
  const untilSteps: Nix = {
    kind: "function",
    parameter: "_",
    body: { kind: "function", parameter: "_", body: word("lib.isDerivation") },
  };
  return call("lib.recursiveUpdateUntil", untilSteps, outputs, own);
}

type Missing = { readonly missing: readonly { readonly name: string }[]; readonly there: readonly string[] };

function notThere({ text, at }: LocalFile, { missing, there }: Missing) {
  const names = missing.map(({ name }) => name);
  const [first = ""] = names;
  const found = text.slice(at).search(new RegExp(`(?<![\\w.'-])${first}(?![\\w'-])`));
  const guess = nearest(first, there);
  const isShared = names.some((name) => name === "commonArgs" || name === "cargoArtifacts");
  return diagnostic(
    "flake-local",
    `\`${local}\` asks for ${backticked(names)}, which the flake does not have`,
    {
      place: placeAt(local, text, at + Math.max(found, 0)),
      notes: [
        `it has ${backticked(there)}`,
        ...(isShared
          ? ["`commonArgs` and `cargoArtifacts` are there where several steps share a dependency layer"]
          : []),
      ],
      help: [
        ...(guess === undefined ? [] : [`did you mean \`${guess}\`?`]),
        `ask for what is there, or say what stands for it otherwise: ${first} ? …`,
      ],
      status: 2,
    },
  );
}

function letBindings(scope: Scope, body: Nix): readonly Binding[] {
  const overlaid = scope.inputs.has("rust-overlay");
  const pkgs = overlaid
    ? call(
        "import nixpkgs",
        attrs([
          { kind: "inherit", names: ["system"] },
          bind("overlays", list([call("import", word("rust-overlay"))])),
        ]),
      )
    : word("nixpkgs.legacyPackages.${system}");
  const rest = scope.bindings;
  const printed = printNix(attrs(rest)) + printNix(body);
  const lib: Binding[] = /\blib\.(?!\$)/.test(printed.replace(/[\w-]+\.lib\./g, ""))
    ? [{ kind: "inherit", from: word("pkgs"), names: ["lib"] }]
    : [];
  return [bind("pkgs", pkgs), ...lib, ...rest];
}

/** Those that everybody uses first, then the trees. */
function inputNames({ inputs }: Scope): readonly string[] {
  const trees = [...inputs.keys()].filter((name) => !flakeNames.includes(name));
  return [...flakeNames.filter((name) => inputs.has(name)), ...trees];
}

function inputBinding({ inputs }: Scope, name: string): Binding {
  const { url, followsNixpkgs, isTree } = inputs.get(name) ?? { url: "" };
  if (!followsNixpkgs && !isTree) return bind(`${name}.url`, string(url));
  return bind(
    name,
    attrs([
      bind("url", string(url)),
      ...(followsNixpkgs ? [bind("inputs.nixpkgs.follows", string("nixpkgs"))] : []),
      ...(isTree ? [bind("flake", word("false"))] : []),
    ]),
  );
}
