import type { Hook } from "../../crane/arguments/arguments.ts";
import { byArgument } from "../../crane/arguments/craneForms.ts";
import type { SourceArgs } from "../../crane/arguments/sources.ts";
import type { NativePackage, Tool } from "../../derivation/model.ts";
import { attribute, attrs, bind, list, type Nix, string, word } from "../nix/nix.ts";
import { cannot, type Scope } from "./scope.ts";
import { type For, hookOf, packageWords, valueText, wordsOf } from "./values.ts";
import { lockEntriesOf } from "./vendor.ts";

/** Names and values of a set, in their order. */
export type Entries = readonly (readonly [name: string, value: Nix])[];

/** An argument as it is said in a call of Crane's. */
type Say = (scope: Scope, value: unknown, of: For & { readonly name: string }) => Entries;

const as =
  (say: (value: never, scope: Scope, of: For) => Nix, crane?: string): Say =>
  (scope, value, of) => [[crane ?? of.name, say(value as never, scope, of)]];

const literal = as((value: boolean | number) => word(String(value)));
const plain = as((value: string) => string(value));
const words = as((value: readonly string[], scope, of) => wordsOf(scope, value, of));
const hook = as((value: Hook, scope, of) => hookOf(scope, value, of));
const packages = as((value: readonly (NativePackage | Tool)[], scope, { call }) =>
  list(value.flatMap((each) => packageWords(scope, each, call))),
);
/** Said by whoever writes the call: see `steps.ts`. */
const elsewhere: Say = () => [];
/** How Gantry keeps things, which Nix does in its own way. */
const ownAffair: Say = () => [];

/** How each argument is said. What has no row here is refused. */
const sayings: Readonly<Record<string, Say>> = {
  ...byArgument({ literal, text: plain, words, hook, packages }),
  src: elsewhere,
  dummySrc: elsewhere,
  cargoArtifacts: elsewhere,
  cargoVendorDir: elsewhere,
  overrideVendorGitCheckout: elsewhere,
  overrideVendorCargoPackage: elsewhere,
  env: elsewhere,
  "advisory-db": elsewhere,
  "wasm-bindgen-cli": as((value: NativePackage | Tool, scope, { call }) => {
    const [first = word("null")] = packageWords(scope, value, call);
    return first;
  }),
  sourceRoot: (scope, value) => [
    ...lockEntriesOf(scope, { sourceRoot: value as string }),
    ["postUnpack", inDirectory(value as string)],
  ],
  cargoLock: (scope, value) => lockEntriesOf(scope, { cargoLock: value } as SourceArgs),
  cargoLockContents: (scope, value) => lockEntriesOf(scope, { cargoLockContents: value } as SourceArgs),
  cargoLockParsed: (scope, value) => lockEntriesOf(scope, { cargoLockParsed: value } as SourceArgs),
  cargoProfile: as((value: string) => string(value), "CARGO_PROFILE"),
  cargoNextestArchiveExtraArgs: words,
  rustFmtExtraArgs: (scope, value, of) => formatting(scope, value as readonly string[], of),
  trunkIndexPath: plain,
  docInstallRoot: as((value: string, scope, of) => valueText(scope, value, of)),
  keepTestResults: ownAffair,
  stepVariables: ownAffair,
  withArchive: (scope, value, { call }) => {
    if (value === false) return [];
    cannot(scope, "Crane's `cargoNextest` leaves no archive of the tests", {
      call,
      help: [
        'have it as a package of its own: crane.mkCargoDerivation({ …, buildPhaseCargoCommand: [… "nextest", "archive" …] })',
        "or leave out `withArchive`",
      ],
    });
    return [];
  },
};

/** Crane's own `-- --check` goes before these. */
function formatting(scope: Scope, given: readonly string[], of: For & { readonly name: string }): Entries {
  const rest = given.filter((each) => each !== "--check");
  if (rest.length === given.length)
    cannot(scope, "Crane's `cargoFmt` always checks, and `rustFmtExtraArgs` has no `--check`", {
      call: of.call,
      help: ["a check that changes files is none: add `--check`"],
    });
  return rest.length === 0 ? [] : [[of.name, wordsOf(scope, rest, of)]];
}

function inDirectory(directory: string): Nix {
  return {
    kind: "lines",
    lines: [[`cd $sourceRoot/${directory.replace(/\/+$/, "")}`], ['sourceRoot="."'], []],
  };
}

/**
 * The arguments of a call, without those that are said elsewhere, in their order.
 *
 * @param args as they were written
 */
export function sayArguments(
  scope: Scope,
  args: Readonly<Record<string, unknown>>,
  of: For & { readonly verb: string },
): Entries {
  return Object.entries(args).flatMap(([name, value]): Entries => {
    if (value === undefined) return [];
    const say = Object.hasOwn(sayings, name) ? sayings[name] : undefined;
    if (say) return say(scope, value, { ...of, name, what: `\`${name}\` of \`${of.verb}\`` });
    cannot(scope, `\`${name}\` of \`${of.verb}\` has no counterpart in Crane`, {
      call: of.call,
      help: [`leave it out, and say it in flake.local.nix`],
    });
    return [];
  });
}

/** Variables as a set. */
export function variables(
  scope: Scope,
  env: Readonly<Record<string, string>>,
  of: For & { readonly verb: string; readonly said?: ReadonlyMap<string, Nix> },
): Nix {
  return attrs(
    Object.entries(env).map(([name, value]) =>
      bind(
        attribute(name),
        of.said?.get(name) ??
          valueText(scope, value, { ...of, what: `\`${name}\` in \`env\` of \`${of.verb}\`` }),
      ),
    ),
  );
}
