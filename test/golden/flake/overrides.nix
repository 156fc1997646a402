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
    flake-utils.url = "github:numtide/flake-utils";
    wire = {
      url = "git+https://github.com/acme/wire?allRefs=1&rev=3333333333333333333333333333333333333333&submodules=1";
      flake = false;
    };
    log = {
      url = "git+https://github.com/acme/log?allRefs=1&rev=4444444444444444444444444444444444444444&submodules=1";
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
      wire,
      log,
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

        rustNightly = pkgs.rust-bin.nightly."2026-05-15".default.override { extensions = [ "rust-src" ]; };

        craneLib = (crane.mkLib pkgs).overrideToolchain rustNightly;

        src = craneLib.cleanCargoSource ./.;

        cargoVendorDir = craneLib.vendorCargoDeps {
          inherit src;
          overrideVendorCargoPackage =
            p: drv:
            if p.name == "itoa" && p.version == "1.0.15" then
              drv.overrideAttrs (_: {
                patches = [ ./patches/itoa.patch ];
              })
            else if p.name == "log" && p.version == "0.4.29" then
              drv.overrideAttrs (_: {
                unpackPhase = "cp --recursive --no-preserve=mode ${log} crate";
              })
            else
              drv;
          overrideVendorGitCheckout =
            ps: drv:
            let
              isFrom = source: lib.any (p: p.source == source) ps;
            in
            if isFrom "git+https://github.com/acme/wire#3333333333333333333333333333333333333333" then
              drv.overrideAttrs (_: {
                src = wire;
                postPatch = "sed -i 's/a/b/' src/lib.rs";
              })
            else
              drv;
        };

        commonArgs = {
          inherit src cargoVendorDir;
          strictDeps = true;
        };

        # The dependencies alone, which no edit of the code has compiled again.
        cargoArtifacts = craneLib.buildDepsOnly commonArgs;

        app = craneLib.buildPackage (
          commonArgs
          // {
            inherit cargoArtifacts;
            postInstall = "install -Dm644 app.service $out/lib/systemd/system/app.service";
            preBuild = ''
              export STAMP=1
              echo "building $pname"
            '';
          }
        );
      in
      {
        checks.tests = craneLib.cargoTest (
          commonArgs
          // {
            inherit cargoArtifacts;
            cargoTestExtraArgs = "-- --nocapture";
          }
        );

        packages.default = app;

        apps.default = flake-utils.lib.mkApp { drv = app; };

        devShells.default = craneLib.devShell {
          checks = self.checks.${system};
          inputsFrom = [ app ];
        };

        formatter = pkgs.nixfmt;
      }
    );
}
