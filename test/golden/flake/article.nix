# Written by `gantry eject flake`. Do not edit: change the description and run it again.
{
  description = "Keeps things in order";

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
    my-private-dep = {
      url = "git+ssh://git@github.com/myorg/my-private-dep?ref=main&rev=8f3c2d1e0b9a8f7e6d5c4b3a29181706f5e4d3c2&submodules=1";
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
      my-private-dep,
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
            "rust-src"
            "clippy"
            "rustfmt"
          ];
        };

        craneLib = (crane.mkLib pkgs).overrideToolchain rustToolchain;

        src = craneLib.cleanCargoSource ./.;

        cargoVendorDir = craneLib.vendorCargoDeps {
          inherit src;
          overrideVendorGitCheckout =
            ps: drv:
            let
              isFrom = source: lib.any (p: p.source == source) ps;
            in
            if
              isFrom "git+ssh://git@github.com/myorg/my-private-dep?branch=main#8f3c2d1e0b9a8f7e6d5c4b3a29181706f5e4d3c2"
            then
              drv.overrideAttrs (_: {
                src = my-private-dep;
              })
            else
              drv;
        };

        commonArgs = {
          inherit src cargoVendorDir;
          strictDeps = true;
          nativeBuildInputs = [ pkgs.protobuf ];
          env.PROTOC = "${pkgs.protobuf}/bin/protoc";
        };

        # The dependencies alone, which no edit of the code has compiled again.
        cargoArtifacts = craneLib.buildDepsOnly commonArgs;

        my-service = craneLib.buildPackage (commonArgs // { inherit cargoArtifacts; });

        pre-commit-check = git-hooks.lib.${system}.run {
          src = ./.;
          hooks = {
            rustfmt = {
              enable = true;
              packageOverrides = {
                cargo = rustToolchain;
                rustfmt = rustToolchain;
              };
            };
            nixfmt.enable = true;
          };
        };
      in
      {
        checks = {
          service = my-service;
          clippy = craneLib.cargoClippy (
            commonArgs
            // {
              inherit cargoArtifacts;
              cargoClippyExtraArgs = "--all-targets -- -D warnings";
            }
          );
          fmt = craneLib.cargoFmt { inherit src; };
          hooks = pre-commit-check;
        };

        packages.default = my-service;

        apps.default = flake-utils.lib.mkApp { drv = my-service; };

        devShells.default = craneLib.devShell {
          # Among these are the hooks of git, which the shell installs.
          checks = self.checks.${system};
          packages = [
            pkgs.protobuf
            pkgs.sqlite
          ];
          env = commonArgs.env // {
            DATABASE_URL = "sqlite:dev.db";
          };
        };

        formatter = pkgs.nixfmt;
      }
    );
}
