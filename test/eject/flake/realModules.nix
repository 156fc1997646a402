# What a module of a service makes of a machine, by the module system of nixpkgs' library; true where it is as it should be.
{
  lib,
  flake,
  name,
}:
let
  package = {
    type = "derivation";
    name = "app";
    outPath = "/nix/store/app";
    bin = package;
  };
  inputs = builtins.functionArgs (import flake).outputs;
  outputs = (import flake).outputs (
    builtins.mapAttrs (_: _: { }) inputs
    // {
      self = outputs // {
        packages.x86_64-linux.default = package;
      };
      flake-utils.lib.eachDefaultSystem = _: { };
    }
  );
  # The options of NixOS that such modules set.
  nixos.options = {
    systemd.services = lib.mkOption {
      type = lib.types.attrsOf (lib.types.attrsOf lib.types.anything);
      default = { };
    };
    networking.firewall.allowedTCPPorts = lib.mkOption {
      type = lib.types.listOf lib.types.port;
      default = [ ];
    };
  };
  machine =
    settings:
    (lib.evalModules {
      specialArgs = {
        pkgs.stdenv.hostPlatform.system = "x86_64-linux";
        # NixOS quotes the words.
        utils.escapeSystemdExecArgs = lib.concatMapStringsSep " " toString;
      };
      modules = [
        nixos
        outputs.nixosModules.default
        { services.${name} = settings; }
      ];
    }).config;
  unit = settings: (machine settings).systemd.services.${name};
  usual = unit { enable = true; };
  low = {
    enable = true;
    port = 80;
    openFirewall = true;
    extraArgs = [ "--loud" ];
    environment.GREETING = "hello";
    environmentFile = "/run/keys/app";
    user = "greeter";
  };
  other = (unit low).serviceConfig;
  fails = settings: !(builtins.tryEval (builtins.deepSeq (unit settings) true)).success;
in
{
  "off, it sets nothing" = (machine { }).systemd.services == { };
  "the described values are defaults" =
    usual.environment.GREETING == "100%% \"yours\"" && !(usual.serviceConfig ? EnvironmentFile);
  "it has no capabilities" =
    usual.serviceConfig.CapabilityBoundingSet == "" && usual.serviceConfig.PrivateUsers;
  "what is set goes before" =
    (unit low).environment.GREETING == "hello"
    && other.EnvironmentFile == "/run/keys/app"
    && other.User == "greeter"
    && other.Group == "greeter";
  "the port reaches the program" = lib.hasSuffix ":80 --loud" other.ExecStart;
  "a port below 1024 needs a capability" =
    other.AmbientCapabilities == "CAP_NET_BIND_SERVICE" && !other.PrivateUsers;
  "the firewall is opened" = (machine low).networking.firewall.allowedTCPPorts == [ 80 ];
  "a port that is none is refused" = fails (low // { port = 70000; });
  "an option that is none is refused" = fails (low // { bogus = true; });
}
