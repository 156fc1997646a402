# Written by `gantry eject flake`. Do not edit: change the description and run it again.
{
  description = "hello";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
    crane.url = "github:ipetkov/crane";
    flake-utils.url = "github:numtide/flake-utils";
  };

  outputs =
    {
      self,
      nixpkgs,
      crane,
      flake-utils,
      ...
    }@inputs:
    flake-utils.lib.eachDefaultSystem (
      system:
      let
        pkgs = nixpkgs.legacyPackages.${system};
        inherit (pkgs) lib;

        craneLib = crane.mkLib pkgs;

        src = craneLib.cleanCargoSource ./.;

        hello = craneLib.buildPackage { inherit src; };

        described = {
          packages.default = hello;

          apps.default = flake-utils.lib.mkApp { drv = hello; };

          devShells.default = craneLib.devShell { inputsFrom = [ hello ]; };

          formatter = pkgs.nixfmt;
        };

        local = import ./flake.local.nix {
          inherit
            inputs
            system
            pkgs
            craneLib
            src
            hello
            ;
        };
      in
      lib.recursiveUpdateUntil (_: _: lib.isDerivation) described local
    );
}
