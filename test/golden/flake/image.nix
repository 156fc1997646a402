# Written by `gantry eject flake`. Do not edit: change the description and run it again.
{
  description = "server";

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
    }:
    flake-utils.lib.eachDefaultSystem (
      system:
      let
        pkgs = nixpkgs.legacyPackages.${system};
        inherit (pkgs) lib;

        craneLib = crane.mkLib pkgs;

        src = craneLib.cleanCargoSource ./.;

        server = craneLib.buildPackage { inherit src; };

        src2 = lib.fileset.toSource {
          root = ./.;
          fileset = ./motd;
        };
      in
      {
        packages = {
          default = server;
          image = pkgs.dockerTools.buildLayeredImage {
            name = "server";
            tag = "latest";
            contents = [
              server
              pkgs.cacert
            ];
            config = {
              Entrypoint = [ "/bin/server" ];
              Env = [ "RUST_LOG=info" ];
              ExposedPorts = {
                "8080/tcp" = { };
                "53/udp" = { };
              };
              User = "65532:65532";
              Volumes."/data" = { };
            };
          };
          other-image = pkgs.dockerTools.buildLayeredImage {
            name = "registry.example.org/other";
            tag = "latest";
            contents = [
              server
              src2
            ];
            config = {
              Entrypoint = [ "/bin/server" ];
              Cmd = [ "--verbose" ];
              User = "1000";
            };
          };
        };

        apps.default = flake-utils.lib.mkApp { drv = server; };

        devShells.default = craneLib.devShell { inputsFrom = [ server ]; };

        formatter = pkgs.nixfmt;
      }
    );
}
