# Written by `gantry eject flake`. Do not edit: change the description and run it again.
{
  description = "api";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
    crane.url = "github:ipetkov/crane";
    rust-overlay = {
      url = "github:oxalica/rust-overlay";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    flake-utils.url = "github:numtide/flake-utils";
    keys = {
      url = "git+https://git.example.com/team/keys.git?ref=refs%2Ftags%2Fv2.1.0&rev=1111111111111111111111111111111111111111&submodules=1";
      flake = false;
    };
    wire = {
      url = "git+ssh://git@git.example.com/team/wire.git?ref=feature%2Fv3&rev=2222222222222222222222222222222222222222&submodules=1";
      flake = false;
    };
  };

  outputs =
    {
      self,
      nixpkgs,
      crane,
      rust-overlay,
      flake-utils,
      keys,
      wire,
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

        rustToolchain = pkgs.rust-bin.fromRustupToolchainFile ./rust-toolchain.toml;

        craneLib = (crane.mkLib pkgs).overrideToolchain rustToolchain;

        src = lib.fileset.toSource {
          root = ./.;
          fileset = lib.fileset.unions [
            (craneLib.fileset.commonCargoSources ./.)
            (lib.fileset.fileFilter (file: file.hasExt "sql") ./.)
            ./templates
          ];
        };

        cargoVendorDir = craneLib.vendorCargoDeps {
          inherit src;
          overrideVendorGitCheckout =
            ps: drv:
            let
              isFrom = source: lib.any (p: p.source == source) ps;
            in
            if
              isFrom "git+https://git.example.com/team/keys.git?tag=v2.1.0#1111111111111111111111111111111111111111"
            then
              drv.overrideAttrs (_: {
                src = keys;
              })
            else if
              isFrom "git+ssh://git@git.example.com/team/wire.git?branch=feature/v3#2222222222222222222222222222222222222222"
            then
              drv.overrideAttrs (_: {
                src = wire;
              })
            else
              drv;
        };

        commonArgs = {
          inherit src cargoVendorDir;
          strictDeps = true;
          buildInputs = [ pkgs.openssl ];
          nativeBuildInputs = [ pkgs.pkg-config ];
        };

        # The dependencies alone, which no edit of the code has compiled again.
        cargoArtifacts = craneLib.buildDepsOnly commonArgs;

        api = craneLib.buildPackage (
          commonArgs
          // {
            inherit cargoArtifacts;
            pname = "api";
            cargoExtraArgs = "--locked -p api";
            doCheck = false;
          }
        );

        worker = craneLib.buildPackage (
          commonArgs
          // {
            inherit cargoArtifacts;
            pname = "worker";
            cargoExtraArgs = "--locked -p worker";
            doCheck = false;
          }
        );
      in
      {
        checks = {
          inherit api worker;
          tests = craneLib.cargoNextest (
            commonArgs
            // {
              inherit cargoArtifacts;
              partitions = 2;
              cargoNextestExtraArgs = "--workspace";
            }
          );
          docs = craneLib.cargoDoc (
            commonArgs
            // {
              inherit cargoArtifacts;
              env.RUSTDOCFLAGS = "--deny warnings";
            }
          );
        };

        packages = {
          inherit api worker;
        };

        apps = {
          api = flake-utils.lib.mkApp { drv = api; };
          worker = flake-utils.lib.mkApp { drv = worker; };
        };

        devShells.default = craneLib.devShell {
          checks = self.checks.${system};
          env.RUSTDOCFLAGS = "--deny warnings";
        };

        formatter = pkgs.nixfmt;
      }
    );
}
