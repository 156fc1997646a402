import { join } from "node:path";
import { backticked, diagnostic, placeAt } from "../../base/diagnostic.ts";
import { nearest } from "../../base/nearest.ts";
import { entryAt, isFile, textOf } from "../../tree/files.ts";
import type { Expression, Parameter } from "../nix/expression.ts";
import { attrs, call, type Nix, word } from "../nix/nix.ts";
import { parseNix } from "../nix/parse.ts";
import { defined, type Scope } from "./scope.ts";

/** What the flake says beyond the description. */
const local = "flake.local.nix";

/** A `flake.local.nix`, as it was written. */
export type LocalFile = {
  readonly text: string;
  /** What it asks for, where it says that by name: `{ pkgs, hello, ... }:`. */
  readonly parameter: (Parameter & { readonly kind: "fields" }) | undefined;
  /** Where the function begins. */
  readonly at: number;
};

/** The file beside the flake. Undefined where there is none, and where it cannot be one, which is told. */
export function localFile({ project, problems }: Scope): LocalFile | undefined {
  const file = join(project.root, local);
  if (!entryAt(file)) return undefined;
  const text = isFile(file) ? textOf(file) : undefined;
  if (text === undefined) {
    const help = [`move it away: mv ${local} ${local}.old`];
    problems.push(diagnostic("not-a-file", `\`${local}\` is no file that can be read`, { help, status: 2 }));
    return undefined;
  }
  const parsed = parseNix(local, text);
  if (!parsed.ok) {
    problems.push(parsed.error);
    return undefined;
  }
  const given = functionIn(parsed.value);
  if (given.kind !== "function" && /^(?:set|list|text|number|path)$/.test(given.kind)) {
    const place = placeAt(local, text, given.at);
    const help = ["give its outputs by a function: { pkgs, ... }: { packages.x = …; }"];
    problems.push(diagnostic("flake-local", `\`${local}\` is no function`, { place, help, status: 2 }));
    return undefined;
  }
  const parameter =
    given.kind === "function" && given.parameter.kind === "fields" ? given.parameter : undefined;
  return { text, parameter, at: given.at };
}

/** What `let … in`, `with …;` and `assert …;` stand before. */
function functionIn(expression: Expression): Expression {
  const isBefore = expression.kind === "let" || expression.kind === "with" || expression.kind === "assert";
  return isBefore ? functionIn(expression.body) : expression;
}

/**
 * The outputs and those of the local file, which go before them; it is given all that stands after `let`. What it asks for
 * besides, and the flake does not have, is told: Nix would stop there.
 */
export function withLocal(scope: Scope, described: Nix, file: LocalFile): Nix {
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
