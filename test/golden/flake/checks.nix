# Written by `gantry eject flake`. Do not edit: change the description and run it again.
{
  description = "app";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
    crane.url = "github:ipetkov/crane";
    rust-overlay = {
      url = "github:oxalica/rust-overlay";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    git-hooks = {
      url = "github:cachix/git-hooks.nix";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    flake-utils.url = "github:numtide/flake-utils";
    advisory-db = {
      url = "git+https://github.com/rustsec/advisory-db?allRefs=1&rev=5555555555555555555555555555555555555555&submodules=1";
      flake = false;
    };
  };

  outputs =
    {
      self,
      nixpkgs,
      crane,
      rust-overlay,
      git-hooks,
      flake-utils,
      advisory-db,
      ...
    }:
    flake-utils.lib.eachDefaultSystem (
      system:
      let
        pkgs = import nixpkgs {
          inherit system;
          overlays = [ (import rust-overlay) ];
        };
        inherit (pkgs) lib;

        rustToolchain = pkgs.rust-bin.stable."1.95.0".default.override {
          extensions = [
            "clippy"
            "rustfmt"
            "llvm-tools"
          ];
        };

        craneLib = (crane.mkLib pkgs).overrideToolchain rustToolchain;

        src = craneLib.cleanCargoSource ./.;

        commonArgs = {
          inherit src;
          strictDeps = true;
          CARGO_PROFILE = "ci";
          env = {
            RUST_BACKTRACE = "1";
            SQLX_OFFLINE = "true";
          };
        };

        # The dependencies alone, which no edit of the code has compiled again.
        cargoArtifacts = craneLib.buildDepsOnly commonArgs;

        app = craneLib.buildPackage (
          commonArgs
          // {
            inherit cargoArtifacts;
            doCheck = false;
          }
        );

        pre-commit-check = git-hooks.lib.${system}.run {
          src = ./.;
          excludes = [ "^vendor/" ];
          settings.rust.check.cargoDeps = pkgs.rustPlatform.importCargoLock { lockFile = ./Cargo.lock; };
          hooks = {
            rustfmt = {
              enable = true;
              packageOverrides = {
                cargo = rustToolchain;
                rustfmt = rustToolchain;
              };
              settings.config.max_width = 110;
            };
            clippy = {
              enable = true;
              packageOverrides = {
                cargo = rustToolchain;
                clippy = rustToolchain;
              };
              extraPackages = [ pkgs.protobuf ];
              settings = {
                denyWarnings = true;
                extraArgs = "--profile ci --all-targets";
              };
            };
            shellcheck = {
              enable = true;
              excludes = [ "\\.envrc$" ];
            };
            typos = {
              enable = true;
              entry = "typos --force-exclude";
              package = pkgs.shellcheck;
              pass_filenames = false;
              types = [ "text" ];
            };
          };
        };
      in
      {
        checks = {
          build = craneLib.cargoBuild (commonArgs // { inherit cargoArtifacts; });
          clippy = craneLib.cargoClippy (
            commonArgs
            // {
              inherit cargoArtifacts;
              env = commonArgs.env // {
                CLIPPY_CONF_DIR = "${rustToolchain}";
              };
            }
          );
          doc = craneLib.cargoDoc (
            commonArgs
            // {
              inherit cargoArtifacts;
              cargoDocExtraArgs = "--no-deps --document-private-items";
            }
          );
          doctest = craneLib.cargoDocTest (commonArgs // { inherit cargoArtifacts; });
          test = craneLib.cargoTest (commonArgs // { inherit cargoArtifacts; });
          nextest = craneLib.cargoNextest (
            commonArgs
            // {
              inherit cargoArtifacts;
              nativeBuildInputs = [ pkgs.cargo-nextest ];
            }
          );
          coverage = craneLib.cargoLlvmCov (
            commonArgs
            // {
              inherit cargoArtifacts;
              cargoLlvmCovExtraArgs = "--workspace --lcov --output-path $out/coverage";
              preBuild = "mkdir -p $out";
            }
          );
          tarpaulin = craneLib.cargoTarpaulin (commonArgs // { inherit cargoArtifacts; });
          fmt = craneLib.cargoFmt {
            inherit src;
            rustFmtExtraArgs = "--config max_width=100";
          };
          toml = craneLib.taploFmt {
            src = lib.sources.sourceFilesBySuffices src [ ".toml" ];
            taploExtraArgs = "--option align_entries=true";
          };
          audit = craneLib.cargoAudit { inherit src advisory-db; };
          deny = craneLib.cargoDeny (commonArgs // { cargoDenyChecks = "bans licenses"; });
          hakari = craneLib.mkCargoDerivation (
            commonArgs
            // {
              cargoArtifacts = null;
              pnameSuffix = "-hakari";
              doInstallCargoArtifacts = false;
              nativeBuildInputs = [ pkgs.cargo-hakari ];
              buildPhaseCargoCommand = ''
                cargo hakari generate --diff
                cargo hakari manage-deps --dry-run
                cargo hakari verify
              '';
            }
          );
          tree = craneLib.mkCargoDerivation (
            commonArgs
            // {
              cargoArtifacts = null;
              pnameSuffix = "-tree";
              buildPhaseCargoCommand = "cargo tree --locked -e 'no dev'";
            }
          );
          hooks = pre-commit-check.overrideAttrs (_: {
            inherit (commonArgs) env;
          });
          # Not here: young, which Gantry alone has.
        };

        packages.default = app;

        apps.default = flake-utils.lib.mkApp { drv = app; };

        devShells.default = craneLib.devShell {
          checks = self.checks.${system};
          packages = [ pkgs.sqlite ];
          env = commonArgs.env // {
            NOTE = "a \"note\" for \${you}";
            CLIPPY_CONF_DIR = "${rustToolchain}";
          };
          shellHook = ''
            ${pre-commit-check.shellHook}
            export DATA="$PWD"/data
            echo 'welcome'
          '';
        };

        formatter = pkgs.nixfmt;
      }
    );
}
