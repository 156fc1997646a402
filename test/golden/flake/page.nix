# Written by `gantry eject flake`. Do not edit: change the description and run it again.
{
  description = "page";

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
        inherit (pkgs) lib;

        rustToolchain = pkgs.rust-bin.stable.latest.default.override {
          targets = [ "wasm32-unknown-unknown" ];
        };

        craneLib = (crane.mkLib pkgs).overrideToolchain rustToolchain;

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
            ./index.html
            (filesMatching "styles/[^/]*\\.(css|scss)")
          ];
        };

        page-trunk = craneLib.buildTrunkPackage {
          inherit src;
          trunkExtraBuildArgs = "--public-url /app";
          wasm-bindgen-cli = pkgs.wasm-bindgen-cli_0_2_100;
          API_URL = "/api";
        };
      in
      {
        packages.default = page-trunk;

        devShells.default = craneLib.devShell {
          inputsFrom = [ page-trunk ];
          env = {
            API_URL = "/api";
            TRUNK_OFFLINE = "true";
            TRUNK_SKIP_VERSION_CHECK = "true";
            TRUNK_TOOLS_WASM_BINDGEN = "0.2.100";
          };
        };

        formatter = pkgs.nixfmt;
      }
    );
}
