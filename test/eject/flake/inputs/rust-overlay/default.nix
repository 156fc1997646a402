final: _:
let
  toolchain =
    said:
    derivation {
      name = "rust";
      inherit (final) system;
      builder = "/bin/sh";
      args = [
        "-c"
        "echo > $out"
      ];
    }
    // {
      inherit said;
      override = more: toolchain (said // more);
    };
  profiles =
    release:
    builtins.listToAttrs (
      map
        (name: {
          inherit name;
          value = toolchain {
            inherit release;
            profile = name;
          };
        })
        [
          "complete"
          "default"
          "minimal"
        ]
    );
  releases =
    names:
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = profiles name;
      }) names
    );
in
{
  rust-bin = {
    stable = releases [
      "1.95.0"
      "latest"
    ];
    beta = releases [ "latest" ];
    nightly = releases [ "2026-05-15" ];
    fromRustupToolchainFile = file: toolchain (builtins.fromTOML (builtins.readFile file)).toolchain;
    selectLatestNightlyWith = choose: choose (profiles "latest nightly");
  };
}
