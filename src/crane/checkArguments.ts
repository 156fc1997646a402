import * as v from "valibot";
import { backticked, diagnostic } from "../base/diagnostic.ts";
import { nearest } from "../base/nearest.ts";
import { isSourceRoot, type LibContext } from "./libContext.ts";
import { refuse } from "./refuse.ts";

/**
 * Refuses arguments of the wrong kind and unknown ones, for configurations that nobody type-checked: a
 * misspelt argument that is silently without effect is worse than an error.
 */
export function checkArguments(name: string, schema: v.ObjectEntries, args: unknown): void {
  const checked = v.safeParse(v.strictObject(schema), args);
  if (checked.success) return;
  const issue = checked.issues[0];
  const path = v.getDotPath(issue) ?? "";
  const unknown = issue.expected === "never";
  const guess = unknown ? nearest(path, Object.keys(schema)) : undefined;
  const message = unknown ? `\`${name}\` takes no argument \`${path}\`` : wrong(name, path, issue);
  refuse(
    diagnostic("configuration-argument", message, {
      notes: unknown && !guess ? [`it takes ${backticked(Object.keys(schema))}`] : [],
      help: guess ? [`did you mean \`${guess}\`?`] : asList(path, issue),
      status: 2,
    }),
  );
}

function wrong(name: string, path: string, issue: v.BaseIssue<unknown>): string {
  const place = path === "" ? `the argument of \`${name}\`` : `\`${path}\` of \`${name}\``;
  if (issue.received === "undefined") return `${place} is missing`;
  return `${place} must be ${wanted(issue)}, and is \`${issue.received}\``;
}

/** In the schema's own words where it has some; the library's are those of its types. */
function wanted(issue: v.BaseIssue<unknown>): string {
  if (!issue.message.startsWith("Invalid ")) return issue.message;
  const kinds = (issue.expected ?? "something else").replace(/^\((.*)\)$/, "$1").split(" | ");
  return kinds.map((kind) => kindNames[kind] ?? kind).join(" or ");
}

const kindNames: Readonly<Record<string, string>> = {
  Array: "a list",
  Object: "an object",
  boolean: "`true` or `false`",
  string: "a string",
};

/** Crane takes shell words where Gantry takes a list. */
function asList(path: string, issue: v.BaseIssue<unknown>): string[] {
  if (issue.expected !== "Array" || typeof issue.input !== "string") return [];
  const words = issue.input.split(/\s+/).filter((word) => word !== "");
  return [`write the words as a list: ${path}: ${JSON.stringify(words)}`];
}

/** Binds a function of `lib` to a context, and has its arguments checked on the way in. */
export function checked<A, R>(
  name: keyof typeof argumentSchemas,
  context: LibContext,
  call: (context: LibContext, args: A) => R,
): (args: A) => R {
  return (args) => {
    checkArguments(name, argumentSchemas[name], args);
    return call(context, args);
  };
}

const words = v.array(v.string());
const hook = v.union([v.string(), v.array(words)]);
const native = v.looseObject({ type: v.literal("native"), name: v.string() });
const source = v.looseObject(
  { type: v.literal("source"), root: v.string() },
  'a source such as `crane.cleanCargoSource(".")`',
);
const derivation = v.looseObject({ type: v.literal("derivation") });

const sourceRoot = v.optional(v.pipe(v.string(), v.check(isSourceRoot, "a directory within `src`")));

const named = { src: source, sourceRoot, pname: v.optional(v.string()), version: v.optional(v.string()) };

const override = v.optional(v.function("a function"));
const parsedLock = v.looseObject({
  package: v.array(v.looseObject({ name: v.string(), version: v.string() })),
});
const lock = {
  cargoLock: v.optional(v.string()),
  cargoLockContents: v.optional(v.string()),
  cargoLockParsed: v.optional(parsedLock),
};
const overrides = { overrideVendorGitCheckout: override, overrideVendorCargoPackage: override };
const vendor = v.looseObject({ type: v.literal("vendor") }, "what `crane.vendorCargoDeps` gives");
const tree = v.looseObject(
  { type: v.picklist(["source", "git", "crate", "derivation"]) },
  "a source, an input such as `git({ url, rev })`, or a step",
);

const common = {
  ...named,
  ...lock,
  ...overrides,
  cargoVendorDir: v.optional(v.nullable(vendor)),
  cargoArtifacts: v.optional(v.nullable(derivation)),
  cargoExtraArgs: v.optional(words),
  cargoProfile: v.optional(v.string()),
  nativeBuildInputs: v.optional(v.array(native)),
  buildInputs: v.optional(v.array(native)),
  strictDeps: v.optional(v.boolean()),
  env: v.optional(v.record(v.string(), v.string())),
  preBuild: v.optional(hook),
  postBuild: v.optional(hook),
  preCheck: v.optional(hook),
  postCheck: v.optional(hook),
  preInstall: v.optional(hook),
  postInstall: v.optional(hook),
};

const phases = v.array(v.looseObject({ type: v.string() }));

/** What each function of `lib` takes, for `checkArguments`. */
export const argumentSchemas = {
  buildDepsOnly: { ...common, doCheck: v.optional(v.boolean()) },
  buildPackage: {
    ...common,
    doCheck: v.optional(v.boolean()),
    cargoTestExtraArgs: v.optional(words),
    doNotRemoveReferencesToRustToolchain: v.optional(v.boolean()),
    doNotRemoveReferencesToVendorDir: v.optional(v.boolean()),
  },
  cargoBuild: common,
  cargoClippy: { ...common, cargoClippyExtraArgs: v.optional(words) },
  cargoDoc: {
    ...common,
    cargoDocExtraArgs: v.optional(words),
    docInstallRoot: v.optional(v.string()),
  },
  cargoTest: { ...common, cargoTestExtraArgs: v.optional(words) },
  cargoFmt: { ...named, cargoExtraArgs: v.optional(words), rustFmtExtraArgs: v.optional(words) },
  mkCargoDerivation: {
    ...common,
    pnameSuffix: v.optional(v.string()),
    buildPhaseCargoCommand: phases,
    checkPhaseCargoCommand: v.optional(phases),
    installPhaseCommand: v.optional(phases),
    doCheck: v.optional(v.boolean()),
    target: v.optional(v.looseObject({})),
    sourceInput: v.optional(v.looseObject({ type: v.string() })),
  },
  vendorCargoDeps: { src: v.optional(source), sourceRoot, ...lock, ...overrides },
  vendorMultipleCargoDeps: {
    cargoLockList: v.optional(words),
    cargoLockContentsList: v.optional(words),
    cargoLockParsedList: v.optional(v.array(parsedLock)),
    standardLibrary: v.optional(v.boolean()),
    ...overrides,
  },
  vendorCargoRegistries: { lockPackages: v.array(v.looseObject({})), overrideVendorCargoPackage: override },
  vendorGitDeps: { lockPackages: v.array(v.looseObject({})), overrideVendorGitCheckout: override },
  overrideAttrs: { src: v.optional(tree), patches: v.optional(words), postPatch: v.optional(hook) },
} as const satisfies Record<string, v.ObjectEntries>;
