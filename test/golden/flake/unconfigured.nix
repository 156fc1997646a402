# Written by `gantry eject flake`. Do not edit: change the description and run it again.
{
  description = "hello";

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

        craneLib = crane.mkLib pkgs;

        src = ./.;

        # The dependencies alone, which no edit of the code has compiled again.
        cargoArtifacts = craneLib.buildDepsOnly { inherit src; };

        hello = craneLib.buildPackage {
          inherit src cargoArtifacts;
          doCheck = false;
        };

        pre-commit-check = git-hooks.lib.${system}.run {
          src = ./.;
          hooks.rustfmt.enable = true;
        };
      in
      {
        checks = {
          clippy = craneLib.cargoClippy {
            inherit src cargoArtifacts;
            cargoClippyExtraArgs = "--workspace --all-targets -- --deny warnings";
          };
          fmt = craneLib.cargoFmt { inherit src; };
          test = craneLib.cargoTest {
            inherit src cargoArtifacts;
            cargoTestExtraArgs = "--workspace";
          };
        };

        packages.default = hello;

        apps.default = flake-utils.lib.mkApp { drv = hello; };

        devShells.default = craneLib.devShell {
          checks = self.checks.${system};
          inputsFrom = [ hello ];
          inherit (pre-commit-check) shellHook;
        };

        formatter = pkgs.nixfmt;
      }
    );
}
