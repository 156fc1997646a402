import { expect, test } from "vitest";
import { pkg } from "../../../src/crane/pkgs/package.ts";
import { toolchains } from "../../../src/crane/tools/toolchains.ts";
import { git, path } from "../../../src/crane/vendor/inputs.ts";
import { libOf } from "../lib.ts";
import { refusalOf } from "../refusalOf.ts";

const source = "registry+https://github.com/rust-lang/crates.io-index";
const lib = libOf({ args: [] }, [{ name: "wasm-bindgen", version: "0.2.129", source }], [], {
  "index.html": "",
});
const src = lib.cleanCargoSource(".");
const rev = "0123456789abcdef0123456789abcdef01234567";
const lockPackages = [] as const;

/** What each function needs; for one that takes no object of arguments, what it refuses instead. */
const calls: Readonly<Record<keyof typeof lib, readonly unknown[]>> = {
  appendCrateRegistries: [[{ bogus: 1 }]],
  overrideToolchain: [{ channel: "1.95.0", components: [], targets: [] }],
  buildDepsOnly: [{ src }],
  buildPackage: [{ src }],
  buildTrunkPackage: [{ src }],
  cargoAudit: [{ src, "advisory-db": path("advisory-db") }],
  cargoBuild: [{ src }],
  cargoClippy: [{ src }],
  cargoDeny: [{ src }],
  cargoDoc: [{ src }],
  cargoDocTest: [{ src }],
  cargoFmt: [{ src }],
  cargoHakari: [{ src }],
  cargoLlvmCov: [{ src }],
  cargoNextest: [{ src }],
  cargoTarpaulin: [{ src }],
  cargoTest: [{ src }],
  taploFmt: [{ src }],
  cooldown: [{ src }],
  ociImage: [{ contents: [src] }],
  preCommit: [{ src, hooks: {} }],
  scriptPolicy: [{ src }],
  service: [{ package: lib.buildPackage({ src }) }],
  devShell: [{}],
  mkCargoDerivation: [{ src, buildPhaseCargoCommand: [] }],
  cleanCargoSource: [{ src: "." }],
  crateNameFromCargoToml: [{ src }],
  filterCargoSources: [],
  mkCrossToolchainEnv: ["aarch64-unknown-linux-gnu"],
  mkDummySrc: [{ src }],
  downloadCargoPackage: [{ name: "a", version: "1.0.0", source: "registry+https://h/i", checksum: "" }],
  downloadCargoPackageFromGit: [{ git: "https://h/a", rev }],
  lockPackages: [{ src }],
  registryFromDownloadUrl: [{ indexUrl: "https://h/i", dl: "https://h/dl" }],
  registryFromGitIndex: [{ indexUrl: "https://h/i", rev }],
  registryFromSparse: [{ indexUrl: "https://h/i" }],
  vendorCargoDeps: [{ src }],
  vendorCargoRegistries: [{ lockPackages }],
  vendorGitDeps: [{ lockPackages }],
  vendorMultipleCargoDeps: [{}],
};

/** They are given no arguments by name. The second is asked of every file, of which its caller says what it is. */
const positional = new Set([
  "appendCrateRegistries",
  "mkCrossToolchainEnv",
  "filterCargoSources",
  "cleanCargoSource",
]);

const withArguments = Object.keys(calls).filter((name) => !positional.has(name));
const call = (name: string, args: readonly unknown[]) => Reflect.apply(Reflect.get(lib, name), lib, args);

test("the functions are all that there are", () => {
  expect(Object.keys(calls).sort()).toEqual(Object.keys(lib).sort());
});

test.each(withArguments)(
  "`%s` takes what it needs, and refuses an argument that it does not know",
  (name) => {
    const [args = {}] = Reflect.get(calls, name) as readonly object[];
    call(name, [args]);
    const { code, message } = refusalOf(() => call(name, [{ ...args, bogus: 1 }]));
    expect({ code, message }).toEqual({
      code: "configuration-argument",
      message: `\`${name}\` takes no argument \`bogus\``,
    });
  },
);

test("what is no object of arguments is looked at, too", () => {
  const messages = ["appendCrateRegistries", "cleanCargoSource"].map(
    (name) => refusalOf(() => call(name, Reflect.get(calls, name))).message,
  );
  expect(messages).toEqual([
    "`0.source` of `appendCrateRegistries` is missing",
    "the argument of `cleanCargoSource` must be a string, and is `Object`",
  ]);
});

test("so are those of the other functions of a configuration, and commands", () => {
  const messageOf = (run: () => unknown) => refusalOf(run).message;
  const bogus: object = { bogus: 1 };
  expect(messageOf(() => git({ url: "https://h/a", rev, ...bogus }))).toBe("`git` takes no argument `bogus`");
  expect(messageOf(() => Reflect.apply(path, undefined, [{ root: "." }]))).toBe(
    "the argument of `path` must be a string, and is `Object`",
  );
  expect(messageOf(() => toolchains.stable("1.95.0", bogus))).toBe(
    "`toolchains.stable` takes no argument `bogus`",
  );
  expect(refusalOf(() => pkg({ name: "flac", names: {}, ...bogus })).notes).toEqual([
    "`bogus`: unknown field",
  ]);
  const run = { type: "run" as const, name: "tree", argv: ["cargo", "tree"] as [string, string], ...bogus };
  expect(messageOf(() => lib.mkCargoDerivation({ src, buildPhaseCargoCommand: [run] }))).toBe(
    "`mkCargoDerivation` takes no argument `buildPhaseCargoCommand.0.bogus`",
  );
});

test.each([
  ["mkDummySrc", "extraDummyScript"],
  ["mkDummySrc", "dummyrs"],
  ["mkDummySrc", "postInstall"],
  ["registryFromSparse", "fetchurlExtraArgs"],
  ["crateNameFromCargoToml", "cargoToml"],
])("of what Crane's `%s` takes and Gantry's does not, `%s` is refused by its name", (name, argument) => {
  const [args = {}] = Reflect.get(calls, name) as readonly object[];
  expect(refusalOf(() => call(name, [{ ...args, [argument]: "" }])).message).toBe(
    `\`${name}\` takes no argument \`${argument}\``,
  );
});

test("a hash in another form than its own, and a reference of no known kind, are refused: they would have no effect", () => {
  const indexUrl = "https://h/i";
  expect(refusalOf(() => lib.registryFromSparse({ indexUrl, configSha256: "sha256-AAAA=" })).message).toBe(
    '`configSha256` of `registryFromSparse` must be 64 hexadecimal digits, in lower case, and is `"sha256-AAAA="`',
  );
  expect(
    refusalOf(() => lib.downloadCargoPackageFromGit({ git: "https://h/a", rev, ref: "main" })).message,
  ).toBe(
    '`ref` of `downloadCargoPackageFromGit` must be `refs/heads/BRANCH` or `refs/tags/TAG`, and is `"main"`',
  );
});
