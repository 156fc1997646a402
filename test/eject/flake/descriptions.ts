/** Projects whose flakes are looked at, by name: their files. */
export const descriptions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  article: {
    ...crate("my-service", 'description = "Keeps things in order"'),
    "Cargo.lock": lock(
      entry(
        "my-private-dep",
        "git+ssh://git@github.com/myorg/my-private-dep?branch=main#8f3c2d1e0b9a8f7e6d5c4b3a29181706f5e4d3c2",
      ),
      own("my-service", "my-private-dep"),
    ),
    "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane, pkgs, toolchains }) => {
  const lib = crane.overrideToolchain(
    toolchains.stable("1.95.0", { components: ["rust-src", "clippy", "rustfmt"] }),
  );
  const src = lib.cleanCargoSource(".");
  const common = {
    src,
    strictDeps: true,
    nativeBuildInputs: [pkgs.protobuf],
    env: { PROTOC: pkgs.protobuf.bin("protoc") },
  };
  const cargoArtifacts = lib.buildDepsOnly(common);
  const service = lib.buildPackage({ ...common, cargoArtifacts });
  const checks = {
    service,
    clippy: lib.cargoClippy({ ...common, cargoArtifacts, cargoClippyExtraArgs: ["--all-targets", "--", "-D", "warnings"] }),
    fmt: lib.cargoFmt({ src }),
    hooks: lib.preCommit({ src, hooks: { rustfmt: true, nixfmt: true } }),
  };
  return {
    packages: { default: service },
    checks,
    devShells: {
      default: lib.devShell({ checks, packages: [pkgs.protobuf, pkgs.sqlite], env: { DATABASE_URL: "sqlite:dev.db" } }),
    },
  };
});
`,
  },

  minimal: {
    ...crate("hello"),
    "Cargo.lock": lock(own("hello")),
    "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane }) => ({
  packages: { default: crane.buildPackage({ src: crane.cleanCargoSource(".") }) },
}));
`,
  },

  "private-workspace": {
    "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\nresolver = "2"\n',
    ...crate("api", "", "crates/api/"),
    ...crate("worker", "", "crates/worker/"),
    "templates/mail.txt": "",
    "db/schema.sql": "",
    "README.md": "",
    "rust-toolchain.toml": '[toolchain]\nchannel = "1.95.0"\ncomponents = ["clippy", "rustfmt"]\n',
    "Cargo.lock": lock(
      own("api", "wire", "wire-macros"),
      entry(
        "log",
        "registry+https://github.com/rust-lang/crates.io-index",
        "0.4.29",
        "5e5032e24019045c762d3c0f28f5b6b8bbf38563a65908389bf7978758920897",
      ),
      entry(
        "keys",
        "git+https://git.example.com/team/keys.git?tag=v2.1.0#1111111111111111111111111111111111111111",
      ),
      entry(
        "wire",
        "git+ssh://git@git.example.com/team/wire.git?branch=feature%2Fv3#2222222222222222222222222222222222222222",
      ),
      entry(
        "wire-macros",
        "git+ssh://git@git.example.com/team/wire.git?branch=feature%2Fv3#2222222222222222222222222222222222222222",
      ),
      own("worker", "keys"),
    ),
    "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane, fileset, pkgs }) => {
  const src = fileset.union(crane.cleanCargoSource("."), fileset.include("**/*.sql", "templates"));
  const common = { src, strictDeps: true, buildInputs: [pkgs.openssl], nativeBuildInputs: [pkgs.pkgConfig] };
  const cargoArtifacts = crane.buildDepsOnly(common);
  const one = (pname: string) =>
    crane.buildPackage({ ...common, cargoArtifacts, pname, cargoExtraArgs: ["--locked", "-p", pname], doCheck: false });
  const [api, worker] = [one("api"), one("worker")];
  const checks = {
    api,
    worker,
    tests: crane.cargoNextest({ ...common, cargoArtifacts, partitions: 2, cargoNextestExtraArgs: ["--workspace"] }),
    docs: crane.cargoDoc({ ...common, cargoArtifacts, env: { RUSTDOCFLAGS: "--deny warnings" } }),
  };
  return { packages: { api, worker }, checks };
});
`,
  },

  cross: {
    ...crate("tool"),
    "Cargo.lock": lock(own("tool")),
    "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane, toolchains }) => {
  const lib = crane.overrideToolchain(toolchains.stable("1.95.0", { profile: "minimal" }));
  const common = { src: lib.cleanCargoSource("."), strictDeps: true, doCheck: false };
  const on = (platform: string) => lib.buildPackage({ ...common, env: { CARGO_BUILD_TARGET: platform } });
  return {
    packages: {
      default: lib.buildPackage(common),
      musl: on("x86_64-unknown-linux-musl"),
      arm: lib.buildPackage({ ...common, ...lib.mkCrossToolchainEnv("aarch64-unknown-linux-gnu") }),
      windows: lib.buildPackage({ ...common, cargoExtraArgs: ["--locked", "--target", "x86_64-pc-windows-gnu"] }),
    },
  };
});
`,
  },

  overrides: {
    ...crate("app"),
    "Cargo.lock": lock(
      own("app", "itoa", "log", "wire"),
      entry(
        "itoa",
        "registry+https://github.com/rust-lang/crates.io-index",
        "1.0.15",
        "4a5f13b858c8d314ee3e8f639011f7ccefe71f97f96e50151fb991f267928e2c",
      ),
      entry(
        "log",
        "registry+https://github.com/rust-lang/crates.io-index",
        "0.4.29",
        "5e5032e24019045c762d3c0f28f5b6b8bbf38563a65908389bf7978758920897",
      ),
      entry("wire", "git+https://github.com/acme/wire#3333333333333333333333333333333333333333"),
    ),
    "patches/itoa.patch": "",
    "gantry.config.ts": `import { defineProject, fromRepository } from "gantry";

export default defineProject(({ crane, git, toolchains }) => {
  const lib = crane.overrideToolchain(toolchains.nightly("2026-05-15", { components: ["rust-src"] }));
  const src = lib.cleanCargoSource(".");
  const isWire = fromRepository("github.com/acme/wire");
  const cargoVendorDir = lib.vendorCargoDeps({
    src,
    overrideVendorCargoPackage: (lock, crate) =>
      lock.name === "itoa"
        ? crate.overrideAttrs({ patches: ["patches/itoa.patch"] })
        : lock.name === "log"
          ? crate.overrideAttrs({
              src: git({ url: "https://github.com/acme/log", rev: "4444444444444444444444444444444444444444" }),
            })
          : crate,
    overrideVendorGitCheckout: (lock, checkout) =>
      isWire(lock) ? checkout.overrideAttrs({ postPatch: "sed -i 's/a/b/' src/lib.rs" }) : checkout,
  });
  const common = { src, cargoVendorDir, strictDeps: true };
  const app = lib.buildPackage({
    ...common,
    postInstall: [["install", "-Dm644", "app.service", "$out/lib/systemd/system/app.service"]],
    preBuild: \`
      export STAMP=1
      echo "building $pname"
    \`,
  });
  return { packages: { default: app }, checks: { tests: lib.cargoTest({ ...common, cargoTestExtraArgs: ["--", "--nocapture"] }) } };
});
`,
  },

  "standard-library": {
    ...crate("kernel"),
    "Cargo.lock": lock(own("kernel")),
    "Cargo-other.lock": lock(own("kernel")),
    "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane, toolchains }) => {
  const lib = crane.overrideToolchain(toolchains.nightly("2026-05-15", { components: ["rust-src"] }));
  const src = lib.cleanCargoSource(".");
  const cargoVendorDir = lib.vendorMultipleCargoDeps({ cargoLockList: ["Cargo.lock", "Cargo-other.lock"] });
  const common = { src, cargoVendorDir, cargoExtraArgs: ["-Z", "build-std=core,alloc", "--target", "x86_64-unknown-none"] };
  return { packages: { default: lib.buildPackage({ ...common, doCheck: false }) } };
});
`,
  },

  page: {
    ...crate("page"),
    "Cargo.lock": lock(
      entry(
        "wasm-bindgen",
        "registry+https://github.com/rust-lang/crates.io-index",
        "0.2.100",
        "1edc8929d7499fc4e8f0be2262a241556cfc54a0bea223790e71446f2aab1ef5",
      ),
      own("page", "wasm-bindgen"),
    ),
    "index.html": '<html><head><link data-trunk rel="rust"/></head></html>',
    "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane, fileset }) => {
  const src = fileset.union(crane.cleanCargoSource("."), fileset.include("index.html", "styles/*.{css,scss}"));
  return {
    packages: { default: crane.buildTrunkPackage({ src, env: { API_URL: "/api" }, trunkExtraBuildArgs: ["--public-url", "/app"] }) },
  };
});
`,
  },

  forms: {
    ...crate("m"),
    ...crate("m", "", "rust/"),
    ...crate("m", "", "stub/"),
    "Cargo.lock": lock(own("m")),
    "rust/Cargo.lock": lock(own("m")),
    "stub/Cargo.lock": lock(own("m")),
    "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane, fileset, path }) => {
  const lib = crane.appendCrateRegistries([
    crane.registryFromDownloadUrl({
      indexUrl: "https://git.example.org/index.git",
      dl: "https://crates.example.org/{crate}/{version}",
    }),
    crane.registryFromSparse({ indexUrl: "https://crates.example.org/index/", configSha256: "a".repeat(64) }),
  ]);
  const src = lib.cleanCargoSource(".");
  const dummySrc = lib.mkDummySrc({ src });
  const dummied = lib.buildDepsOnly({ dummySrc, pname: "dummied" });
  return {
    packages: {
      default: lib.buildPackage({ src, cargoVendorDir: path("stub"), preBuild: [["sh", "-c", 'echo "$out" > x']] }),
      nested: lib.buildPackage({ src: fileset.everything(), sourceRoot: "rust", pname: "nested" }),
      dummied: lib.buildPackage({ src, pname: "dummied", cargoLock: "stub/Cargo.lock", cargoArtifacts: dummied }),
      chained: lib.buildPackage({ src, pname: "chained", cargoArtifacts: lib.cargoBuild({ src, pname: "chained" }) }),
    },
    hooks: lib.preCommit({
      src,
      cargoExtraArgs: ["--features", "a b"],
      hooks: { clippy: true, "cargo-check": true, doc: { entry: ["cargo", "doc"], stages: ["pre-push"] } },
    }),
  };
});
`,
  },

  image: {
    ...crate("server"),
    "Cargo.lock": lock(own("server")),
    motd: "welcome",
    "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane, fileset, pkgs }) => {
  const server = crane.buildPackage({ src: crane.cleanCargoSource(".") });
  return {
    packages: { default: server },
    images: {
      default: crane.ociImage({
        contents: [server, pkgs.cacert],
        config: { ExposedPorts: [8080, "53/udp"], Env: { RUST_LOG: "info" }, Volumes: ["/data"] },
      }),
      other: crane.ociImage({ contents: [server, fileset.include("motd")], name: "registry.example.org/other", config: { User: "1000", Cmd: ["--verbose"] } }),
    },
  };
});
`,
  },

  checks: {
    ...crate("app", "\n[workspace]"),
    "Cargo.lock": lock(own("app")),
    "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane, git, pkgs, toolchains, tools }) => {
  const lib = crane.overrideToolchain(toolchains.stable("1.95.0", { components: ["clippy", "rustfmt"] }));
  const src = lib.cleanCargoSource(".");
  const common = { src, strictDeps: true, cargoProfile: "ci", env: { RUST_BACKTRACE: "1", SQLX_OFFLINE: "true" } };
  const cargoArtifacts = lib.buildDepsOnly(common);
  const step = { ...common, cargoArtifacts };
  const database = git({ url: "https://github.com/rustsec/advisory-db", rev: "5555555555555555555555555555555555555555" });
  const checks = {
    build: lib.cargoBuild(step),
    clippy: lib.cargoClippy({ ...step, env: { ...common.env, CLIPPY_CONF_DIR: "/build/toolchain" } }),
    doc: lib.cargoDoc({ ...step, cargoDocExtraArgs: ["--no-deps", "--document-private-items"] }),
    doctest: lib.cargoDocTest(step),
    test: lib.cargoTest({ ...step, keepTestResults: true }),
    nextest: lib.cargoNextest({ ...step, nativeBuildInputs: [tools.cargoNextest("0.9.143")] }),
    coverage: lib.cargoLlvmCov({ ...step, cargoLlvmCovExtraArgs: ["--workspace", "--lcov", "--output-path", "$out/coverage"] }),
    tarpaulin: lib.cargoTarpaulin(step),
    fmt: lib.cargoFmt({ src, rustFmtExtraArgs: ["--check", "--config", "max_width=100"] }),
    toml: lib.taploFmt({ src, taploExtraArgs: ["--option", "align_entries=true"] }),
    audit: lib.cargoAudit({ src, "advisory-db": database }),
    deny: lib.cargoDeny({ ...common, cargoDenyChecks: ["bans", "licenses"] }),
    hakari: lib.cargoHakari(common),
    tree: lib.mkCargoDerivation({
      ...common,
      pnameSuffix: "-tree",
      buildPhaseCargoCommand: [{ type: "run", name: "tree", argv: ["cargo", "tree", "--locked", "-e", "no dev"] }],
    }),
    young: lib.cooldown({ src, days: 14 }),
  };
  const hooks = lib.preCommit({
    ...step,
    nativeBuildInputs: [pkgs.protobuf],
    excludes: ["^vendor/"],
    hooks: {
      rustfmt: { settings: { config: { max_width: 110 } } },
      clippy: { settings: { denyWarnings: true, extraArgs: ["--all-targets"] } },
      shellcheck: { excludes: ["\\\\.envrc$"] },
      typos: { entry: ["typos", "--force-exclude"], package: pkgs.shellcheck, pass_filenames: false, types: ["text"] },
    },
  });
  const all = { ...checks, hooks };
  return {
    packages: { default: lib.buildPackage({ ...step, doCheck: false }) },
    checks: all,
    devShells: {
      default: lib.devShell({
        checks: all,
        packages: [pkgs.sqlite],
        env: { DATA: "/build/source/data", NOTE: 'a "note" for $' + "{you}" },
        shellHook: "echo 'welcome'",
      }),
    },
    flake: { without: ["checks.young"] },
  };
});
`,
  },
};

function crate(name: string, more = "", directory = ""): Readonly<Record<string, string>> {
  return {
    [`${directory}Cargo.toml`]: `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n${more}\n`,
    [`${directory}src/main.rs`]: "fn main() {}\n",
  };
}

function lock(...packages: readonly string[]): string {
  return ["version = 4\n", ...packages].join("\n");
}

function own(name: string, ...dependencies: readonly string[]): string {
  const list =
    dependencies.length === 0
      ? ""
      : `dependencies = [\n${dependencies.map((each) => ` "${each}",\n`).join("")}]\n`;
  return `[[package]]\nname = "${name}"\nversion = "0.1.0"\n${list}`;
}

function entry(name: string, source: string, version = "1.0.0", checksum?: string): string {
  const sum = checksum === undefined ? "" : `checksum = "${checksum}"\n`;
  return `[[package]]\nname = "${name}"\nversion = "${version}"\nsource = "${source}"\n${sum}`;
}
