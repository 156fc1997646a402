const manifest = (name: string) => `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n`;
const lock = (name: string) => `version = 4\n\n[[package]]\nname = "${name}"\nversion = "0.1.0"\n`;
const crate = (name: string) => ({
  "Cargo.toml": manifest(name),
  "Cargo.lock": lock(name),
  "src/main.rs": "fn main() {}\n",
});

/** Flakes in forms that are common, by name: the files of their projects. */
export const shapes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  usual: {
    ...crate("inn"),
    "rust-toolchain.toml": '[toolchain]\nchannel = "1.95.0"\n',
    "flake.nix": `{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
  inputs.crane.url = "github:ipetkov/crane";
  inputs.fenix.url = "github:nix-community/fenix";
  inputs.flake-utils.url = "github:numtide/flake-utils";
  inputs.advisory-db = { url = "github:rustsec/advisory-db"; flake = false; };

  outputs = { self, nixpkgs, crane, fenix, flake-utils, advisory-db }:
    flake-utils.lib.eachDefaultSystem (system:
      let
        pkgs = nixpkgs.legacyPackages.\${system};
        inherit (pkgs) lib;
        craneLib = (crane.mkLib pkgs).overrideToolchain (fenix.packages.\${system}.combine [
          fenix.packages.\${system}.stable.cargo
          fenix.packages.\${system}.stable.rustc
          fenix.packages.\${system}.stable.clippy
          fenix.packages.\${system}.targets.wasm32-unknown-unknown.stable.rust-std
        ]);
        isSql = path: _: builtins.match ".*\\\\.sql$" path != null;
        src = lib.cleanSourceWith {
          src = ./.;
          filter = path: type:
            isSql path type || lib.hasInfix "/templates/" path || craneLib.filterCargoSources path type;
          name = "source";
        };
        commonArgs = {
          inherit src;
          strictDeps = true;
          nativeBuildInputs = with pkgs; [ pkg-config protobuf ];
          buildInputs = [ pkgs.openssl.dev ] ++ lib.optionals pkgs.stdenv.isDarwin [ pkgs.libiconv ];
          cargoClippyExtraArgs = "--all-targets -- -D 'clippy::all'";
          PROTOC = lib.getExe' pkgs.protobuf "protoc";
          OPENSSL_DIR = "\${pkgs.openssl.dev}";
        };
        cargoArtifacts = craneLib.buildDepsOnly commonArgs;
        inn = craneLib.buildPackage (commonArgs // {
          inherit cargoArtifacts;
          inherit (craneLib.crateNameFromCargoToml { cargoToml = ./Cargo.toml; }) pname version;
          doCheck = false;
          meta.mainProgram = "inn";
          cargoBuildCommand = "cargo build --profile release";
        });
      in {
        packages = {
          default = inn;
          docker = pkgs.dockerTools.buildLayeredImage {
            name = "inn";
            tag = "v1";
            config = {
              Cmd = [ "\${inn}/bin/inn" "--port" "80" ];
              ExposedPorts."80/tcp" = { };
            };
          };
          wrapped = pkgs.symlinkJoin { name = "wrapped"; paths = [ inn ]; };
        };
        checks = {
          inherit inn;
          clippy = craneLib.cargoClippy (commonArgs // { inherit cargoArtifacts; });
          audit = craneLib.cargoAudit { inherit src advisory-db; };
          fmt = craneLib.cargoFmt (commonArgs // { });
          nextest = craneLib.cargoNextest (commonArgs // { inherit cargoArtifacts; partitions = 1; partitionType = "count"; });
        };
        apps.default = flake-utils.lib.mkApp { drv = inn; };
        devShells.default = pkgs.mkShell {
          inputsFrom = builtins.attrValues self.checks.\${system};
          packages = with pkgs; [ sqlite cargo-nextest cowsay rustfmt ];
          RUST_LOG = "debug";
          shellHook = ''
            echo "hello, $USER"
          '';
        };
      });
}
`,
    "flake.lock": JSON.stringify({
      nodes: {
        root: { inputs: { "advisory-db": "advisory-db" } },
        "advisory-db": { locked: { rev: "7777777777777777777777777777777777777777" } },
      },
      root: "root",
      version: 7,
    }),
  },

  modules: {
    ...crate("mill"),
    "nix/wheel.nix": `{ craneLib, src, pkg-config, lib, stdenv, wheels ? 4 }:
craneLib.buildPackage {
  inherit src;
  nativeBuildInputs = [ pkg-config ] ++ lib.optional stdenv.isLinux pkg-config;
  cargoExtraArgs = "--locked" + lib.optionalString (wheels > 3) " --features wagon";
}
`,
    "nix/shell.nix": `{ ... }:
{
  perSystem = { pkgs, config, self', ... }: {
    devShells.default = pkgs.mkShell {
      inputsFrom = [ self'.packages.default ];
      shellHook = ''
        \${config.pre-commit.installationScript}
        export MILL=$PWD
      '';
    };
  };
}
`,
    "flake.nix": `{
  description = "A mill";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs";
    flake-parts.url = "github:hercules-ci/flake-parts";
    systems.url = "github:nix-systems/default";
    crane.url = "github:ipetkov/crane";
    rust-overlay.url = "github:oxalica/rust-overlay";
    git-hooks.url = "github:cachix/git-hooks.nix";
  };

  outputs = inputs@{ flake-parts, ... }:
    flake-parts.lib.mkFlake { inherit inputs; } {
      systems = import inputs.systems;
      imports = [ inputs.git-hooks.flakeModule ./nix/shell.nix ];
      flake.overlays.default = final: prev: { };
      perSystem = { system, self', lib, ... }:
        let
          pkgs = import inputs.nixpkgs { inherit system; overlays = [ (import inputs.rust-overlay) ]; };
          craneLib = (inputs.crane.mkLib pkgs).overrideToolchain
            (p: p.rust-bin.selectLatestNightlyWith (toolchain: toolchain.minimal.override { extensions = [ "rust-src" ]; }));
          src = lib.fileset.toSource {
            root = ./.;
            fileset = lib.fileset.unions [
              (craneLib.fileset.commonCargoSources ./.)
              (lib.fileset.maybeMissing ./assets)
              (lib.fileset.fileFilter (file: file.hasExt "html" || file.name == "LICENSE") ./.)
            ];
          };
        in
        {
          packages.default = pkgs.callPackage ./nix/wheel.nix { inherit craneLib src; };
          checks = lib.mapAttrs (name: words: craneLib.cargoTest { inherit src; cargoTestExtraArgs = words; pname = name; }) {
            fast = "--lib";
            slow = "-- --ignored";
          } // { style = craneLib.taploFmt { inherit src; }; };
          pre-commit.settings.hooks = {
            rustfmt.enable = true;
            clippy = { enable = true; settings.denyWarnings = true; };
            typos.enable = true;
            shellcheck.enable = false;
          };
          treefmt.programs.nixfmt.enable = true;
        };
    };
}
`,
  },

  older: {
    ...crate("yard"),
    "flake.nix": `{
  inputs.crane = { url = "github:ipetkov/crane"; inputs.nixpkgs.follows = "nixpkgs"; };
  inputs.private = { url = "git+ssh://git@git.example.com/team/keys.git?ref=main"; flake = false; };

  outputs = { self, nixpkgs, crane, private, ... }:
    let
      forAll = nixpkgs.lib.genAttrs [ "x86_64-linux" "aarch64-linux" ];
      libFor = system: crane.lib.\${system};
      build = nixpkgs.lib.makeOverridable ({ system, features ? [ ] }:
        let lib = libFor system; in {
          app = lib.buildPackage {
            src = lib.cleanCargoSource (lib.path ./.);
            cargoVendorDir = lib.vendorCargoDeps {
              src = ./.;
              overrideVendorGitCheckout = ps: drv:
                if builtins.any (p: nixpkgs.lib.hasPrefix "git+ssh://git@git.example.com/team/keys.git" p.source) ps
                then drv.overrideAttrs (old: { src = private; patches = (old.patches or [ ]) ++ [ ./keys.patch ]; })
                else drv;
            };
            cargoExtraArgs = builtins.concatStringsSep " " (map (f: "--features " + f) features);
            CARGO_PROFILE = "dist";
            preBuild = ''
              export BUILT_BY=nix
              echo "building with \${builtins.toString (builtins.length features)} features"
            '';
          };
        });
    in {
      defaultPackage = forAll (system: (build { inherit system; }).app);
      packages = forAll (system: { full = ((build { inherit system; }).override { features = [ "all" ]; }).app; });
      devShell = forAll (system: nixpkgs.legacyPackages.\${system}.mkShell { buildInputs = [ nixpkgs.legacyPackages.\${system}.sqlite ]; });
      nixosModules.default = { ... }: { };
    };
}
`,
    "keys.patch": "",
  },
};
