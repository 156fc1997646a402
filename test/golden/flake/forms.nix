# Written by `gantry eject flake`. Do not edit: change the description and run it again.
{
  description = "m";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
    crane.url = "github:ipetkov/crane";
    git-hooks = {
      url = "github:cachix/git-hooks.nix";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    flake-utils.url = "github:numtide/flake-utils";
  };

  outputs =
    {
      self,
      nixpkgs,
      crane,
      git-hooks,
      flake-utils,
      ...
    }:
    flake-utils.lib.eachDefaultSystem (
      system:
      let
        pkgs = nixpkgs.legacyPackages.${system};

        craneBase = crane.mkLib pkgs;

        craneLib = craneBase.appendCrateRegistries [
          (craneBase.registryFromDownloadUrl {
            indexUrl = "https://git.example.org/index.git";
            dl = "https://crates.example.org/{crate}/{version}";
          })
          (craneBase.registryFromSparse {
            indexUrl = "https://crates.example.org/index/";
            configSha256 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
          })
        ];

        src = craneLib.cleanCargoSource ./.;

        src2 = ./stub;

        src3 = ./.;

        m = craneLib.buildPackage {
          inherit src;
          cargoVendorDir = src2;
          preBuild = "sh -c \"echo \\\"$out\\\" > x\"";
        };

        nested = craneLib.buildPackage {
          src = src3;
          cargoLock = ./rust/Cargo.lock;
          cargoToml = ./rust/Cargo.toml;
          postUnpack = ''
            cd $sourceRoot/rust
            sourceRoot="."
          '';
          pname = "nested";
        };

        commonArgs = {
          inherit src;
          pname = "dummied";
        };

        # The dependencies alone, which no edit of the code has compiled again.
        cargoArtifacts = craneLib.buildDepsOnly commonArgs;

        dummied = craneLib.buildPackage (
          commonArgs
          // {
            inherit cargoArtifacts;
            cargoLock = ./stub/Cargo.lock;
          }
        );

        chainedBuildArgs = {
          inherit src;
          pname = "chained";
        };

        # The dependencies alone, which no edit of the code has compiled again.
        chainedBuildArtifacts = craneLib.buildDepsOnly chainedBuildArgs;

        chained = craneLib.buildPackage (
          chainedBuildArgs
          // {
            cargoArtifacts = craneLib.cargoBuild (
              chainedBuildArgs // { cargoArtifacts = chainedBuildArtifacts; }
            );
          }
        );

        pre-commit-check = git-hooks.lib.${system}.run {
          src = ./.;
          settings.rust.check.cargoDeps = pkgs.rustPlatform.importCargoLock { lockFile = ./Cargo.lock; };
          hooks = {
            clippy = {
              enable = true;
              settings.extraArgs = "--features 'a b'";
            };
            cargo-check = {
              enable = true;
              args = [
                "--features"
                "a b"
              ];
            };
            doc = {
              enable = true;
              entry = "cargo doc";
              stages = [ "pre-push" ];
            };
          };
        };
      in
      {
        packages = {
          default = m;
          inherit nested dummied chained;
        };

        apps = {
          default = flake-utils.lib.mkApp { drv = m; };
          nested = flake-utils.lib.mkApp {
            drv = nested;
            name = "m";
          };
          dummied = flake-utils.lib.mkApp {
            drv = dummied;
            name = "m";
          };
          chained = flake-utils.lib.mkApp {
            drv = chained;
            name = "m";
          };
        };

        devShells.default = craneLib.devShell {
          inputsFrom = [
            m
            nested
            dummied
            chained
          ];
          inherit (pre-commit-check) shellHook;
        };

        formatter = pkgs.nixfmt;
      }
    );
}
