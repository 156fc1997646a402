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
          checks = lib.optionalAttrs pkgs.stdenv.hostPlatform.isLinux {
            hello-service = pkgs.testers.runNixOSTest {
              name = "hello";
              nodes.machine = {
                imports = [ self.nixosModules.default ];
                services.hello.enable = true;
              };
              testScript = ''
                machine.wait_for_unit("hello.service")
                machine.wait_for_open_port(8080)
                machine.wait_until_succeeds("curl --fail --silent --show-error 'http://localhost:8080/health?full=1&all'", timeout=60)
              '';
            };
            names-service = pkgs.testers.runNixOSTest {
              name = "names";
              nodes.machine =
                { config, ... }:
                {
                  imports = [ self.nixosModules.default ];
                  environment.systemPackages = [ config.services.names.package ];
                  services.names = {
                    enable = true;
                    environmentFile = null;
                  };
                };
              testScript = ''
                machine.wait_for_unit("names.service")
                machine.wait_for_open_port(9090)
                machine.wait_until_succeeds("names --ask 'it'\\'''s there'", timeout=60)
              '';
            };
          };

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
    )
    // {
      nixosModules = {
        hello =
          {
            config,
            lib,
            pkgs,
            utils,
            ...
          }:
          let
            cfg = config.services.hello;
            settingsFormat = pkgs.formats.toml { };
            settingsFile = settingsFormat.generate "hello.toml" cfg.settings;
          in
          {
            options.services.hello = {
              enable = lib.mkEnableOption "hello: Says hello, 100% of the time";

              package = lib.mkOption {
                type = lib.types.package;
                default = self.packages.${pkgs.stdenv.hostPlatform.system}.default;
                defaultText = lib.literalExpression "the package `default` of the flake";
                description = "The package that has the program.";
              };

              user = lib.mkOption {
                type = lib.types.str;
                default = "hello";
                description = "Whom it runs as. A user that the machine does not have is there while it runs.";
              };

              group = lib.mkOption {
                type = lib.types.str;
                default = cfg.user;
                defaultText = lib.literalExpression "config.services.hello.user";
                description = "The group that it runs as.";
              };

              port = lib.mkOption {
                type = lib.types.port;
                default = 8080;
                description = "The port that it listens on.";
              };

              openFirewall = lib.mkOption {
                type = lib.types.bool;
                default = false;
                description = "Whether other machines reach its ports.";
              };

              extraArgs = lib.mkOption {
                type = lib.types.listOf lib.types.str;
                default = [ ];
                description = "Further arguments of the program.";
              };

              settings = lib.mkOption {
                type = settingsFormat.type;
                default = { };
                description = "What the program reads in its file. Everybody on the machine can read it.";
              };

              environment = lib.mkOption {
                type = lib.types.attrsOf lib.types.str;
                default = { };
                description = "Variables. Everybody on the machine can read them: secrets belong into the environmentFile.";
              };

              environmentFile = lib.mkOption {
                type = lib.types.nullOr lib.types.path;
                default = null;
                description = "A file of variables, a NAME=value in a line, outside of the Nix store: secrets.";
              };
            };

            config = lib.mkIf cfg.enable {
              services.hello.settings = {
                log = {
                  level = lib.mkDefault "info";
                  colour = lib.mkDefault false;
                };
                workers = lib.mkDefault 4;
                url = lib.mkDefault "http://localhost:${toString cfg.port}/";
                hosts = lib.mkDefault [
                  "a"
                  "b"
                ];
                listen.port = lib.mkDefault cfg.port;
              };
              services.hello.environment = {
                RUST_LOG = lib.mkDefault "info";
                BASE_URL = lib.mkDefault "http://localhost:${toString cfg.port}/%%d";
                DATA = lib.mkDefault "a b";
              };

              systemd.services.hello = {
                description = "Says hello, 100%% of the time";
                wantedBy = [ "multi-user.target" ];
                wants = [ "network-online.target" ];
                after = [ "network-online.target" ];
                inherit (cfg) environment;
                serviceConfig = {
                  ExecStart = utils.escapeSystemdExecArgs (
                    [
                      (lib.getExe' cfg.package "hello")
                      "--config"
                      "${settingsFile}"
                      "--listen"
                      "[::]:${toString cfg.port}"
                      "--greeting"
                      "it's \"you\" for $5"
                    ]
                    ++ cfg.extraArgs
                  );
                  EnvironmentFile = lib.mkIf (cfg.environmentFile != null) cfg.environmentFile;
                  Type = "exec";
                  Restart = "on-failure";
                  RestartSec = "5s";
                  User = cfg.user;
                  Group = cfg.group;
                  StateDirectory = "hello";
                  StateDirectoryMode = "0700";
                  WorkingDirectory = "%S/hello";
                  DynamicUser = true;
                  UMask = "0077";
                  NoNewPrivileges = true;
                  CapabilityBoundingSet = if cfg.port < 1024 then "CAP_NET_BIND_SERVICE" else "";
                  AmbientCapabilities = if cfg.port < 1024 then "CAP_NET_BIND_SERVICE" else "";
                  ProtectSystem = "strict";
                  ProtectHome = true;
                  PrivateTmp = true;
                  PrivateDevices = true;
                  PrivateUsers = cfg.port >= 1024;
                  ProtectHostname = true;
                  ProtectClock = true;
                  ProtectKernelTunables = true;
                  ProtectKernelModules = true;
                  ProtectKernelLogs = true;
                  ProtectControlGroups = true;
                  ProtectProc = "invisible";
                  RestrictAddressFamilies = "AF_UNIX AF_INET AF_INET6";
                  RestrictNamespaces = true;
                  RestrictRealtime = true;
                  RestrictSUIDSGID = true;
                  RemoveIPC = true;
                  KeyringMode = "private";
                  LockPersonality = true;
                  MemoryDenyWriteExecute = true;
                  SystemCallArchitectures = "native";
                  SystemCallFilter = [
                    "@system-service"
                    "~@privileged"
                  ];
                  SystemCallErrorNumber = "EPERM";
                };
              };

              networking.firewall = lib.mkIf cfg.openFirewall { allowedTCPPorts = [ cfg.port ]; };
            };
          };

        names =
          {
            config,
            lib,
            pkgs,
            utils,
            ...
          }:
          let
            cfg = config.services.names;
          in
          {
            options.services.names = {
              enable = lib.mkEnableOption "names";

              package = lib.mkOption {
                type = lib.types.package;
                default = self.packages.${pkgs.stdenv.hostPlatform.system}.default;
                defaultText = lib.literalExpression "the package `default` of the flake";
                description = "The package that has the program.";
              };

              user = lib.mkOption {
                type = lib.types.str;
                default = "www-data";
                description = "Whom it runs as. A user that the machine does not have is there while it runs.";
              };

              group = lib.mkOption {
                type = lib.types.str;
                default = "www";
                description = "The group that it runs as.";
              };

              port = lib.mkOption {
                type = lib.types.port;
                default = 53;
                description = "The port that it listens on.";
              };

              openFirewall = lib.mkOption {
                type = lib.types.bool;
                default = false;
                description = "Whether other machines reach its ports.";
              };

              extraArgs = lib.mkOption {
                type = lib.types.listOf lib.types.str;
                default = [ ];
                description = "Further arguments of the program.";
              };

              environment = lib.mkOption {
                type = lib.types.attrsOf lib.types.str;
                default = { };
                description = "Variables. Everybody on the machine can read them: secrets belong into the environmentFile.";
              };

              environmentFile = lib.mkOption {
                type = lib.types.nullOr lib.types.path;
                default = "/run/keys/names";
                description = "A file of variables, a NAME=value in a line, outside of the Nix store: secrets.";
              };
            };

            config = lib.mkIf cfg.enable {
              services.names.environment.PORT = lib.mkDefault (toString cfg.port);

              systemd.services.names = {
                description = "names";
                wantedBy = [ "multi-user.target" ];
                wants = [ "network-online.target" ];
                after = [ "network-online.target" ];
                inherit (cfg) environment;
                serviceConfig = {
                  ExecStart = utils.escapeSystemdExecArgs ([ (lib.getExe' cfg.package "names") ] ++ cfg.extraArgs);
                  EnvironmentFile = lib.mkIf (cfg.environmentFile != null) cfg.environmentFile;
                  Type = "exec";
                  Restart = "on-failure";
                  RestartSec = "5s";
                  User = cfg.user;
                  Group = cfg.group;
                  DynamicUser = true;
                  UMask = "0027";
                  NoNewPrivileges = true;
                  CapabilityBoundingSet = if cfg.port < 1024 then "CAP_NET_BIND_SERVICE" else "";
                  AmbientCapabilities = if cfg.port < 1024 then "CAP_NET_BIND_SERVICE" else "";
                  ProtectSystem = "strict";
                  ProtectHome = true;
                  PrivateTmp = true;
                  PrivateDevices = true;
                  PrivateUsers = cfg.port >= 1024;
                  ProtectHostname = true;
                  ProtectClock = true;
                  ProtectKernelTunables = true;
                  ProtectKernelModules = true;
                  ProtectKernelLogs = true;
                  ProtectControlGroups = true;
                  ProtectProc = "invisible";
                  RestrictAddressFamilies = "AF_INET AF_INET6 AF_NETLINK";
                  RestrictNamespaces = true;
                  RestrictRealtime = true;
                  RestrictSUIDSGID = true;
                  RemoveIPC = true;
                  KeyringMode = "private";
                  LockPersonality = true;
                  SystemCallArchitectures = "native";
                  SystemCallFilter = [
                    "@system-service"
                    "~@privileged"
                  ];
                  SystemCallErrorNumber = "EPERM";
                };
              };

              networking.firewall = lib.mkIf cfg.openFirewall {
                allowedTCPPorts = [ 9090 ];
                allowedUDPPorts = [ cfg.port ];
              };
            };
          };

        default.imports = [
          self.nixosModules.hello
          self.nixosModules.names
        ];
      };
    };
}
