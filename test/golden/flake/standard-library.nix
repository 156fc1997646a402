# Written by `gantry eject flake`. Do not edit: change the description and run it again.
{
  description = "kernel";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
    crane.url = "github:ipetkov/crane";
    rust-overlay = {
      url = "github:oxalica/rust-overlay";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    flake-utils.url = "github:numtide/flake-utils";
  };

  outputs =
    {
      self,
      nixpkgs,
      crane,
      rust-overlay,
      flake-utils,
      ...
    }:
    flake-utils.lib.eachDefaultSystem (
      system:
      let
        pkgs = import nixpkgs {
          inherit system;
          overlays = [ (import rust-overlay) ];
        };

        rustNightly = pkgs.rust-bin.nightly."2026-05-15".default.override { extensions = [ "rust-src" ]; };

        craneLib = (crane.mkLib pkgs).overrideToolchain rustNightly;

        src = craneLib.cleanCargoSource ./.;

        cargoVendorDir = craneLib.vendorMultipleCargoDeps {
          inherit (craneLib.findCargoFiles src) cargoConfigs;
          cargoLockList = [
            ./Cargo.lock
            ./Cargo-other.lock
          ];
        };

        kernel = craneLib.buildPackage {
          inherit src cargoVendorDir;
          cargoExtraArgs = "-Z build-std=core,alloc --target x86_64-unknown-none";
          doCheck = false;
        };
      in
      {
        packages.default = kernel;

        devShells.default = craneLib.devShell { inputsFrom = [ kernel ]; };

        formatter = pkgs.nixfmt;
      }
    );
}
