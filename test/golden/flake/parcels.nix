# Written by `gantry eject flake`. Do not edit: change the description and run it again.
{
  description = "project";

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
        inherit (pkgs) lib;

        craneLib = crane.mkLib pkgs;

        filesMatching =
          expression:
          lib.fileset.fromSource (
            lib.cleanSourceWith {
              src = ./.;
              filter =
                path: type:
                type == "directory" || builtins.match expression (lib.removePrefix "${toString ./.}/" path) != null;
            }
          );

        src = lib.fileset.toSource {
          root = ./.;
          fileset = lib.fileset.unions [
            (craneLib.fileset.commonCargoSources ./.)
            ./proto
            (filesMatching "crates/[^/]*/migrations/.*")
          ];
        };

        commonArgs = {
          inherit src;
          strictDeps = true;
          nativeBuildInputs = [ pkgs.protobuf ];
          env.PROTOC = "${pkgs.protobuf}/bin/protoc";
        };

        # The dependencies alone, which no edit of the code has compiled again.
        cargoArtifacts = craneLib.buildDepsOnly commonArgs;

        project = craneLib.buildPackage (
          commonArgs
          // {
            inherit cargoArtifacts;
            doCheck = false;
          }
        );

        pre-commit-check = git-hooks.lib.${system}.run {
          src = ./.;
          hooks.rustfmt.enable = true;
        };
      in
      {
        checks = {
          parcels = project;
          clippy = craneLib.cargoClippy (
            commonArgs
            // {
              inherit cargoArtifacts;
              cargoClippyExtraArgs = "--workspace --all-targets -- -D warnings";
            }
          );
          fmt = craneLib.cargoFmt { inherit src; };
          tests = craneLib.cargoTest (
            commonArgs
            // {
              inherit cargoArtifacts;
              cargoTestExtraArgs = "--workspace";
            }
          );
        };

        packages.default = project;

        apps.default = flake-utils.lib.mkApp {
          drv = project;
          name = "parcels";
        };

        devShells.default = craneLib.devShell {
          checks = self.checks.${system};
          inherit (commonArgs) env;
          inherit (pre-commit-check) shellHook;
        };

        formatter = pkgs.nixfmt;
      }
    );
}
