import { expect, test } from "vitest";
import { pkg } from "../../../src/crane/pkgs/package.ts";
import { pkgs } from "../../../src/crane/pkgs/pkgs.ts";
import { tools } from "../../../src/crane/tools/tools.ts";
import type { Derivation } from "../../../src/derivation/model.ts";
import { cargoEnvironment } from "../../../src/derivation/world.ts";
import { libOf } from "../lib.ts";
import { refusalOf } from "../refusalOf.ts";

const source = "registry+https://github.com/rust-lang/crates.io-index";
const locked = [{ name: "wasm-bindgen", version: "0.2.129", source }] as const;
const page = '<link data-trunk rel="rust" data-wasm-opt="0" />';
const optimised = '<link data-trunk rel="rust" />';
const files = { "index.html": page, "Cargo.toml": "" };

type Args = Omit<Parameters<ReturnType<typeof libOf>["buildTrunkPackage"]>[0], "src">;
type Given = {
  readonly files?: Readonly<Record<string, string>>;
  readonly lock?: Parameters<typeof libOf>[1];
};

function built(args: Args = {}, given: Given = {}): Derivation {
  const lib = libOf({ args: [] }, given.lock ?? locked, [], given.files ?? files);
  return lib.buildTrunkPackage({ src: lib.cleanCargoSource("."), ...args });
}

const onPage = (html: string, args: Args = {}) => built(args, { files: { ...files, "index.html": html } });
const plans = ({ targetDirectory }: Derivation) => targetDirectory?.plans.map((plan) => plan.join(" "));
const trunkRun = ({ phases }: Derivation) =>
  phases
    .flatMap((phase) => (phase.type === "run" && phase.name === "trunk" ? phase.argv.join(" ") : []))
    .join();
const programs = ({ mounts }: Derivation) =>
  [mounts["/usr"] ?? []].flat().flatMap((input) => (input.type === "native" ? input.name : []));

const forWasm = ["--profile", "release", "--locked", "--target", "wasm32-unknown-unknown"];

test("`buildTrunkPackage` has Cargo compile for the page, on the layer of just that, and then trunk", () => {
  const lib = libOf({ args: [] }, locked, [], files);
  const src = lib.cleanCargoSource(".");
  const plan = ["build", ...forWasm];
  const toolchain = {
    type: "toolchain",
    request: { components: [], targets: [], platforms: ["wasm32-unknown-unknown"] },
  };
  const crates = {
    "/build/vendor": { type: "vendor", of: src },
    "/build/.cargo": { type: "vendor-config", of: src },
  };
  const messages = ["--message-format", "json-diagnostic-rendered-ansi"];
  const runOf = (name: string) => ({
    type: "run",
    name,
    argv: ["cargo", "build", ...messages, ...forWasm],
    messages: "cargo",
  });
  expect(lib.buildTrunkPackage({ src })).toEqual({
    type: "derivation",
    name: "app-trunk",
    phases: [
      runOf("build"),
      {
        type: "run",
        name: "trunk",
        argv: ["trunk", "build", "./index.html", "--dist", "/build/out", "--release", "--locked"],
      },
    ],
    env: {
      ...cargoEnvironment,
      TRUNK_OFFLINE: "true",
      TRUNK_SKIP_VERSION_CHECK: "true",
      TRUNK_TOOLS_WASM_BINDGEN: "0.2.129",
    },
    mounts: {
      "/build/source": src,
      ...crates,
      "/build/toolchain": toolchain,
      "/usr": [tools.wasmBindgen("0.2.129"), tools.trunk(), { type: "base-system" }],
    },
    targetDirectory: {
      layer: {
        type: "derivation",
        name: "app-trunk-deps",
        phases: [runOf("build-0")],
        env: cargoEnvironment,
        mounts: {
          "/build/source": { type: "dummy-source", of: src },
          ...crates,
          "/build/toolchain": toolchain,
          "/usr": [{ type: "base-system" }],
        },
        targetDirectory: { plans: [plan], keep: "dependencies" },
      },
      plans: [plan],
      keep: "all",
    },
  });
});

const wasm = "build --profile release --locked --target wasm32-unknown-unknown";

test.each<[string, readonly string[]]>([
  ["<p>no program is named: the package beside the page</p>", [wasm]],
  ['<!-- <link data-trunk rel="rust" data-bin="a"> -->', [wasm]],
  ["<LINK DATA-TRUNK rel=rust data-bin=a>", [`${wasm} --bin a`]],
  ['<link data-trunk rel="rust" href="client" />', [`${wasm} --manifest-path client/Cargo.toml`]],
  ['<link data-trunk rel="rust" href="client/Cargo.toml" />', [`${wasm} --manifest-path client/Cargo.toml`]],
  [
    '<link data-trunk rel="rust" data-cargo-features="a,b" data-cargo-no-default-features />',
    [`${wasm} --no-default-features --features a,b`],
  ],
  ['<link data-trunk rel="rust" data-cargo-all-features />', [`${wasm} --all-features`]],
  ['<link data-trunk rel="rust" data-cargo-profile="small" />', [wasm.replace("release", "small")]],
  [
    '<link data-trunk rel="rust" data-cargo-profile="a" data-cargo-profile-release="b" />',
    [wasm.replace("release", "b")],
  ],
  [
    '<link data-trunk rel="rust" data-bin="app" /><link data-trunk rel="rust" data-type="worker" data-bin="worker" />',
    [`${wasm} --bin app`, `${wasm} --bin worker`],
  ],
  ['<link data-trunk rel="rust" data-type="worker" data-bin="worker" />', [`${wasm} --bin worker`, wasm]],
  ['<link data-trunk rel="rust" data-trunk-skip />', []],
])("of %s Cargo compiles %j", (html, expected) => {
  expect(plans(onPage(html))).toEqual(expected);
});

const dev = "build --locked --target wasm32-unknown-unknown";
const settings = (text: string, name = "Trunk.toml") => ({ files: { ...files, [name]: text } });

test.each<[Args, Given, string, string]>([
  [{ cargoProfile: "" }, {}, dev, "--locked"],
  [{ cargoProfile: "dev" }, {}, dev, "--locked"],
  [{ cargoProfile: "small" }, {}, wasm.replace("release", "small"), "--cargo-profile small --locked"],
  [{ cargoProfile: "dev", trunkExtraBuildArgs: ["--release"] }, {}, wasm, "--locked --release"],
  [{ trunkExtraBuildArgs: ["--release=false"] }, {}, dev, "--locked --release=false"],
  [{ trunkExtraBuildArgs: ["--release", "false"] }, {}, dev, "--locked --release false"],
  [
    { env: { TRUNK_BUILD_CARGO_PROFILE: "small" } },
    {},
    wasm.replace("release", "small"),
    "--release --locked",
  ],
  [{ cargoExtraArgs: [] }, {}, wasm.replace(" --locked", ""), "--release"],
  [
    {
      cargoExtraArgs: [
        "--features",
        "a b",
        "-Fc",
        "-p",
        "app",
        "--target=x86_64-unknown-linux-gnu",
        "--offline",
      ],
    },
    {},
    `${wasm.replace("--locked", "--offline")} --features a,b,c`,
    "--release --features a,b --features c",
  ],
  [
    {},
    settings('[build]\nfeatures = "a"\nno_default_features = true\n'),
    `${wasm} --no-default-features --features a`,
    "--release --locked",
  ],
  [
    { cargoProfile: "" },
    settings('[build]\nrelease = true\nexample = "e"\n'),
    `${wasm} --example e`,
    "--locked",
  ],
  [
    {},
    settings('{"build":{"features":["a","b"]}}', ".trunk.json"),
    `${wasm} --features a,b`,
    "--release --locked",
  ],
  [
    {},
    settings("[package.metadata.trunk.build]\nall_features = true\n", "Cargo.toml"),
    `${wasm} --all-features`,
    "--release --locked",
  ],
  [
    { trunkExtraBuildArgs: ["--features", "b"] },
    settings('[build]\nfeatures = ["a"]\n'),
    `${wasm} --features b`,
    "--release --locked --features b",
  ],
  [{}, settings("[build\n"), wasm, "--release --locked"],
])("by %j and %j Cargo is called %j and trunk is told %j", (args, given, plan, words) => {
  const step = built(args, given);
  expect(plans(step)).toEqual([plan]);
  expect(trunkRun(step)).toBe(`trunk build ./index.html --dist /build/out ${words}`);
});

test("a page below the root has its package beside it; trunk's settings may lie elsewhere, too", () => {
  const client = {
    "client/index.html": page,
    "client/Cargo.toml": "",
    "client/Trunk.toml": '[build]\nfeatures = ["a"]\n',
  };
  const manifest = "--manifest-path client/Cargo.toml";
  expect(plans(built({ trunkIndexPath: "client/index.html" }, { files: client }))).toEqual([
    `${wasm} ${manifest}`,
  ]);
  const configured = built({ trunkExtraArgs: ["--config", "client/Trunk.toml"] }, { files: client });
  expect(plans(configured)).toEqual([`${wasm} ${manifest} --features a`]);
  expect(trunkRun(configured)).toBe(
    "trunk --config client/Trunk.toml build ./index.html --dist /build/out --release --locked",
  );
});

test.each<[string, Args, readonly string[]]>([
  [optimised, {}, ["binaryen"]],
  [optimised, { cargoProfile: "" }, []],
  [page, {}, []],
  ["", {}, []],
  ['<link data-trunk rel="rust" data-wasm-opt="0" />', {}, []],
  [
    '<link data-trunk rel="rust" data-wasm-opt="0" /><link data-trunk rel="scss" href="a.scss" />',
    {},
    ["dart-sass"],
  ],
  ['<link data-trunk rel="tailwind-css" href="a.css" />', {}, ["tailwindcss"]],
  [optimised, { nativeBuildInputs: [pkg({ name: "mine", bins: ["wasm-opt"], names: {} })] }, ["mine"]],
  [optimised, { nativeBuildInputs: [tools.crate("wasm-opt", "0.116.1")] }, []],
])("for %j with %j trunk gets %j", (html, args, expected) => {
  expect(programs(onPage(html, args))).toEqual(expected);
});

test("where wasm-opt runs, its version is looked at after compiling and before trunk runs", () => {
  const { phases, mounts } = onPage(optimised);
  const names = phases.map((phase) => (phase.type === "run" ? phase.name : phase.type));
  expect(names).toEqual(["build", "wasm-opt", "trunk"]);
  expect(mounts["/usr"]).toContain(pkgs.binaryen);
});

test("wasm-bindgen has the version of the lock, also where how to build it is given", () => {
  const toolchain = { channel: "1.95.0", components: [], targets: [] };
  const step = built({ "wasm-bindgen-cli": tools.wasmBindgen(undefined, { toolchain }) });
  expect([step.mounts["/usr"]].flat()[0]).toEqual(tools.wasmBindgen("0.2.129", { toolchain }));
  const own = pkg({ name: "wasmBindgen", bins: ["wasm-bindgen"], names: { nixpkgs: "wasm-bindgen-cli" } });
  expect(programs(built({ "wasm-bindgen-cli": own }))).toEqual(["wasmBindgen"]);
});

test("another wasm-bindgen than that of the lock is refused, with the one that fits", () => {
  const { code, message, help } = refusalOf(() =>
    built({ "wasm-bindgen-cli": tools.wasmBindgen("0.2.100") }),
  );
  expect({ code, message, help }).toEqual({
    code: "wasm-bindgen-version",
    message: "`wasm-bindgen-cli` 0.2.100 does not fit: the lock has `wasm-bindgen` 0.2.129",
    help: [
      'leave it away, which gives 0.2.129, or name that: "wasm-bindgen-cli": tools.wasmBindgen("0.2.129")',
      "or have the lock follow: cargo update -p wasm-bindgen --precise 0.2.100",
    ],
  });
});

test("a lock without wasm-bindgen says nothing of which one is meant; the configuration may", () => {
  expect(refusalOf(() => built({}, { lock: [] })).code).toBe("wasm-bindgen-unlocked");
  const step = built({ "wasm-bindgen-cli": tools.wasmBindgen("0.2.129") }, { lock: [] });
  expect(step.env.TRUNK_TOOLS_WASM_BINDGEN).toBe("0.2.129");
});

test("a source without the page is refused, and so is what trunk cannot hand on", () => {
  const { code, message } = refusalOf(() => built({ trunkIndexPath: "web/index.html" }));
  expect({ code, message }).toEqual({
    code: "trunk-index-missing",
    message: "the source has no `web/index.html`, which trunk begins with",
  });
  expect(refusalOf(() => built({ cargoExtraArgs: ["--locked", "-Zbuild-std"] })).message).toBe(
    "trunk cannot hand `-Zbuild-std` of `cargoExtraArgs` on to Cargo",
  );
});
