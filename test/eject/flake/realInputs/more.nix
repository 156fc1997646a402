# What corepkgs lacks of nixpkgs: names that Crane, git-hooks.nix and flakes ask for.
final: prev:
let
  absent =
    name:
    final.runCommand name {
      pname = name;
      version = "1.0.0";
    } "touch $out";
  ofHooks = builtins.attrNames (builtins.functionArgs (import ./tools.nix));
  names =
    ofHooks
    ++ map (name: "cargo-${name}") [
      "audit"
      "deny"
      "hakari"
      "llvm-cov"
      "nextest"
      "tarpaulin"
    ]
    ++ [
      "binaryen"
      "cacert"
      "dart-sass"
      "gitMinimal"
      "nixfmt"
      "pre-commit"
      "protobuf"
      "qemu"
      "shellcheck"
      "sqlite"
      "taplo"
      "trunk"
      "wasm-bindgen-cli"
      "wasm-bindgen-cli_0_2_100"
    ];
  isLacking = name: name != "lib" && !(prev ? ${name});
in
{
  lib = prev.lib.extend (
    _: lib: {
      cli = lib.cli or { } // {
        toCommandLineShellGNU =
          _: options:
          lib.concatStringsSep " " (
            lib.mapAttrsToList (
              name: value: if value == true then "--${name}" else "--${name}=${toString value}"
            ) (lib.filterAttrs (_: value: value != null && value != false && value != [ ]) options)
          );
      };
      version = "26.05";
      trivial = lib.trivial // {
        version = "26.05";
        release = "26.05";
      };
    }
  );
  path = ./core;
  dockerTools.buildLayeredImage =
    { name, contents, ... }: final.runCommand name { inherit contents; } "touch $out";
  # As that of nixpkgs: inputs and hooks of others come along, their variables do not.
  mkShell =
    {
      name ? "nix-shell",
      inputsFrom ? [ ],
      packages ? [ ],
      ...
    }@attrs:
    let
      merged = kind: attrs.${kind} or [ ] ++ builtins.concatMap (from: from.${kind} or [ ]) inputsFrom;
      hooks = builtins.catAttrs "shellHook" (final.lib.reverseList inputsFrom ++ [ attrs ]);
      rest = builtins.removeAttrs attrs [
        "buildInputs"
        "inputsFrom"
        "nativeBuildInputs"
        "packages"
        "shellHook"
      ];
    in
    final.stdenv.mkDerivation (
      rest
      // {
        inherit name;
        buildInputs = merged "buildInputs";
        nativeBuildInputs = packages ++ merged "nativeBuildInputs";
        shellHook = builtins.concatStringsSep "\n" hooks;
        buildPhase = "touch $out";
      }
    );
}
// builtins.listToAttrs (
  map (name: {
    inherit name;
    value = absent name;
  }) (builtins.filter isLacking names)
)
