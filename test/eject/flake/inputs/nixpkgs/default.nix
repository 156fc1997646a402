{
  system,
  overlays ? [ ],
}:
let
  package =
    name:
    derivation {
      inherit name system;
      builder = "/bin/sh";
      args = [
        "-c"
        "echo > $out"
      ];
    };
  named =
    names:
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = package name;
      }) names
    );
  cross = name: {
    stdenv.cc = package "${name}-cc" // {
      targetPrefix = "${name}-";
    };
    windows.pthreads = package "${name}-pthreads";
  };
  pkgs =
    named [
      "cacert"
      "cargo-hakari"
      "cargo-nextest"
      "nixfmt"
      "openssl"
      "pkg-config"
      "protobuf"
      "qemu"
      "shellcheck"
      "sqlite"
      "wasm-bindgen-cli_0_2_100"
    ]
    // {
      inherit system;
      lib = import ./lib.nix;
      dockerTools.buildLayeredImage =
        args:
        package "image"
        // {
          call = {
            verb = "buildLayeredImage";
            args = args // {
              contents = map (each: each.call or "${each}") args.contents;
            };
          };
        };
      stdenv.hostPlatform = {
        inherit system;
        isLinux = true;
      };
      testers.runNixOSTest = args: package "vm-test-run-${args.name}" // {
        call = {
          verb = "runNixOSTest";
          inherit (args) testScript;
          machine = (import ./modules.nix).machineOf pkgs args.nodes.machine;
        };
      };
      # The name of a file, with what is in it.
      formats.toml = _: {
        type = (import ./modules.nix).types.anything;
        generate = name: value: "/nix/store/${name}?${builtins.toJSON value}";
      };
      rustPlatform.importCargoLock = args: package "crates-of-${baseNameOf args.lockFile}";
      pkgsCross = builtins.listToAttrs (
        map
          (name: {
            inherit name;
            value = cross name;
          })
          [
            "aarch64-multiplatform"
            "mingwW64"
            "musl64"
          ]
      );
    };
in
builtins.foldl' (all: overlay: all // overlay all all) pkgs overlays
